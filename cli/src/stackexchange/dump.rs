//! What the rows of a dump mean: posts, comments and votes.

use super::rows::{BadRow, Row};
use hearth_protocol::time::Timestamp;

/// Who stands behind a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Author {
    /// A user of the site, by its number there.
    User(u64),
    /// A system account (a negative number), such as *Community*.
    Automaton,
    /// A deleted or anonymous user. Two unknown authors are never the same person.
    Unknown,
}

/// A row of Posts.xml.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) id: u64,
    pub(crate) at: Timestamp,
    pub(crate) author: Author,
    /// HTML, as the site rendered it.
    pub(crate) body: String,
    pub(crate) kind: PostKind,
}

/// What a post is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PostKind {
    Question {
        title: String,
        tags: Vec<String>,
        accepted: Option<u64>,
    },
    Answer {
        question: u64,
    },
    /// A tag wiki, its excerpt or another page of the site; by its type there.
    Other(i64),
}

/// A row of Comments.xml.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) post: u64,
    pub(crate) at: Timestamp,
    pub(crate) author: Author,
    /// Plain text with a little Markdown.
    pub(crate) text: String,
}

/// A row of Votes.xml. Who voted is in no dump, but for favourites; it is not read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Vote {
    pub(crate) id: u64,
    pub(crate) post: u64,
    /// The last millisecond of the day, since a dump gives votes only a date.
    pub(crate) at: Timestamp,
    /// The type at the site: 1 accepted, 2 up, 3 down, 5 favourite, others of the site's own housekeeping.
    pub(crate) kind: i64,
}

impl Post {
    pub(crate) fn read(row: &Row) -> Result<Post, BadRow> {
        let kind = match row.number("PostTypeId")? {
            1 => PostKind::Question {
                title: row.get("Title").unwrap_or_default().to_owned(),
                tags: tags(row.get("Tags").unwrap_or_default()),
                accepted: optional_id(row, "AcceptedAnswerId")?,
            },
            2 => PostKind::Answer {
                question: id(row, "ParentId")?,
            },
            other => PostKind::Other(other),
        };
        Ok(Post {
            id: id(row, "Id")?,
            at: time(row)?,
            author: author(row, "OwnerUserId")?,
            body: row.get("Body").unwrap_or_default().to_owned(),
            kind,
        })
    }
}

impl Comment {
    pub(crate) fn read(row: &Row) -> Result<Comment, BadRow> {
        Ok(Comment {
            id: id(row, "Id")?,
            post: id(row, "PostId")?,
            at: time(row)?,
            author: author(row, "UserId")?,
            text: row.get("Text").unwrap_or_default().to_owned(),
        })
    }
}

impl Vote {
    pub(crate) fn read(row: &Row) -> Result<Vote, BadRow> {
        let at = time(row)?;
        Ok(Vote {
            id: id(row, "Id")?,
            post: id(row, "PostId")?,
            at: if at == at.start_of_day() {
                at.end_of_day()
            } else {
                at
            },
            kind: row.number("VoteTypeId")?,
        })
    }
}

fn id(row: &Row, name: &'static str) -> Result<u64, BadRow> {
    optional_id(row, name)?.ok_or(BadRow::Missing(name))
}

fn optional_id(row: &Row, name: &'static str) -> Result<Option<u64>, BadRow> {
    let Some(number) = row.optional_number(name)? else {
        return Ok(None);
    };
    let not_an_id = |_| BadRow::NotANumber {
        name,
        value: number.to_string(),
    };
    u64::try_from(number).map(Some).map_err(not_an_id)
}

/// Times of a dump have milliseconds and no zone, and are UTC.
fn time(row: &Row) -> Result<Timestamp, BadRow> {
    const NAME: &str = "CreationDate";
    let value = row.need(NAME)?;
    Timestamp::parse_rfc3339(value).map_err(|_| BadRow::NotATime {
        name: NAME,
        value: value.to_owned(),
    })
}

fn author(row: &Row, name: &'static str) -> Result<Author, BadRow> {
    Ok(match row.optional_number(name)? {
        None | Some(0) => Author::Unknown,
        Some(number) => u64::try_from(number).map_or(Author::Automaton, Author::User),
    })
}

/// `<one><two>` in older dumps, `|one|two|` in newer ones.
fn tags(text: &str) -> Vec<String> {
    text.split(['<', '>', '|'])
        .filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::rows::Rows;
    use super::*;

    fn row(attributes: &str) -> Row {
        let text = format!("<rows><row {attributes}/></rows>");
        Rows::open(text.as_bytes(), "rows")
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .unwrap()
    }

    #[test]
    fn a_question_keeps_what_counts() {
        let post = Post::read(&row(
            r#"Id="4" PostTypeId="1" AcceptedAnswerId="9" CreationDate="2011-08-17T20:18:56.507" Title="A" Tags="&lt;x&gt;&lt;y-z&gt;" Body="b" OwnerUserId="7""#,
        ))
        .unwrap();
        assert_eq!(
            post.at,
            Timestamp::parse_rfc3339("2011-08-17T20:18:56.507Z").unwrap()
        );
        assert_eq!(post.author, Author::User(7));
        let tags = vec!["x".to_owned(), "y-z".to_owned()];
        assert_eq!(
            post.kind,
            PostKind::Question {
                title: "A".into(),
                tags,
                accepted: Some(9)
            }
        );
        assert_eq!(tags_of("|x|y-z|"), ["x", "y-z"]);
    }

    fn tags_of(text: &str) -> Vec<String> {
        super::tags(text)
    }

    #[test]
    fn authors_are_users_automata_or_unknown() {
        for (attribute, expected) in [
            (r#"UserId="3""#, Author::User(3)),
            (r#"UserId="-1""#, Author::Automaton),
            (r#"UserId="0""#, Author::Unknown),
            (r#"UserDisplayName="gone""#, Author::Unknown),
        ] {
            let text = format!(r#"Id="1" PostId="2" CreationDate="2011-08-17T20:18:56.507" {attribute}"#);
            assert_eq!(Comment::read(&row(&text)).unwrap().author, expected);
        }
    }

    #[test]
    fn a_vote_means_the_end_of_its_day() {
        let vote = Vote::read(&row(
            r#"Id="1" PostId="2" VoteTypeId="1" CreationDate="2011-08-17T00:00:00.000""#,
        ));
        assert_eq!(vote.unwrap().at.to_string(), "2011-08-17T23:59:59.999Z");
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        let cases = [
            (
                r#"PostId="2" VoteTypeId="1" CreationDate="2011-08-17""#,
                BadRow::Missing("Id"),
            ),
            (
                r#"Id="-4" PostId="2" VoteTypeId="1" CreationDate="2011-08-17""#,
                BadRow::NotANumber {
                    name: "Id",
                    value: "-4".into(),
                },
            ),
            (
                r#"Id="1" PostId="x" VoteTypeId="1" CreationDate="2011-08-17""#,
                BadRow::NotANumber {
                    name: "PostId",
                    value: "x".into(),
                },
            ),
            (
                r#"Id="1" PostId="2" VoteTypeId="1" CreationDate="1969-08-17""#,
                BadRow::NotATime {
                    name: "CreationDate",
                    value: "1969-08-17".into(),
                },
            ),
        ];
        for (attributes, reason) in cases {
            assert_eq!(Vote::read(&row(attributes)).unwrap_err(), reason);
        }
    }
}
