//! The indicators: what each is called, how it is computed in words, how it could be gamed and what counters that.

use serde::Serialize;

use super::figure::Figure;

/// What an indicator says of itself, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// Its name in JSON.
    pub name: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Over what time.
    pub window: Extent,
    /// The parameters it depends on, by their keys.
    pub parameters: &'static [&'static str],
    /// What raises it.
    pub raised: &'static str,
    /// How its figure could be had without what it stands for.
    pub gamed: &'static str,
    /// What stands against that.
    pub countered: &'static str,
}

/// Over what time an indicator is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// What there is at the instant, however old.
    AsOf,
    /// The parameter `window`, or the window asked for.
    Window,
    /// The parameter `year`, or the window asked for.
    Year,
}

/// An indicator of this version. All are measured (M); none is attested or surveyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each says what it is in its definition
pub enum Indicator {
    Members,
    MembersBefore,
    Joined,
    Left,
    Contributors,
    AbsenceFactor,
    OrganisationAbsenceFactor,
    ContributingOrganisations,
    ContributionDays,
    RespondedInTime,
    EverResponded,
    MedianResponse,
    ResponseSurvival,
    AcceptedInTime,
    OldestOpen,
    MutualResponders,
    Validated,
    Disputed,
    MutualValidators,
    Askers,
    AnsweredAcross,
    AskingDays,
    PseudonymousQueries,
}

/// An indicator with its figures: of events, and of events and imported history together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) indicator: Indicator,
    pub(super) signed: Figure,
    pub(super) all: Option<Figure>,
}

impl Measured {
    pub(super) fn both(indicator: Indicator, [signed, all]: [Figure; 2]) -> Measured {
        Measured {
            indicator,
            signed,
            all: Some(all),
        }
    }

    pub(super) fn signed_only(indicator: Indicator, signed: Figure) -> Measured {
        Measured {
            indicator,
            signed,
            all: None,
        }
    }
}

impl Indicator {
    /// Every indicator, in the order of the answer.
    pub const ALL: [Indicator; 23] = [
        Indicator::Members,
        Indicator::MembersBefore,
        Indicator::Joined,
        Indicator::Left,
        Indicator::Contributors,
        Indicator::AbsenceFactor,
        Indicator::OrganisationAbsenceFactor,
        Indicator::ContributingOrganisations,
        Indicator::ContributionDays,
        Indicator::RespondedInTime,
        Indicator::EverResponded,
        Indicator::MedianResponse,
        Indicator::ResponseSurvival,
        Indicator::AcceptedInTime,
        Indicator::OldestOpen,
        Indicator::MutualResponders,
        Indicator::Validated,
        Indicator::Disputed,
        Indicator::MutualValidators,
        Indicator::Askers,
        Indicator::AnsweredAcross,
        Indicator::AskingDays,
        Indicator::PseudonymousQueries,
    ];

    /// What it says of itself.
    pub const fn definition(self) -> &'static Definition {
        &DEFINITIONS[self as usize]
    }
}

/// By [`Indicator`], in its order.
const DEFINITIONS: [Definition; Indicator::ALL.len()] = [
    Definition {
        name: "members",
        formula: "people admitted and not left before T, of organisations admitted before T; with imported history also everybody known to have done something in it before T (people, not members)",
        window: Extent::AsOf,
        parameters: &[],
        raised: "people joining",
        gamed: "admitting people who never take part",
        countered: "contributors, askers and retention stand beside it",
    },
    Definition {
        name: "members_before",
        formula: "the same at T − W, so that members_before + joined − left = members",
        window: Extent::Window,
        parameters: &["window"],
        raised: "nothing any more: it is of the past",
        gamed: "as for members",
        countered: "the balance is of two sets and always holds",
    },
    Definition {
        name: "joined",
        formula: "members at T that were none at T − W",
        window: Extent::Window,
        parameters: &["window"],
        raised: "people joining in the window",
        gamed: "leaving and joining again",
        countered: "a person who left and came back within the window is in neither difference",
    },
    Definition {
        name: "left",
        formula: "members at T − W that are none at T",
        window: Extent::Window,
        parameters: &["window"],
        raised: "people leaving in the window, which is no merit",
        gamed: "never recording a departure",
        countered: "inactive members lower every share they are the denominator of",
    },
    Definition {
        name: "contributors",
        formula: "members at T with at least one contribution in [T − W, T) / members at T; contributions are queries asked and answered, threads opened and replied to, resources published, validated and disputed (once by person and version)",
        window: Extent::Window,
        parameters: &["window", "contributors", "few"],
        raised: "members who contribute for the first time in the window",
        gamed: "one token contribution each",
        countered: "the absence factor and the distinct days show who carries the work",
    },
    Definition {
        name: "absence_factor",
        formula: "the least k for which twice the contributions of the k most active people are at least all contributions in [T − W, T); an item of unknown authorship stands alone",
        window: Extent::Window,
        parameters: &["window", "factor"],
        raised: "the work being spread over more people",
        gamed: "spreading one person's work over several keys",
        countered: "a key belongs to one admitted person; the organisation attests it",
    },
    Definition {
        name: "organisation_absence_factor",
        formula: "the same by organisation, over signed contributions: importing is no organisation's contribution",
        window: Extent::Window,
        parameters: &["window"],
        raised: "the work being spread over more organisations",
        gamed: "chartering an organisation for appearance",
        countered: "admission is a recorded decision",
    },
    Definition {
        name: "contributing_organisations",
        formula: "organisations with at least one signed contribution in [T − W, T) / organisations admitted before T",
        window: Extent::Window,
        parameters: &["window", "organisations"],
        raised: "organisations that contribute for the first time in the window",
        gamed: "one token contribution by each",
        countered: "the absence factor by organisation",
    },
    Definition {
        name: "contribution_days",
        formula: "distinct days (UTC) with a contribution in [T − W, T)",
        window: Extent::Window,
        parameters: &["window"],
        raised: "contributing on more days",
        gamed: "a burst of contributions before a report",
        countered: "the days are counted, not the items",
    },
    Definition {
        name: "responded_in_time",
        formula: "queries of [T − W, T) with a first response within 72 h / those older than 72 h at T; a response is an answer with words by another person; queries of automata, and those taken back within 72 h and before any response, are left out",
        window: Extent::Window,
        parameters: &["window", "respond_in", "responded", "few"],
        raised: "answering within 72 h",
        gamed: "taking back queries nobody answered",
        countered: "a later withdrawal changes nothing, and the left-out are listed",
    },
    Definition {
        name: "ever_responded",
        formula: "queries of [T − W, T) with a response before T / all of them, whatever their age",
        window: Extent::Window,
        parameters: &["window"],
        raised: "answering at all, however late",
        gamed: "empty or self-given answers",
        countered: "a response has words and another author",
    },
    Definition {
        name: "median_response",
        formula: "lower median of the time to the first response over the queries older than 72 h; an unanswered one is longer than all others, so the median can be not reached",
        window: Extent::Window,
        parameters: &["window", "respond_in"],
        raised: "waiting longer; a shorter wait is better",
        gamed: "leaving the unanswered out",
        countered: "they stay in",
    },
    Definition {
        name: "response_survival",
        formula: "Kaplan-Meier table of first responses: for each time t after which one came, how many queries were under watch and unanswered until then, and how many were answered at t; an open query is under watch at t while asked + t < T",
        window: Extent::Window,
        parameters: &["window"],
        raised: "nothing by itself: it shows how long answers take",
        gamed: "reporting only fast answers",
        countered: "open queries count as long as they were watched",
    },
    Definition {
        name: "accepted_in_time",
        formula: "queries of [T − W, T) of which the asker accepted a response by another within 14 d of asking / those older than 14 d at T",
        window: Extent::Window,
        parameters: &["window", "accept_in", "accepted", "few"],
        raised: "answers that help, and askers who say so",
        gamed: "accepting anything",
        countered: "only the asker accepts, the first acceptance counts, and who answered whom is on record",
    },
    Definition {
        name: "oldest_open",
        formula: "queries of [T − W, T) without a response before T, the ten longest-waiting listed",
        window: Extent::Window,
        parameters: &["window"],
        raised: "leaving queries unanswered; fewer is better",
        gamed: "asking the same again, so that it looks young",
        countered: "the first asking stays on the list",
    },
    Definition {
        name: "mutual_responders",
        formula: "pairs of people of whom each responded to a query of the other, among the queries of [T − W, T) that `ever_responded` is of, less those asked under a pseudonym or by an unknown author",
        window: Extent::Window,
        parameters: &["window"],
        raised: "two people answering each other, which is no fault by itself: who reads the shares should know of it",
        gamed: "two people asking each other for show",
        countered: "the pairs are counted, and the queries between them listed: a flag, never part of a rating",
    },
    Definition {
        name: "validated",
        formula: "resources whose judged version is validated by members of at least 2 organisations that hold no author / resources first published more than 30 d before T and not withdrawn; judged is the newest version that is itself older than 30 d; each person's last verdict on exactly that version counts",
        window: Extent::AsOf,
        parameters: &["settled", "validators", "validated", "few"],
        raised: "members of other organisations validating the judged version",
        gamed: "a stale sign-off",
        countered: "a verdict is bound to one version",
    },
    Definition {
        name: "disputed",
        formula: "of the same resources, those of whose judged version somebody's last verdict is a dispute",
        window: Extent::AsOf,
        parameters: &["settled"],
        raised: "dissent about the judged version, which is no fault by itself",
        gamed: "talking dissenters round",
        countered: "every earlier verdict stays in the log",
    },
    Definition {
        name: "mutual_validators",
        formula: "pairs of people of whom each one's last verdict validates the judged version of a resource of the other, among the resources of `validated`",
        window: Extent::AsOf,
        parameters: &["settled"],
        raised: "two people validating each other's resources, which is no fault by itself: who reads the share should know of it",
        gamed: "two authors obliging each other",
        countered: "the pairs are counted, and their resources listed: a flag, never part of a rating",
    },
    Definition {
        name: "askers",
        formula: "members at T who asked at least one query of their own name in [T − 365 d, T) / members at T",
        window: Extent::Year,
        parameters: &["year", "askers", "few"],
        raised: "members who ask for the first time in the year",
        gamed: "planted questions",
        countered: "people and days are counted, not questions",
    },
    Definition {
        name: "answered_across",
        formula: "queries of [T − 365 d, T) with a response from another organisation than the asker's / those with any response; signed entries alone",
        window: Extent::Year,
        parameters: &["year"],
        raised: "answers by members of another organisation",
        gamed: "two organisations taking turns",
        countered: "who answered whom is on record",
    },
    Definition {
        name: "asking_days",
        formula: "distinct days (UTC) with a query in [T − 365 d, T)",
        window: Extent::Year,
        parameters: &["year"],
        raised: "asking on more days",
        gamed: "as for askers",
        countered: "the days are counted, not the items",
    },
    Definition {
        name: "pseudonymous_queries",
        formula: "queries of [T − 365 d, T) asked under a pseudonym: counted apart from askers",
        window: Extent::Year,
        parameters: &["year"],
        raised: "asking under a pseudonym, which is nobody's fault",
        gamed: "hiding that few ask by name",
        countered: "they are in no share",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indicator_has_a_name_of_its_own_and_says_what_it_is() {
        assert!(Indicator::ALL.is_sorted(), "definitions are found by place");
        assert_eq!(Indicator::OldestOpen.definition().name, "oldest_open");
        let mut names: Vec<_> = Indicator::ALL
            .iter()
            .map(|indicator| indicator.definition().name)
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Indicator::ALL.len());
        for indicator in Indicator::ALL {
            let Definition {
                formula,
                gamed,
                countered,
                ..
            } = indicator.definition();
            assert!(
                [formula, gamed, countered].iter().all(|text| !text.is_empty()),
                "{indicator:?}"
            );
        }
    }
}
