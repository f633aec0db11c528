//! Proof that one entry is in a log, for whoever has nothing else (C2SP tlog-proof).

use super::checkpoint::Checkpoint;
use super::lines;
use super::note::{MalformedNote, Note};
use super::policy::{Policy, PolicyRefusal};
use super::proof::{self, BadProof};
use crate::id::Hash;
use crate::limits;

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// An entry's place in a log, its inclusion proof and the checkpoint it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Words of the application, authenticated by nobody.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry in its log.
    pub index: u64,
    /// Siblings from the leaf upwards.
    pub proof: Vec<Hash>,
    /// The checkpoint with its signatures.
    pub note: Note,
}

/// Why bytes are no proof of this form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedProof {
    /// Not UTF-8, or longer than a note and its proof can be.
    #[error("a proof is a short text")]
    Text,
    /// The first line is another.
    #[error("the first line is not {HEADER}")]
    Header,
    /// The `extra` line is not base64.
    #[error("the extra line is not base64")]
    Extra,
    /// No `index` line with a decimal number.
    #[error("there is no index line")]
    Index,
    /// The lines up to the empty one are not at most 64 hashes.
    #[error("the inclusion proof is not a sequence of hashes")]
    Hashes,
    /// The checkpoint is no note.
    #[error(transparent)]
    Note(#[from] MalformedNote),
}

/// Why a proof proves nothing to those with this policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The policy does not accept the checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] PolicyRefusal),
    /// The entry is not where the proof says.
    #[error(transparent)]
    Inclusion(#[from] BadProof),
}

impl TlogProof {
    /// Reads a proof. Nothing is verified yet.
    pub fn parse(bytes: &[u8]) -> Result<TlogProof, MalformedProof> {
        let text = std::str::from_utf8(bytes).map_err(|_| MalformedProof::Text)?;
        let (header, rest) = lines::next(text).ok_or(MalformedProof::Header)?;
        if header != HEADER {
            return Err(MalformedProof::Header);
        }
        let (line, after) = lines::next(rest).ok_or(MalformedProof::Index)?;
        let (extra, rest) = match line.strip_prefix("extra ") {
            Some(encoded) => (
                Some(lines::from_base64(encoded).ok_or(MalformedProof::Extra)?),
                after,
            ),
            None => (None, rest),
        };
        let (line, rest) = lines::next(rest).ok_or(MalformedProof::Index)?;
        let index = line
            .strip_prefix("index ")
            .and_then(lines::decimal)
            .ok_or(MalformedProof::Index)?;
        let (proof, rest) =
            lines::hashes_to_blank(rest, limits::INCLUSION_PROOF).ok_or(MalformedProof::Hashes)?;
        Ok(TlogProof {
            extra,
            index,
            proof,
            note: Note::parse(rest.as_bytes())?,
        })
    }

    /// The proof as text.
    pub fn to_bytes(&self) -> Vec<u8> {
        let extra = self
            .extra
            .iter()
            .map(|extra| format!("extra {}\n", lines::base64(extra)))
            .collect::<String>();
        let proof = lines::of_hashes(&self.proof);
        format!("{HEADER}\n{extra}index {}\n{proof}\n{}", self.index, self.note).into_bytes()
    }

    /// Checks that an entry of this leaf hash is at [`TlogProof::index`] of a log under a checkpoint that the policy
    /// accepts. Gives that checkpoint.
    pub fn verify(&self, leaf: Hash, policy: &Policy) -> Result<Checkpoint, Unproven> {
        let checkpoint = policy.judge(&self.note)?;
        proof::verify_inclusion(leaf, self.index, &checkpoint.head, &self.proof)?;
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, cosigner, log_key};
    use super::super::verifier_key::VerifierKey;
    use super::*;
    use crate::log::leaf_hash;

    fn policy(sample: &Sample) -> Policy {
        let log = VerifierKey::log(sample.origin.key_name().clone(), log_key(0).public());
        Policy::majority(vec![log], vec![cosigner(1).verifier().clone()])
    }

    fn proof(sample: &Sample, index: u64) -> TlogProof {
        TlogProof {
            extra: None,
            index,
            proof: proof::inclusion(&sample.tree, index, 21).unwrap(),
            note: sample.cosigned(&sample.checkpoint(21), 1, 10),
        }
    }

    #[test]
    fn proves_an_entry_and_no_other() {
        let sample = Sample::new();
        let (proof, policy) = (proof(&sample, 13), policy(&sample));
        let checkpoint = proof.verify(leaf_hash(b"entry 13"), &policy).unwrap();
        assert_eq!(checkpoint.head, sample.head(21));
        assert!(matches!(
            proof.verify(leaf_hash(b"entry 12"), &policy),
            Err(Unproven::Inclusion(_))
        ));
        let moved = TlogProof {
            index: 12,
            ..proof.clone()
        };
        assert!(matches!(
            moved.verify(leaf_hash(b"entry 13"), &policy),
            Err(Unproven::Inclusion(_))
        ));
        let alone = TlogProof {
            note: sample.checkpoint(21),
            ..proof
        };
        assert_eq!(
            alone.verify(leaf_hash(b"entry 13"), &policy),
            Err(Unproven::Checkpoint(PolicyRefusal::Quorum { have: 0, of: 1 }))
        );
    }

    #[test]
    fn has_one_form() {
        let sample = Sample::new();
        for (extra, index) in [(None, 0), (Some(b"words".to_vec()), 13), (Some(Vec::new()), 20)] {
            let proof = TlogProof {
                extra,
                ..proof(&sample, index)
            };
            assert_eq!(TlogProof::parse(&proof.to_bytes()), Ok(proof));
        }
        let text = String::from_utf8(
            TlogProof {
                extra: Some(b"words".to_vec()),
                ..proof(&sample, 13)
            }
            .to_bytes(),
        )
        .unwrap();
        assert!(text.starts_with("c2sp.org/tlog-proof@v1\nextra d29yZHM=\nindex 13\n"));
        let parse =
            |from: &str, to: &str| TlogProof::parse(text.replacen(from, to, 1).as_bytes()).unwrap_err();
        assert_eq!(parse("@v1", "@v2"), MalformedProof::Header);
        assert_eq!(parse("d29yZHM=", "d29yZHM"), MalformedProof::Extra);
        assert_eq!(parse("index 13", "index 013"), MalformedProof::Index);
        assert_eq!(parse("index 13\n", ""), MalformedProof::Index);
        assert_eq!(parse("index 13\n", "index 13\nAAAA\n"), MalformedProof::Hashes);
        assert_eq!(parse("\n\n", "\n"), MalformedProof::Hashes);
        let line = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(64);
        assert_eq!(
            parse("index 13\n", &format!("index 13\n{line}")),
            MalformedProof::Hashes
        );
        assert!(matches!(parse("— ", "- "), MalformedProof::Note(_)));
    }
}
