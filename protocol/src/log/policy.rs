//! Which logs and which witnesses somebody trusts (C2SP tlog-policy).

use super::checkpoint::{Checkpoint, MalformedCheckpoint};
use super::note::{Note, Unopened, open_lines};
use super::quorum::quorum;
use super::verifier_key::VerifierKey;

mod parse;

pub use parse::{BadPolicy, BadPolicyLine};

/// A checkpoint is valid if any one of the logs signed it and witnesses enough cosigned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Party>,
    witnesses: Vec<(Vec<u8>, Party)>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log or a witness: its key and, where somebody has to reach it, its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The key under its name.
    pub key: VerifierKey,
    /// Where to reach it, as written.
    pub url: Option<Vec<u8>>,
}

/// Has cosigned if at least `threshold` of its members have.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    threshold: usize,
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Why a policy does not accept a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// Not the text of a checkpoint.
    #[error(transparent)]
    Text(#[from] MalformedCheckpoint),
    /// No trusted log of that origin has signed it, or a line of one does not hold.
    #[error("the log: {0}")]
    Log(#[source] Unopened),
    /// A line of a trusted witness does not hold.
    #[error("a witness: {0}")]
    Witness(#[source] Unopened),
    /// Too few witnesses have cosigned.
    #[error("{have} of {of} trusted witnesses have cosigned, which is no quorum")]
    Quorum {
        /// How many have.
        have: usize,
        /// How many the policy names.
        of: usize,
    },
}

impl Policy {
    /// The policy of docs/protocol.md §4: these logs, and more than half of these witnesses (none, if there are none).
    /// The witnesses have to differ in name and key.
    pub fn majority(logs: Vec<VerifierKey>, witnesses: Vec<VerifierKey>) -> Policy {
        let members = (0..witnesses.len()).map(Member::Witness).collect();
        let group = Group {
            name: b"witnesses".to_vec(),
            threshold: quorum(witnesses.len()),
            members,
        };
        let groups = if witnesses.is_empty() {
            Vec::new()
        } else {
            vec![group]
        };
        let party = |key| Party { key, url: None };
        Policy {
            logs: logs.into_iter().map(party).collect(),
            quorum: groups.first().map(|_| Member::Group(0)),
            groups,
            witnesses: witnesses
                .into_iter()
                .map(|key| (key.name().as_str().as_bytes().to_vec(), party(key)))
                .collect(),
        }
    }

    /// Reads a policy file.
    pub fn parse(bytes: &[u8]) -> Result<Policy, BadPolicy> {
        parse::parse(bytes)
    }

    /// The policy as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut line = |words: &[&[u8]]| {
            file.extend(words.join(b" ".as_slice()));
            file.push(b'\n');
        };
        let url = |party: &Party| {
            party
                .url
                .as_ref()
                .map(|url| [b" ", url.as_slice()].concat())
                .unwrap_or_default()
        };
        for log in &self.logs {
            line(&[b"log", &[log.key.to_string().as_bytes(), &url(log)].concat()]);
        }
        for (name, witness) in &self.witnesses {
            line(&[
                b"witness",
                name,
                &[witness.key.to_string().as_bytes(), &url(witness)].concat(),
            ]);
        }
        for group in &self.groups {
            let threshold = group.threshold.to_string();
            let members = group.members.iter().map(|member| self.name(*member));
            let words: Vec<&[u8]> = [b"group", group.name.as_slice(), threshold.as_bytes()]
                .into_iter()
                .chain(members)
                .collect();
            line(&words);
        }
        line(&[b"quorum", self.quorum.map_or(b"none", |member| self.name(member))]);
        file
    }

    /// The logs it trusts.
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// The witnesses it trusts.
    pub fn witnesses(&self) -> impl Iterator<Item = &Party> {
        self.witnesses.iter().map(|(_, witness)| witness)
    }

    /// Reads a note that the policy accepts. Extension lines are passed over.
    pub fn judge(&self, note: &Note) -> Result<Checkpoint, PolicyRefusal> {
        let (checkpoint, _) = Checkpoint::read(note.text())?;
        let of_origin = self
            .logs
            .iter()
            .filter(|log| log.key.name() == checkpoint.origin.key_name());
        let logs: Vec<VerifierKey> = of_origin.map(|log| log.key.clone()).collect();
        note.open(&logs).map_err(PolicyRefusal::Log)?;
        let witnesses: Vec<VerifierKey> = self.witnesses().map(|witness| witness.key.clone()).collect();
        let known = open_lines(note.text(), note.signatures(), &witnesses).map_err(PolicyRefusal::Witness)?;
        let cosigned: Vec<bool> = witnesses
            .iter()
            .map(|witness| known.iter().any(|known| known.key == witness))
            .collect();
        if self
            .quorum
            .is_none_or(|member| self.has_cosigned(member, &cosigned))
        {
            Ok(checkpoint)
        } else {
            let have = cosigned.iter().filter(|cosigned| **cosigned).count();
            Err(PolicyRefusal::Quorum {
                have,
                of: witnesses.len(),
            })
        }
    }

    /// Whether a witness or group has cosigned. Groups name only what stands before them, so this ends.
    fn has_cosigned(&self, member: Member, cosigned: &[bool]) -> bool {
        match member {
            Member::Witness(witness) => cosigned[witness],
            Member::Group(group) => {
                let Group {
                    threshold, members, ..
                } = &self.groups[group];
                members
                    .iter()
                    .filter(|member| self.has_cosigned(**member, cosigned))
                    .count()
                    >= *threshold
            }
        }
    }

    fn name(&self, member: Member) -> &[u8] {
        match member {
            Member::Witness(witness) => &self.witnesses[witness].0,
            Member::Group(group) => &self.groups[group].name,
        }
    }
}
