//! The kinds of entries: what each says, who signs it and what it is about (docs/protocol.md §3).
//!
//! One file per family. A kind this version does not know, and data that does not fit its kind, are values too: such an
//! entry is kept and replicated, and void.

mod care;
mod circles;
mod community;
mod coverage;
mod decisions;
mod deed;
mod family;
mod governance;
mod interaction;
mod leadership;
mod learning;
mod meetings;
mod people;
mod pulse;
mod purpose;
mod slug;
mod table;
mod value;
mod works;

pub use care::{Care, ContentHidden, ContentReported, ErasureCarriedOut, ImportMade};
pub use circles::{CircleBasis, CircleKind, CircleMode, CircleOpened, CircleStructure, Circles};
pub use community::{Chartered, Clock, Community, Founded, Head, HeadsSeen, Node, Policy};
pub use coverage::{Coverage, CoverageDeclared, GapRaised, Potential};
pub use decisions::{
    Adoption, BallotCast, Choice, DecisionClosed, DecisionProposed, Decisions, NotAdopted, Outcome, Rule,
};
pub use deed::Deed;
pub use governance::{Admission, Electorate, Motion, Proposed};
pub use interaction::{Interaction, QueryAsked, ReactionGiven, ThreadOpened};
pub use leadership::{
    Leadership, LeadershipAsked, Provider, RoleGranted, TaskOffered, TimeConfirmed, TimePledged,
};
pub use learning::{Learning, MentoringStarted, Mentorship, ResourcePublished, ResourceType};
pub use meetings::{MeetingAttended, MeetingEvaluated, MeetingHeld, MeetingScheduled, Meetings};
pub use people::{
    Admitted, ConsentSet, HistoryLinked, InterestDeclared, MemberInvited, NamedKey, People, invitation_code,
};
pub use pulse::{
    Blob, Deadlines, Pulse, PulseAnswered, PulseIssued, PulseKeyed, PulseOpened, PulseRequested,
};
pub use purpose::{
    ArrangementsAdopted, Milestone, MilestoneMet, Plan, PlannedOutput, Purpose, TargetSet, TermsAcknowledged,
    TermsAdopted,
};
pub use slug::{BadSlug, Slug, TooManyTopics, Topics};
pub use table::{AsRecord, Kind, Presence, Signer, Subject};
pub use value::{
    Amount, AuditAttested, ClaimDrafted, ClaimEvidenced, Comparison, Cycle, Effect, Impact,
    StoryCorroborated, StoryTold, ValueStated,
};
pub use works::{Evaluated, Finding, WorkProposed, WorkReleased, Works};

use serde::ser::{Error as _, Serialize, Serializer};

use crate::codec;
use crate::entry::BodyRef;
use crate::id::Id;

/// Declares what an entry does as one of the families, or as something no family can read.
macro_rules! families {
    ($($(#[$doc:meta])* $family:ident,)*) => {
        /// A family of kinds, in the order of docs/protocol.md §3.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Family {
            $($(#[$doc])* $family,)*
        }

        impl Family {
            /// All of them.
            pub const ALL: [Family; [$(stringify!($family)),*].len()] = [$(Family::$family,)*];

            /// The rules of its kinds.
            pub fn rows(self) -> &'static [Kind] {
                match self { $(Family::$family => $family::ROWS,)* }
            }
        }

        /// What an entry does: `do` and `data` together.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(
            clippy::large_enum_variant,
            reason = "acts are read one at a time; a box would cost each an allocation"
        )]
        pub enum Act {
            $($(#[$doc])* $family($family),)*
            /// A kind this version does not know.
            Unknown {
                /// The name in `do`.
                kind: String,
                /// `data` as canonical CBOR; the empty map where it is left out.
                data: Vec<u8>,
            },
            /// A known kind whose data, `re` or body does not fit it.
            Bad {
                /// The name in `do`.
                kind: String,
                /// `data` as canonical CBOR; the empty map where it is left out.
                data: Vec<u8>,
                /// What does not fit, for people.
                reason: String,
            },
        }

        impl Act {
            /// Which kind it is; none for one this version does not know, or whose data does not fit it.
            pub fn deed(&self) -> Option<Deed> {
                match self {
                    $(Act::$family(act) => Some(act.deed()),)*
                    Act::Unknown { .. } | Act::Bad { .. } => None,
                }
            }

            /// `data` in CBOR; [`NO_DATA`] where it is left out.
            pub(crate) fn data(&self) -> Vec<u8> {
                match self {
                    Act::Unknown { data, .. } | Act::Bad { data, .. } => data.clone(),
                    $(Act::$family(act) => codec::encode(act),)*
                }
            }

            /// The cut its data pins, row by row; empty where it pins none.
            pub fn pins(&self) -> &[Head] {
                match self {
                    $(Act::$family(act) => act.pins(),)*
                    Act::Unknown { .. } | Act::Bad { .. } => &[],
                }
            }

            /// The persons named in its data, for what only they may do about it.
            pub(crate) fn names(&self) -> &[Id] {
                match self {
                    $(Act::$family(act) => act.names(),)*
                    Act::Unknown { .. } | Act::Bad { .. } => &[],
                }
            }
        }

        /// Writes `data` alone. Data this version cannot read is shown to people as the hexadecimal of its bytes.
        impl Serialize for Act {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Act::$family(act) => act.serialize(serializer),)*
                    Act::Unknown { data, .. } | Act::Bad { data, .. } if serializer.is_human_readable() => {
                        serializer.serialize_str(&hex::encode(data))
                    }
                    Act::Unknown { data, .. } | Act::Bad { data, .. } => {
                        let value: ciborium::Value = codec::decode(data).map_err(S::Error::custom)?;
                        value.serialize(serializer)
                    }
                }
            }
        }

        $(
            impl From<$family> for Act {
                fn from(act: $family) -> Act {
                    Act::$family(act)
                }
            }
        )*

        fn read_known(deed: Deed, data: &[u8]) -> Result<Act, String> {
            let read = match deed.family {
                $(Family::$family => $family::read(deed.name(), data).map(|act| act.map(Act::$family)),)*
            };
            read.expect("every kind of a family is read by it")
        }
    };
}

families! {
    /// Founding, charters, governance, heads seen.
    Community,
    /// Members, their keys, and what they say of themselves.
    People,
    /// Roles and the time for them, requests to the leadership, tasks.
    Leadership,
    /// Proposals, ballots, outcomes, and what is adopted by them.
    Decisions,
    /// Terms, plans, targets, arrangements.
    Purpose,
    /// Queries, threads, reactions.
    Interaction,
    /// Meetings.
    Meetings,
    /// Sub-groups.
    Circles,
    /// Resources, collected answers, reflections, ties.
    Learning,
    /// Works that members make together.
    Works,
    /// Stories, impact claims, audits.
    Impact,
    /// Which organisations there could be, and who is missing.
    Coverage,
    /// Anonymous surveys.
    Pulse,
    /// Imports and erasure.
    Care,
}

/// The empty map in CBOR: `data` left out.
pub(crate) const NO_DATA: &[u8] = &[0xa0];

impl Act {
    /// The name in `do`.
    pub fn kind(&self) -> &str {
        if let Act::Unknown { kind, .. } | Act::Bad { kind, .. } = self {
            return kind;
        }
        self.deed().map_or("", Deed::name)
    }

    /// The rules of its kind; none for a kind this version does not know.
    pub fn rules(&self) -> Option<&'static Kind> {
        Kind::named(self.kind())
    }

    /// The file among its fields, where there is one.
    pub fn file(&self) -> Option<&BodyRef> {
        if let Act::Learning(Learning::ResourcePublished(resource)) = self {
            resource.file.as_ref()
        } else if let Act::Works(Works::WorkReleased(release)) = self {
            release.file.as_ref()
        } else {
            None
        }
    }

    /// The act of that kind with that `data` in canonical CBOR; else what does not fit.
    pub fn of(kind: &str, data: &[u8]) -> Result<Act, String> {
        let deed = Deed::named(kind).ok_or_else(|| format!("no kind is called `{kind}`"))?;
        read_known(deed, data)
    }

    /// What a reader would find unfit in its data.
    pub fn misfit(&self) -> Option<String> {
        read_known(self.deed()?, &self.data()).err()
    }

    /// Reads `data` as its kind asks, given how many ids `re` holds and whether there is a body.
    pub(crate) fn read(kind: String, data: Vec<u8>, references: usize, body: bool) -> Act {
        let Some(deed) = Deed::named(&kind) else {
            return Act::Unknown { kind, data };
        };
        let fits = deed.rules().fits(references, body);
        match fits.and_then(|()| read_known(deed, &data)) {
            Ok(act) => act,
            Err(reason) => Act::Bad { kind, data, reason },
        }
    }
}

#[cfg(test)]
mod tests;
