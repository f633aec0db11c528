//! `hearth prove`: that an entry is in a log, for whoever has nothing else.

use super::publish::{ask, decode, signed};
use crate::completion;
use crate::context::Context;
use crate::durable::write_durably;
use crate::exit::Failure;
use crate::reply::Reply;
use crate::source::Source;
use clap::Args;
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::{Id, KeyHash};
use hearth_protocol::log::{
    Checkpoint, KeyChain, Note, Origin, Policy, TileId, TiledHashes, Tiles, TlogProof, VerifierKey,
    leaf_hash, proof,
};
use hearth_protocol::sign::PublicKey;
use serde::Deserialize;
use serde_json::json;
use std::path::{Path, PathBuf};

/// `hearth prove`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth prove 3f9a2c --out proof.txt --entry entry.bin --policy policy.txt
  hearth verify --proof proof.txt --entry entry.bin --policy policy.txt

The proof is a C2SP tlog-proof: it leads to the newest checkpoint that a quorum of witnesses has cosigned, or, where
none covers the entry yet, to the newest there is, and says so. It holds hashes and signatures, not the entry: whoever
is to check it needs the entry, or its whole id, as well. The policy names the keys as this node knows them: whoever is
to trust it should compare them with what they have from elsewhere.")]
pub(crate) struct Prove {
    /// The entry's id
    #[arg(add = completion::of(Use::Look))]
    entry_id: String,
    /// Where to write the proof [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the entry's bytes, too
    #[arg(long, value_name = "FILE")]
    entry: Option<PathBuf>,
    /// Write a C2SP tlog-policy, too: the log's key, and more than half of its witnesses
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Shown {
    entry: Card,
    organisation: Id,
    bytes: String,
}

#[derive(Deserialize)]
struct Card {
    index: u64,
}

#[derive(Deserialize)]
struct Head {
    origin: Origin,
    key: PublicKey,
    next: KeyHash,
    witness: PublicKey,
    note: Option<String>,
    witnessed: Option<String>,
    handovers: Vec<String>,
}

#[derive(Deserialize)]
struct Organisations {
    organisations: Vec<Organisation>,
}

#[derive(Deserialize)]
struct Organisation {
    id: Id,
}

impl Prove {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let shown: Shown = ask(
            &source,
            &Query::Entry {
                id: self.entry_id.clone(),
            },
        )?;
        let (bytes, index) = (decode(&shown.bytes)?, shown.entry.index);
        let head = head_of(&source, &shown.organisation)?;
        let under = Under::the_newest(&head, index)?;
        let proof = prove(&source, &shown.organisation, index, &under)?;
        let leaf = leaf_hash(&bytes);
        let policy = policy(&source, &shown.organisation, &head, &under)?;
        // What is handed out holds: under the node's own word for the keys, but for the quorum.
        proof::verify_inclusion(leaf, index, &under.checkpoint.head, &proof.proof)
            .map_err(|error| Failure::new(error).advise("Verify the log: its tree is damaged."))?;
        if under.witnessed {
            proof
                .verify(leaf, &policy)
                .map_err(|error| Failure::new(error).advise("Verify the log."))?;
        } else {
            context
                .screen
                .note("No checkpoint that covers this entry is witnessed by a quorum yet: this one is not.");
        }
        let text = String::from_utf8(proof.to_bytes()).expect("a proof is text");
        write(self.out.as_deref(), text.as_bytes())?;
        write(self.entry.as_deref(), &bytes)?;
        write(self.policy.as_deref(), &policy.to_bytes())?;
        let size = under.checkpoint.head.size;
        let json = json!({
            "entry": leaf, "log": head.origin, "index": index, "size": size, "witnessed": under.witnessed,
            "proof": text, "out": self.out,
        });
        let text = match &self.out {
            Some(out) => format!(
                "That {leaf} is entry {index} of {} is proven in {}, by the checkpoint of size {size}.",
                head.origin,
                out.display()
            ),
            None => text.trim_end().to_owned(),
        };
        Ok(Reply::done(json, text))
    }
}

/// The checkpoint a proof leads to.
struct Under {
    note: Note,
    checkpoint: Checkpoint,
    witnessed: bool,
}

impl Under {
    /// The newest that a quorum has cosigned, if it covers the entry; else the newest.
    fn the_newest(head: &Head, index: u64) -> Result<Under, Failure> {
        for (note, witnessed) in [(&head.witnessed, true), (&head.note, false)] {
            let Some((bytes, checkpoint)) = note.as_deref().map(signed).transpose()? else {
                continue;
            };
            if checkpoint.head.size > index {
                return Ok(Under {
                    note: Note::parse(&bytes).map_err(Failure::new)?,
                    checkpoint,
                    witnessed,
                });
            }
        }
        Err(Failure::new(format!(
            "no checkpoint of {} covers entry {index} yet",
            head.origin
        ))
        .advise("Checkpoints are offered every few seconds while the node runs: try again."))
    }
}

fn prove(source: &Source, organisation: &Id, index: u64, under: &Under) -> Result<TlogProof, Failure> {
    let size = under.checkpoint.head.size;
    let tree = Tree { source, organisation };
    let proof = proof::inclusion(&TiledHashes::new(&tree, size), index, size)
        .map_err(|error| Failure::new(format!("the log's tree cannot be read: {error}")))?;
    Ok(TlogProof {
        extra: None,
        index,
        proof,
        note: under.note.clone(),
    })
}

/// Proves many entries of one log, all under one checkpoint.
pub(crate) struct Prover<'a> {
    source: &'a Source,
    organisation: Id,
    head: Head,
    /// None where there is no checkpoint yet.
    under: Option<Under>,
}

impl<'a> Prover<'a> {
    pub(crate) fn of(source: &'a Source, organisation: Id) -> Result<Self, Failure> {
        let head = head_of(source, &organisation)?;
        // Whatever is in the log at all is under a checkpoint of its first entry's.
        let under = Under::the_newest(&head, 0).ok();
        Ok(Self {
            source,
            organisation,
            head,
            under,
        })
    }

    /// The log's origin.
    pub(crate) fn origin(&self) -> String {
        self.head.origin.to_string()
    }

    /// A C2SP tlog-policy by which the proofs are checked; none where there is no checkpoint yet.
    pub(crate) fn policy(&self) -> Result<Option<String>, Failure> {
        let policy = |under| policy(self.source, &self.organisation, &self.head, under);
        let policy = self.under.as_ref().map(policy).transpose()?;
        Ok(policy.map(|policy| String::from_utf8_lossy(&policy.to_bytes()).into_owned()))
    }

    /// The proof of the entry at an index, and whether a quorum of witnesses stands behind it; none where no checkpoint
    /// covers it yet.
    pub(crate) fn proof(&self, entry: &[u8], index: u64) -> Result<Option<(String, bool)>, Failure> {
        let newest = Under::the_newest(&self.head, index).ok();
        let Some(under) = newest.as_ref() else {
            return Ok(None);
        };
        let proof = prove(self.source, &self.organisation, index, under)?;
        proof::verify_inclusion(leaf_hash(entry), index, &under.checkpoint.head, &proof.proof)
            .map_err(|error| Failure::new(error).advise("Verify the log: its tree is damaged."))?;
        let text = String::from_utf8(proof.to_bytes()).expect("a proof is text");
        Ok(Some((text, under.witnessed)))
    }
}

/// The tiles of a log, asked for as they are needed.
struct Tree<'a> {
    source: &'a Source,
    organisation: &'a Id,
}

#[derive(Deserialize)]
struct Tile {
    tile: Option<String>,
}

impl Tiles for Tree<'_> {
    type Error = Failure;

    fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Failure> {
        let query = Query::Tile {
            organisation: self.organisation.to_string(),
            level: tile.level(),
            index: tile.index(),
        };
        let Tile { tile } = ask(self.source, &query)?;
        tile.as_deref().map(decode).transpose()
    }
}

/// The log's keys at the size of the checkpoint, and a quorum of all other organisations' witnesses.
fn policy(source: &Source, organisation: &Id, head: &Head, under: &Under) -> Result<Policy, Failure> {
    let mut chain = KeyChain::new(head.origin.clone(), head.key, head.next).map_err(Failure::new)?;
    for handover in &head.handovers {
        chain.hand_over(&decode(handover)?).map_err(Failure::new)?;
    }
    let Organisations { organisations } = ask(source, &Query::Organisations {})?;
    let mut witnesses = Vec::new();
    for other in organisations.iter().filter(|other| other.id != *organisation) {
        let head = head_of(source, &other.id)?;
        witnesses.push(VerifierKey::witness(head.origin.witness_name(), head.witness));
    }
    Ok(Policy::majority(
        chain.verifiers(under.checkpoint.head.size),
        witnesses,
    ))
}

fn head_of(source: &Source, organisation: &Id) -> Result<Head, Failure> {
    let organisation = Some(organisation.to_string());
    ask(source, &Query::Checkpoint { organisation })
}

fn write(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    write_durably(path, bytes)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
}
