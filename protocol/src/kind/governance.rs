//! What is put to the vote on the governance chain: which organisations are of the community, and who decides that.

use serde::{Deserialize, Serialize};

use super::Head;
use super::family::{Data, within};
use crate::codec::blob;
use crate::id::{Hash, Id, Root};
use crate::limits;

/// The rule by which the chain goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admission {
    /// Ballots needed.
    pub quorum: u64,
    /// Whose ballots.
    pub electorate: Electorate,
}

impl Admission {
    /// The rule every community begins with.
    pub const FOUNDER: Admission = Admission {
        quorum: 1,
        electorate: Electorate::Founder,
    };
}

/// Who votes on the governance chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Electorate {
    /// The founding organisation alone.
    Founder,
}

/// Data of `governance.proposed`. Body: the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Form", into = "Form")]
pub struct Proposed {
    /// What is to be done.
    pub motion: Motion,
}

/// What a proposal is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Motion {
    /// Admit an organisation.
    Admit {
        /// Its whole `organisation.chartered` entry.
        charter: Vec<u8>,
    },
    /// Put an organisation out for good. So much of its log stays.
    Remove(Head),
    /// Put an organisation out until it is restored. So much of its log counts meanwhile.
    Suspend {
        /// The log that counts.
        head: Head,
        /// SHA-256 of the evidence against the log, where there is any.
        evidence: Option<Hash>,
    },
    /// Let a suspended organisation in again, with all of its log.
    Restore {
        /// Which.
        organisation: Id,
    },
}

/// The name of a motion in `act`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Act {
    Admit,
    Remove,
    Suspend,
    Restore,
}

/// The fields as they are written, each left out where its motion has none.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    act: Act,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<Root>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charter: Option<Bytes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<Hash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organisation: Option<Id>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
struct Bytes(#[serde(with = "blob")] Vec<u8>);

impl Form {
    fn of(act: Act) -> Form {
        Form {
            act,
            root: None,
            size: None,
            charter: None,
            evidence: None,
            organisation: None,
        }
    }

    fn about(act: Act, head: Head) -> Form {
        Form {
            root: Some(head.root),
            size: Some(head.size),
            organisation: Some(head.organisation),
            ..Form::of(act)
        }
    }

    /// The log it is about; takes its three fields away.
    fn head(&mut self) -> Result<Head, String> {
        Ok(Head {
            organisation: missing("organisation", self.organisation.take())?,
            size: missing("size", self.size.take())?,
            root: missing("root", self.root.take())?,
        })
    }

    fn is_empty(&self) -> bool {
        let Form {
            act: _,
            root,
            size,
            charter,
            evidence,
            organisation,
        } = self;
        root.is_none() && size.is_none() && charter.is_none() && evidence.is_none() && organisation.is_none()
    }
}

fn missing<T>(name: &str, field: Option<T>) -> Result<T, String> {
    field.ok_or_else(|| format!("missing field `{name}`"))
}

impl TryFrom<Form> for Proposed {
    type Error = String;

    fn try_from(mut form: Form) -> Result<Proposed, String> {
        let motion = match form.act {
            Act::Admit => Motion::Admit {
                charter: missing("charter", form.charter.take())?.0,
            },
            Act::Remove => Motion::Remove(form.head()?),
            Act::Suspend => Motion::Suspend {
                head: form.head()?,
                evidence: form.evidence.take(),
            },
            Act::Restore => Motion::Restore {
                organisation: missing("organisation", form.organisation.take())?,
            },
        };
        if form.is_empty() {
            Ok(Proposed { motion })
        } else {
            Err("a field that this act does not have".to_owned())
        }
    }
}

impl From<Proposed> for Form {
    fn from(proposed: Proposed) -> Form {
        match proposed.motion {
            Motion::Admit { charter } => Form {
                charter: Some(Bytes(charter)),
                ..Form::of(Act::Admit)
            },
            Motion::Remove(head) => Form::about(Act::Remove, head),
            Motion::Suspend { head, evidence } => Form {
                evidence,
                ..Form::about(Act::Suspend, head)
            },
            Motion::Restore { organisation } => Form {
                organisation: Some(organisation),
                ..Form::of(Act::Restore)
            },
        }
    }
}

impl Data for Proposed {
    fn check(&self) -> Result<(), String> {
        match &self.motion {
            Motion::Admit { charter } => within("bytes of a charter", charter.len(), 1, limits::ENTRY),
            Motion::Remove(head) | Motion::Suspend { head, .. } if head.size == 0 => {
                Err("a log of which nothing would be left".to_owned())
            }
            Motion::Remove(_) | Motion::Suspend { .. } | Motion::Restore { .. } => Ok(()),
        }
    }
}
