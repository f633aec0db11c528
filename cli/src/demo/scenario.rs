//! Six months of a network of three hospices, told from a seed: who joins, asks, answers, shares and leaves, and when.
//!
//! It knows nothing of indicators, so that no figure can be right by agreement with the code that tells the story.

mod cast;
mod dice;
mod phrases;
mod plot;
mod rhythm;

use cast::Cast;
pub(crate) use cast::{HOUSES, Member};
use hearth_protocol::kind::ResourceType;
use hearth_protocol::time::Timestamp;
use rhythm::Calendar;

/// The story: who plays and what happens, in order of time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    /// Everybody; the first three are the stewards of the three houses, in order.
    pub(crate) members: Vec<Member>,
    /// What happens, in order of time. A deed refers only to happenings before it.
    pub(crate) happenings: Vec<Happening>,
    /// The first moment of the story: the houses meet before anybody speaks.
    pub(crate) begins: Timestamp,
    /// The first moment after it.
    pub(crate) ends: Timestamp,
}

/// One thing somebody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Happening {
    pub(crate) at: Timestamp,
    /// Index into [`Scenario::members`]; whose key signs, and into whose house's log it goes.
    pub(crate) by: usize,
    pub(crate) deed: Deed,
}

/// The index of an earlier happening.
pub(crate) type Earlier = usize;

/// What somebody does. Members are indices into [`Scenario::members`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    Admit {
        newcomer: usize,
        inviter: Option<usize>,
    },
    Leave,
    /// Adds the next key of the one who acts; every deed of theirs after it is signed with that one.
    AddKey,
    /// A steward revokes a member's first key.
    RevokeKey {
        of: usize,
    },
    Ask {
        topic: &'static str,
        pseudonymous: bool,
        text: String,
    },
    Answer {
        query: Earlier,
        text: String,
    },
    Accept {
        answer: Earlier,
    },
    Withdraw {
        query: Earlier,
        reason: String,
    },
    Open {
        topic: &'static str,
        text: String,
    },
    Reply {
        to: Earlier,
        text: String,
    },
    React {
        to: Earlier,
        reaction: &'static str,
    },
    /// `replaces` is the first version where this is a new one; `file` is the file's text.
    Publish {
        form: ResourceType,
        text: String,
        file: Option<String>,
        replaces: Option<Earlier>,
    },
    Validate {
        version: Earlier,
        rationale: String,
    },
    Dispute {
        version: Earlier,
        rationale: String,
    },
}

impl Deed {
    /// The happenings this one is about.
    pub(crate) fn about(&self) -> Option<Earlier> {
        match *self {
            Self::Answer { query, .. } | Self::Withdraw { query, .. } => Some(query),
            Self::Accept { answer } => Some(answer),
            Self::Reply { to, .. } | Self::React { to, .. } => Some(to),
            Self::Publish { replaces, .. } => replaces,
            Self::Validate { version, .. } | Self::Dispute { version, .. } => Some(version),
            Self::Admit { .. }
            | Self::Leave
            | Self::AddKey
            | Self::RevokeKey { .. }
            | Self::Ask { .. }
            | Self::Open { .. } => None,
        }
    }
}

impl Scenario {
    /// The story of `seed` over `months` of thirty days, 1 to 12. In a silent house nobody but its steward is a member, who
    /// says nothing: its past speaks for it.
    pub(crate) fn generate(seed: u64, months: u64, silent: Option<usize>) -> Self {
        let calendar = Calendar::new(months * 30);
        let cast = Cast::draw(seed, calendar, silent);
        let happenings = plot::tell(seed, calendar, &cast);
        Self {
            members: cast.members,
            happenings,
            begins: Calendar::begins(),
            ends: calendar.ends(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn a_seed_tells_one_story() {
        assert_eq!(Scenario::generate(4, 2, None), Scenario::generate(4, 2, None));
        assert_ne!(Scenario::generate(4, 2, None), Scenario::generate(5, 2, None));
    }

    #[test]
    fn time_never_runs_back_and_nobody_speaks_of_what_comes() {
        for seed in 0..8 {
            let story = Scenario::generate(seed, 6, None);
            assert!(story.happenings.is_sorted_by_key(|happening| happening.at));
            assert!(
                story
                    .happenings
                    .iter()
                    .all(|happening| (story.begins..story.ends).contains(&happening.at))
            );
            for (index, happening) in story.happenings.iter().enumerate() {
                assert!(
                    happening
                        .deed
                        .about()
                        .is_none_or(|earlier| earlier < index && story.happenings[earlier].at < happening.at)
                );
            }
        }
    }

    #[test]
    fn only_those_act_who_belong() {
        for seed in 0..8 {
            let story = Scenario::generate(seed, 6, None);
            let mut inside: BTreeSet<usize> = (0..HOUSES.len()).collect();
            for happening in &story.happenings {
                assert!(inside.contains(&happening.by), "seed {seed}: {happening:?}");
                if let Deed::Admit { newcomer, .. } = happening.deed {
                    assert!(inside.insert(newcomer));
                }
                if happening.deed == Deed::Leave {
                    assert!(inside.remove(&happening.by));
                }
            }
        }
    }

    #[test]
    fn six_months_hold_everything_a_community_does() {
        for seed in 0..8 {
            let story = Scenario::generate(seed, 6, None);
            let mut deeds: BTreeMap<&str, u32> = BTreeMap::new();
            for happening in &story.happenings {
                let name = match &happening.deed {
                    Deed::Admit { .. } => "admit",
                    Deed::Leave => "leave",
                    Deed::AddKey => "add key",
                    Deed::RevokeKey { .. } => "revoke key",
                    Deed::Ask {
                        pseudonymous: true, ..
                    } => "ask, pseudonymous",
                    Deed::Ask { .. } => "ask",
                    Deed::Answer { .. } => "answer",
                    Deed::Accept { .. } => "accept",
                    Deed::Withdraw { .. } => "withdraw",
                    Deed::Open { .. } => "open",
                    Deed::Reply { .. } => "reply",
                    Deed::React { .. } => "react",
                    Deed::Publish {
                        replaces: Some(_), ..
                    } => "revise",
                    Deed::Publish { file: Some(_), .. } => "publish, with a file",
                    Deed::Publish { .. } => "publish",
                    Deed::Validate { .. } => "validate",
                    Deed::Dispute { .. } => "dispute",
                };
                *deeds.entry(name).or_default() += 1;
            }
            assert_eq!(deeds.len(), 17, "seed {seed}: {deeds:?}");
            assert!(
                (600..2500).contains(&story.happenings.len()),
                "seed {seed}: {}",
                story.happenings.len()
            );
        }
    }

    #[test]
    fn a_silent_house_is_silent() {
        let story = Scenario::generate(1, 3, Some(0));
        assert!(story.happenings.len() > 150);
        assert!(
            story
                .happenings
                .iter()
                .all(|happening| story.members[happening.by].house != 0)
        );
    }
}
