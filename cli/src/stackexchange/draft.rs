//! What a row of a dump becomes: a record of the importing organisation, still without the ids of other records.

use super::dump::{Author, Comment, Post, Vote};
use crate::remote::Body;
use hearth_protocol::entry::{Home, Payload, Record, Source};
use hearth_protocol::id::{Id, Pseudonym};
use hearth_protocol::kind::{Act, Interaction, QueryAsked, ReactionGiven, Slug, Topics};
use hearth_protocol::limits;
use hearth_protocol::time::Timestamp;
use sha2::{Digest, Sha256};

/// A record in the making.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) what: What,
    /// Its id at the site, among its kind.
    pub(crate) id: u64,
    /// The post it is about.
    pub(crate) on: Option<u64>,
    at: Timestamp,
    author: Author,
    act: Act,
    words: Option<Words>,
}

/// What a record is at its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    Question,
    Answer,
    Comment,
    Acceptance,
    UpVote,
    DownVote,
    Favourite,
}

#[derive(Debug)]
struct Words {
    bytes: Vec<u8>,
    media_type: &'static str,
}

impl What {
    /// `source.kind`: together with the id it is unique at the site. Questions and answers share the ids of posts,
    /// all votes the ids of votes; an acceptance has the id of its answer.
    pub(crate) fn source_kind(self) -> &'static str {
        match self {
            What::Question | What::Answer => "post",
            What::Comment => "comment",
            What::Acceptance => "acceptance",
            What::UpVote | What::DownVote | What::Favourite => "vote",
        }
    }

    /// The plural, for the report.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            What::Question => "questions",
            What::Answer => "answers",
            What::Comment => "comments",
            What::Acceptance => "acceptances",
            What::UpVote => "up votes",
            What::DownVote => "down votes",
            What::Favourite => "favourites",
        }
    }
}

impl Draft {
    /// `tags` that are no slugs cannot be topics; they are left out, as is any beyond the eighth.
    pub(crate) fn question(post: Post, title: &str, tags: &[String]) -> Draft {
        let topics: Vec<Slug> = tags
            .iter()
            .filter_map(|tag| tag.to_lowercase().parse().ok())
            .take(limits::TOPICS)
            .collect();
        let topics = Topics::try_from(topics).expect("at most so many were taken");
        let html = if title.is_empty() {
            post.body
        } else {
            format!("<h1>{}</h1>\n{}", escape(title), post.body)
        };
        Draft {
            what: What::Question,
            id: post.id,
            on: None,
            at: post.at,
            author: post.author,
            act: Interaction::QueryAsked(QueryAsked {
                topics,
                pseudonymous: false,
            })
            .into(),
            words: Some(Words {
                bytes: html.into_bytes(),
                media_type: "text/html",
            }),
        }
    }

    pub(crate) fn answer(post: Post, question: u64) -> Draft {
        Draft {
            what: What::Answer,
            id: post.id,
            on: Some(question),
            at: post.at,
            author: post.author,
            act: Interaction::QueryAnswered.into(),
            words: Some(Words {
                bytes: post.body.into_bytes(),
                media_type: "text/html",
            }),
        }
    }

    pub(crate) fn comment(comment: Comment) -> Draft {
        Draft {
            what: What::Comment,
            id: comment.id,
            on: Some(comment.post),
            at: comment.at,
            author: comment.author,
            act: Interaction::ThreadReplied.into(),
            words: Some(Words {
                bytes: comment.text.into_bytes(),
                media_type: "text/markdown",
            }),
        }
    }

    /// How many bytes its words have.
    pub(crate) fn bytes(&self) -> usize {
        self.words.as_ref().map_or(0, |words| words.bytes.len())
    }

    /// The asker of a question took `answer`.
    pub(crate) fn acceptance(answer: u64, asker: Author, at: Timestamp) -> Draft {
        Draft {
            what: What::Acceptance,
            id: answer,
            on: Some(answer),
            at,
            author: asker,
            act: Interaction::QueryAccepted.into(),
            words: None,
        }
    }

    /// A vote that means something to people: up, down or favourite; none for the others. Nobody stands behind it: a
    /// dump does not say who voted, and where it does (favourites) that is not taken over.
    pub(crate) fn reaction(vote: &Vote) -> Option<Draft> {
        let (what, reaction) = match vote.kind {
            2 => (What::UpVote, "up"),
            3 => (What::DownVote, "down"),
            5 => (What::Favourite, "favourite"),
            _ => return None,
        };
        let reaction = reaction.parse().expect("the three words are slugs");
        Some(Draft {
            what,
            id: vote.id,
            on: Some(vote.post),
            at: vote.at,
            author: Author::Unknown,
            act: Interaction::ReactionGiven(ReactionGiven { reaction }).into(),
            words: None,
        })
    }
}

/// Turns drafts into entries of one import.
#[derive(Debug)]
pub(crate) struct Seal {
    pub(crate) home: Home,
    pub(crate) site: String,
    /// The salt of the import's pseudonyms: the body of its `import.made`.
    pub(crate) salt: [u8; 32],
}

impl Seal {
    /// The bytes of the record, and its words. `subject` is the id of the record of [`Draft::on`].
    pub(crate) fn close(
        &self,
        draft: Draft,
        subject: Option<Id>,
    ) -> Result<(Vec<u8>, Option<Body>), getrandom::Error> {
        let mut payload = Payload::new(draft.at, draft.act);
        payload.re.extend(subject);
        let mut kept = None;
        if let Some(words) = draft.words {
            let (reference, body) = Body::new(words.bytes, words.media_type)?;
            payload.body = Some(reference);
            kept = Some(body);
        }
        let source = Source {
            id: draft.id.to_string(),
            kind: draft.what.source_kind().to_owned(),
            site: self.site.clone(),
            person: self.pseudonym(draft.author),
            automaton: draft.author == Author::Automaton,
        };
        Ok((
            Record {
                payload,
                home: self.home,
                source,
            }
            .encode(),
            kept,
        ))
    }

    /// docs/protocol.md §2.3. Only users of the site have one.
    fn pseudonym(&self, author: Author) -> Option<Pseudonym> {
        let Author::User(number) = author else { return None };
        let mut hash = Sha256::new_with_prefix(b"hearth/person/v1\0");
        hash.update(self.salt);
        hash.update(self.site.as_bytes());
        hash.update([0]);
        hash.update(number.to_string().as_bytes());
        Some(Pseudonym::from_bytes(hash.finalize().into()))
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::dump::PostKind;
    use super::*;
    use hearth_protocol::entry::Entry;

    fn seal() -> Seal {
        let home = Home {
            community: Id::from_bytes([1; 32]),
            organisation: Id::from_bytes([2; 32]),
        };
        Seal {
            home,
            site: "example.org".into(),
            salt: [7; 32],
        }
    }

    fn post(author: Author) -> Post {
        let at = Timestamp::from_millis(5);
        Post {
            id: 4,
            at,
            author,
            body: "<p>b</p>".into(),
            kind: PostKind::Answer { question: 3 },
        }
    }

    fn record(draft: Draft, subject: Option<Id>) -> Record {
        match Entry::parse(&seal().close(draft, subject).unwrap().0).unwrap() {
            Entry::Record(record) => record,
            Entry::Event(_) => panic!("a draft becomes a record"),
        }
    }

    #[test]
    fn a_question_carries_title_topics_and_its_source() {
        let tags = ["Food", "c++", "a", "b", "c", "d", "e", "f", "g", "h"].map(str::to_owned);
        let record = record(Draft::question(post(Author::User(9)), "A < B", &tags), None);
        let Act::Interaction(Interaction::QueryAsked(asked)) = &record.payload.act else {
            panic!("{record:?}")
        };
        assert_eq!(
            asked
                .topics
                .as_slice()
                .iter()
                .map(Slug::as_str)
                .collect::<String>(),
            "foodabcdefg"
        );
        assert_eq!(
            record.payload.body.as_ref().unwrap().size,
            "<h1>A &lt; B</h1>\n<p>b</p>".len() as u64
        );
        assert_eq!(
            (record.source.kind.as_str(), record.source.id.as_str()),
            ("post", "4")
        );
        assert_eq!(record.home, seal().home);
    }

    #[test]
    fn users_have_one_pseudonym_and_unknown_authors_none() {
        let person = |author| {
            record(Draft::answer(post(author), 3), Some(Id::from_bytes([3; 32])))
                .source
                .person
        };
        assert_eq!(person(Author::User(9)), person(Author::User(9)));
        assert_ne!(person(Author::User(9)), person(Author::User(8)));
        assert_eq!(person(Author::Unknown), None);
        assert_eq!(person(Author::Automaton), None);
        assert!(
            record(
                Draft::answer(post(Author::Automaton), 3),
                Some(Id::from_bytes([3; 32]))
            )
            .source
            .automaton
        );
        let mut documented = b"hearth/person/v1\0".to_vec();
        documented.extend_from_slice(&[7; 32]);
        documented.extend_from_slice(b"example.org\x009");
        let hash: [u8; 32] = Sha256::digest(documented).into();
        assert_eq!(person(Author::User(9)), Some(Pseudonym::from_bytes(hash)));
    }

    #[test]
    fn votes_are_reactions_of_nobody_and_only_three_types_are() {
        for (kind, word) in [(2, "up"), (3, "down"), (5, "favourite")] {
            let vote = Vote {
                id: 1,
                post: 4,
                at: Timestamp::from_millis(1),
                kind,
            };
            let record = record(Draft::reaction(&vote).unwrap(), Some(Id::from_bytes([3; 32])));
            let Act::Interaction(Interaction::ReactionGiven(given)) = &record.payload.act else {
                panic!("{record:?}")
            };
            assert_eq!((given.reaction.as_str(), record.source.person), (word, None));
            assert_eq!(record.payload.re, [Id::from_bytes([3; 32])]);
        }
        assert!([1, 4, 6, 10, 16].iter().all(|kind| {
            Draft::reaction(&Vote {
                id: 1,
                post: 4,
                at: Timestamp::from_millis(1),
                kind: *kind,
            })
            .is_none()
        }));
    }

    #[test]
    fn the_same_row_is_the_same_source() {
        let answer = record(
            Draft::acceptance(4, Author::User(1), Timestamp::from_millis(1)),
            Some(Id::from_bytes([3; 32])),
        );
        assert_eq!(
            (answer.source.kind.as_str(), answer.source.id.as_str()),
            ("acceptance", "4")
        );
        assert_eq!(What::Question.source_kind(), What::Answer.source_kind());
    }
}
