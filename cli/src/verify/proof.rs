//! Verification of one entry's proof, without a log, a node or a network.

use crate::exit::{Exit, Failure};
use crate::reply::Reply;
use hearth_protocol::id::Hash;
use hearth_protocol::log::{Policy, TlogProof, VerifierKey, leaf_hash};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Checks that an entry, given as a file or by its whole id, is where a proof says, under a checkpoint that the policy
/// accepts.
pub(crate) fn proof(path: &Path, entry: &str, policy: &Policy) -> Result<Reply, Failure> {
    let bytes = read(path)?;
    let leaf = leaf(entry)?;
    let outcome = TlogProof::parse(&bytes)
        .map_err(|error| error.to_string())
        .and_then(|proof| {
            let checkpoint = proof.verify(leaf, policy).map_err(|error| error.to_string())?;
            Ok((proof, checkpoint))
        });
    Ok(match outcome {
        Ok((proof, checkpoint)) => {
            let witnesses: Vec<VerifierKey> = policy.witnesses().map(|party| party.key.clone()).collect();
            let cosigned_by: BTreeSet<String> = proof
                .note
                .open(&witnesses)
                .into_iter()
                .flatten()
                .map(|known| known.key.name().to_string())
                .collect();
            let (origin, size) = (&checkpoint.origin, checkpoint.head.size);
            let by = match cosigned_by.len() {
                0 => "cosigned by nobody you named: only the log's own word".to_owned(),
                _ => format!(
                    "cosigned by {}",
                    cosigned_by.iter().cloned().collect::<Vec<_>>().join(", ")
                ),
            };
            let text = format!(
                "{leaf} is entry {} of {origin}, under its checkpoint of size {size},\n{by}.",
                proof.index
            );
            let json = json!({
                "proven": true, "entry": leaf, "log": origin.to_string(), "index": proof.index, "size": size,
                "root": checkpoint.head.root, "cosigned_by": cosigned_by,
            });
            Reply::done(json, text)
        }
        Err(reason) => {
            let json = json!({ "proven": false, "entry": leaf, "reason": reason });
            Reply::done(json, format!("NOT PROVEN: {reason}.")).ending(Exit::Unsound)
        }
    })
}

/// Whom to believe: a policy file, or one log and some witnesses, more than half of which must have cosigned.
pub(crate) fn policy(
    file: Option<&Path>,
    key: Option<VerifierKey>,
    witnesses: Vec<VerifierKey>,
) -> Result<Policy, Failure> {
    match (file, key) {
        (Some(file), _) => Policy::parse(&read(file)?)
            .map_err(|error| Failure::new(format!("{} is no policy: {error}", file.display()))),
        (None, Some(key)) => {
            let distinct: BTreeSet<String> = witnesses.iter().map(ToString::to_string).collect();
            if distinct.len() < witnesses.len() {
                return Err(Failure::usage("a witness is named twice"));
            }
            Ok(Policy::majority(vec![key], witnesses))
        }
        (None, None) => Err(
            Failure::usage("a proof convinces only those who know the log's key").advise(
                "Give it with --vkey and its witnesses with --witness, or all of them in a file with --policy.",
            ),
        ),
    }
}

/// The leaf hash of an entry, which is its id.
fn leaf(entry: &str) -> Result<Hash, Failure> {
    if !Path::new(entry).exists()
        && let Ok(id) = entry.parse::<Hash>()
    {
        return Ok(id);
    }
    Ok(leaf_hash(&read(Path::new(entry))?))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}
