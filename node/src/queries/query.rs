//! What can be asked, as it travels: JSON with the question's name under `query`.

use std::ops::Not;

use hearth_protocol::community::Cut;
use hearth_protocol::id::Id;
use hearth_protocol::id::KeyBytes;
use serde::{Deserialize, Serialize};

use super::candidates::Use;
use super::news::Mark;

/// A question. Times are RFC 3339, spans like `90d`, ids hexadecimal and shortened at will while unambiguous;
/// an organisation is named by its slug or by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "query", rename_all = "snake_case", deny_unknown_fields)]
pub enum Query {
    /// How this node stands with the others.
    Status {},
    /// Every statement of the framework.
    Framework(At),
    /// One statement, with every id behind its figures.
    Explain {
        /// The statement's id, such as `V3`.
        statement: String,
        /// For when.
        #[serde(flatten)]
        at: At,
    },
    /// Members and contributors at several instants, a month of thirty days apart, the last first.
    Trend {
        /// For when the last one is, and for whom.
        #[serde(flatten)]
        at: At,
        /// How many instants, at most 60.
        #[serde(default = "year")]
        points: usize,
    },
    /// What the membership was to grow by, period by period.
    Bands(At),
    /// Which organisation's members responded to whose questions.
    Ties(At),
    /// The present cut, or what a cut says of itself.
    Cut {},
    /// A question, discussion or resource with everything said about it.
    Thread {
        /// Any entry of it.
        id: String,
    },
    /// Questions, discussions and resources, newest first.
    Threads {
        /// At most this many.
        #[serde(default = "page")]
        limit: usize,
        /// Passing over this many.
        #[serde(default)]
        skip: usize,
    },
    /// Entries in whose words all of these occur, the best first.
    Search(Wanted),
    /// Ids and names that begin so, for a shell that completes them.
    Candidates {
        /// What they are wanted for.
        to: Use,
        /// What is already written.
        #[serde(default)]
        begins: String,
        /// The key of whoever writes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
        /// At most this many.
        #[serde(default = "page")]
        limit: usize,
    },
    /// Decisions, the newest first.
    Decisions {
        /// As of when; all that is here where no instant is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
        /// The key of whoever asks: what they may do about each.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
        /// At most this many.
        #[serde(default = "page")]
        limit: usize,
    },
    /// One decision with its ballots.
    Decision {
        /// Its proposal, or an entry about that.
        id: String,
        /// As of when; all that is here where no instant is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
        /// The key of whoever asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
    },
    /// What is or was in force by decision, the oldest first.
    InForce {
        /// Of which kind, such as `terms.adopted`; of each where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        /// As of when; all that is here where no instant is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
        /// The key of whoever asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
    },
    /// The parameters by which figures are counted.
    Parameters {
        /// As of when; all that is here where no instant is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
    },
    /// What others did since somebody last looked, and what nobody has answered.
    News {
        /// How far they looked; everything is new where neither this nor an instant is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mark: Option<Mark>,
        /// An instant, in place of the mark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<String>,
        /// The present time; the cut's own where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<String>,
        /// The key of whoever looks: what they did themselves is no news.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
    },
    /// What waits for a member.
    Inbox {
        /// Their key.
        key: KeyBytes,
        /// The present time; the cut's own instant where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        now: Option<String>,
    },
    /// One entry, with all its fields and its verdict.
    Entry {
        /// Its id.
        id: String,
    },
    /// Entries of a log in order.
    Log {
        /// Whose. The own one where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organisation: Option<String>,
        /// Index of the first.
        #[serde(default)]
        from: u64,
        /// At most this many.
        #[serde(default = "page")]
        limit: usize,
    },
    /// The meetings, with who signed that they were there.
    Meetings {},
    /// The collected answers.
    Faqs {},
    /// What an entry came from, and what came of it.
    Lineage {
        /// Its id.
        id: String,
    },
    /// The members of an organisation.
    Members {
        /// Whose. The own ones where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organisation: Option<String>,
    },
    /// The circles.
    Circles {
        /// The key of whoever asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
    },
    /// One circle, with its members and what is talked about in it.
    Circle {
        /// Its id.
        id: String,
    },
    /// The gaps in who is represented.
    Gaps {
        /// The key of whoever asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
    },
    /// The list of potential organisations in force, and those before it.
    Coverage {},
    /// Who is a member now, with interests and profile.
    Directory {
        /// Only those who declared an interest in this topic.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        topic: Option<String>,
        /// The key of whoever asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<KeyBytes>,
    },
    /// What a member took part in, for themselves.
    Portfolio {
        /// Their key.
        key: KeyBytes,
    },
    /// The works, newest first.
    Works {},
    /// One work, with its authors and versions.
    Work {
        /// Its id, or that of one of its versions.
        id: String,
    },
    /// The statement of value in force.
    ValueStatement {},
    /// Stories, newest first, and who bears them out.
    Stories {},
    /// Impact claims, newest first, and how far up the ladder each has come.
    Claims {},
    /// One claim opened to its evidence, its value recomputed from the cut it pins.
    Trace {
        /// Its id.
        id: String,
    },
    /// One indicator of the framework, as a claim about it pins it.
    Figure {
        /// Its name, such as `responded_in_time`.
        indicator: String,
        /// For when.
        #[serde(flatten)]
        at: At,
    },
    /// Every role that was put to the vote or granted.
    Roles {
        /// For when; the cut's own instant where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
    },
    /// The time planned and confirmed for roles, month by month.
    Time {
        /// For when; the cut's own instant where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
    },
    /// What the leadership was asked, and who answered.
    Requests {
        /// For when; the cut's own instant where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
    },
    /// All tasks, and how far each got.
    Tasks {},
    /// What waits too long for an answer.
    Unanswered {
        /// For when; the cut's own instant where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        as_of: Option<String>,
        /// Only what somebody referred.
        #[serde(default)]
        referred: bool,
    },
    /// The organisations of the community.
    Organisations {},
    /// A log at a size.
    Head {
        /// Whose.
        organisation: String,
        /// How many entries; all that are here where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        size: Option<u64>,
    },
    /// Who has applied to join, and what a proposal to admit them must name.
    Applications {},
    /// The held note of a log, with handovers and evidence: what `verify` and `publish` start from.
    Checkpoint {
        /// Whose. The own one where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        organisation: Option<String>,
    },
    /// The entries that came from these sources.
    Sources {
        /// Where they come from.
        site: String,
        /// Kind and id of each.
        sources: Vec<(String, String)>,
    },
    /// The imports that the own log announces.
    Imports {},
    /// Every pulse, how far it is, and what was issued on these requests.
    Pulses {
        /// Ids of the asker's requests.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        requests: Vec<Id>,
    },
    /// Entries' bytes.
    Raw {
        /// Whose log.
        organisation: String,
        /// Index of the first.
        #[serde(default)]
        from: u64,
        /// At most this many bytes of entries, but at least one entry.
        #[serde(default = "megabyte")]
        limit: usize,
    },
    /// A tile of a log's tree, as it is stored: the hashes it has now, which may be more than were asked about.
    Tile {
        /// Whose log.
        organisation: String,
        /// 0 for the leaves.
        level: u8,
        /// Which of that level.
        index: u64,
    },
    /// The bodies that a log's entries refer to, and where each stands here.
    Bodies {
        /// Whose log.
        organisation: String,
        /// Index of the first entry.
        #[serde(default)]
        from: u64,
        /// At most this many entries.
        #[serde(default = "page")]
        limit: usize,
    },
}

impl Query {
    /// Whose key it names: the answer is for them.
    pub fn key(&self) -> Option<&KeyBytes> {
        match self {
            Query::Candidates { key, .. }
            | Query::Decisions { key, .. }
            | Query::Decision { key, .. }
            | Query::InForce { key, .. }
            | Query::News { key, .. }
            | Query::Circles { key }
            | Query::Gaps { key }
            | Query::Directory { key, .. } => key.as_ref(),
            Query::Inbox { key, .. } | Query::Portfolio { key } => Some(key),
            Query::Status {}
            | Query::Framework(_)
            | Query::Explain { .. }
            | Query::Trend { .. }
            | Query::Ties(_)
            | Query::Bands(_)
            | Query::Cut {}
            | Query::Thread { .. }
            | Query::Threads { .. }
            | Query::Search(_)
            | Query::Parameters { .. }
            | Query::Entry { .. }
            | Query::Log { .. }
            | Query::Meetings {}
            | Query::Faqs {}
            | Query::Lineage { .. }
            | Query::Members { .. }
            | Query::Circle { .. }
            | Query::Coverage {}
            | Query::Works {}
            | Query::Work { .. }
            | Query::ValueStatement {}
            | Query::Stories {}
            | Query::Claims {}
            | Query::Trace { .. }
            | Query::Figure { .. }
            | Query::Roles { .. }
            | Query::Time { .. }
            | Query::Requests { .. }
            | Query::Tasks {}
            | Query::Unanswered { .. }
            | Query::Organisations {}
            | Query::Applications {}
            | Query::Checkpoint { .. }
            | Query::Sources { .. }
            | Query::Imports {}
            | Query::Pulses { .. }
            | Query::Raw { .. }
            | Query::Tile { .. }
            | Query::Head { .. }
            | Query::Bodies { .. } => None,
        }
    }
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Words separated by spaces, the last of which may be begun only, and phrases in quotation marks.
    pub words: String,
    /// Only these kinds: by name, by family, or as people call them. All where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Only about this topic, or what was said in a question or discussion about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Only in this organisation's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Not before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Before this instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The newest first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub newest: bool,
    /// At most this many.
    #[serde(default = "page")]
    pub limit: usize,
}

/// The instant and extent of a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct At {
    /// The instant; the cut's own where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// A window of one's own: values without ratings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// The cut; all that is here where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// For outsiders: numbers of people in steps, and no ids (R10 of docs/framework.md). What consists of ids is refused.
    #[serde(skip_serializing_if = "Not::not")]
    pub external: bool,
}

const fn year() -> usize {
    13
}

const fn page() -> usize {
    50
}

const fn megabyte() -> usize {
    1 << 20
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_written_as_people_would() {
        let ask = |text: &str| serde_json::from_str::<Query>(text);
        assert_eq!(ask(r#"{"query":"status"}"#).unwrap(), Query::Status {});
        let at = At {
            window: Some("90d".into()),
            ..At::default()
        };
        assert_eq!(
            ask(r#"{"query":"framework","window":"90d"}"#).unwrap(),
            Query::Framework(at.clone())
        );
        let explain = ask(r#"{"query":"explain","statement":"V3","window":"90d"}"#).unwrap();
        assert_eq!(
            explain,
            Query::Explain {
                statement: "V3".into(),
                at
            }
        );
        let found = ask(r#"{"query":"search","words":"mouth care","kinds":["answer"]}"#).unwrap();
        let Query::Search(wanted) = found else {
            panic!("{found:?}")
        };
        assert_eq!(
            (wanted.kinds.as_slice(), wanted.limit),
            (&["answer".to_owned()][..], page())
        );
        assert!(ask(r#"{"query":"search","words":"a","form":3}"#).is_err());
        assert!(ask(r#"{"query":"log","form":3}"#).is_err());
        assert!(ask(r#"{"query":"everything"}"#).is_err());
    }
}
