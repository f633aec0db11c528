//! What a lying node makes of the honest answers it was about to give.

use hearth_protocol::id::{Hash, Root};
use hearth_protocol::sync::{Answer, Failed, Reply, WitnessReply};

use super::random::Random;

/// A way of lying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// Bytes that are no message, or an answer to another question.
    Garbage,
    /// Entries with a flipped bit, left out or repeated.
    Entries,
    /// Proofs that prove nothing.
    Proofs,
    /// Bodies of other bytes.
    Bodies,
    /// As a witness, a size larger than any.
    Sizes,
}

impl Lie {
    /// Every way of lying about what one holds.
    pub const ALL: [Lie; 4] = [Lie::Garbage, Lie::Entries, Lie::Proofs, Lie::Bodies];

    /// The lie told in place of `answer`.
    pub fn tell(self, answer: Answer, random: &mut Random) -> Result<Answer, Failed> {
        let reply = match (self, answer) {
            (_, Answer::Sync(reply)) => reply,
            (Lie::Sizes, Answer::Witness(WitnessReply::Added { .. })) => {
                return Ok(Answer::Witness(WitnessReply::Added {
                    body: format!("{}\n", u32::MAX).into_bytes(),
                    status: 409,
                }));
            }
            (_, honest @ Answer::Witness(_)) => return Ok(honest),
        };
        let reply = match (self, reply) {
            (Lie::Garbage, _) => match random.below(4) {
                0 => return Err(Failed::Malformed),
                1 => Reply::Noted {},
                2 => Reply::Heads {
                    more: true,
                    heads: Vec::new(),
                },
                _ => Reply::Range {
                    from: random.number(),
                    proof: vec![hash(random); 70],
                    entries: Vec::new(),
                },
            },
            (
                Lie::Entries,
                Reply::Range {
                    from,
                    proof,
                    mut entries,
                },
            ) => {
                let at = random.below(entries.len());
                match random.below(3) {
                    0 => entries[at].push(0),
                    1 => drop(entries.remove(at)),
                    _ => entries.push(entries[at].clone()),
                }
                Reply::Range { from, proof, entries }
            }
            (
                Lie::Proofs,
                Reply::Range {
                    from,
                    mut proof,
                    entries,
                },
            ) => {
                match random.below(2) {
                    0 => proof.push(hash(random)),
                    _ => proof.iter_mut().for_each(|node| *node = hash(random)),
                }
                Reply::Range { from, proof, entries }
            }
            (Lie::Proofs, Reply::Consistency { proof, .. }) => Reply::Consistency {
                root: Root::from_bytes(random.array()),
                proof,
            },
            (
                Lie::Bodies,
                Reply::Body {
                    salt,
                    size,
                    mut bytes,
                    offset,
                },
            ) => {
                bytes.iter_mut().for_each(|byte| *byte ^= 1);
                Reply::Body {
                    salt,
                    size,
                    bytes,
                    offset,
                }
            }
            (_, honest) => honest,
        };
        Ok(Answer::Sync(reply))
    }
}

fn hash(random: &mut Random) -> Hash {
    Hash::from_bytes(random.array())
}
