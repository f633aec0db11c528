//! Where reading commands read: a running node, or a data directory on which none runs.

use crate::context::Context;
use crate::exit::Failure;
use crate::pen;
use crate::remote::Remote;
use hearth_node::directory::DataDirectory;
use hearth_node::queries::{self, Query, ReadError, Reader};
use hearth_node::run::NodeFile;
use hearth_node::store::{BodyState, OpenError};
use hearth_protocol::id::{BodyHash, Id};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::Path;

/// Something that answers questions.
pub(crate) enum Source {
    Node(Box<Remote>),
    Data(Box<Reader>),
}

impl Source {
    /// The source the options name: `--data` reads the directory, or talks to the node that runs on it; otherwise the
    /// node of `--node` or of the member's home.
    pub(crate) fn open(context: &Context) -> Result<Self, Failure> {
        let Some(directory) = &context.globals.data else {
            return Self::of_node(context, context.remote()?);
        };
        match queries::open(directory) {
            Ok(reader) => Ok(Self::Data(Box::new(reader))),
            Err(ReadError::Open(OpenError::Locked { .. })) => {
                Self::of_node(context, context.remote_at(&running_at(directory)?)?)
            }
            Err(error) => Err(Failure::new(error)),
        }
    }

    /// A node, after it has been sent what waits for it, so that a member reads what they wrote.
    fn of_node(context: &Context, remote: Remote) -> Result<Self, Failure> {
        // That the node is away is said by whatever is asked next.
        pen::flush(&remote, context)?;
        Ok(Self::Node(Box::new(remote)))
    }

    /// Asks one question.
    pub(crate) fn ask(&self, query: &Query) -> Result<Value, Failure> {
        match self {
            Self::Node(remote) => remote.query(query).map_err(Failure::from),
            Self::Data(reader) => reader.answer(query).map_err(Failure::new),
        }
    }

    /// The bytes of a body of one log; none where it is not here.
    pub(crate) fn body(&self, organisation: Id, hash: &BodyHash) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::Node(remote) => match remote.body(organisation, hash) {
                Ok(bytes) => Ok(Some(bytes)),
                Err(error) if error.is_absent() => Ok(None),
                Err(error) => Err(error.into()),
            },
            Self::Data(reader) => {
                let snapshot = reader.store().read().map_err(Failure::new)?;
                let Some(log) = snapshot.log(&organisation).map_err(Failure::new)? else {
                    return Ok(None);
                };
                match snapshot.body(log.number, hash).map_err(Failure::new)? {
                    BodyState::Held { .. } => snapshot
                        .body_bytes(log.number, hash, 0, usize::MAX)
                        .map(Some)
                        .map_err(Failure::new),
                    BodyState::Partial { .. } | BodyState::Erased { .. } | BodyState::Missing => Ok(None),
                }
            }
        }
    }
}

/// Asks until `limit` rows are there or all: a node gives only so many at once. `ask` is told how many rows to pass over
/// and how many to ask for, `all` reads from an answer how many there are. The rows of later answers are put behind those
/// of the first.
pub(crate) fn in_pages(
    rows: &str,
    limit: usize,
    all: impl Fn(&Value) -> u64,
    mut ask: impl FnMut(usize, usize) -> Result<Value, Failure>,
) -> Result<Value, Failure> {
    let mut answer = ask(0, limit)?;
    loop {
        let count = answer[rows].as_array().map_or(0, Vec::len);
        if count >= limit || count as u64 >= all(&answer) {
            return Ok(answer);
        }
        let mut next = ask(count, limit - count)?;
        match (answer[rows].as_array_mut(), next[rows].as_array_mut()) {
            (Some(have), Some(more)) if !more.is_empty() => have.append(more),
            _ => return Ok(answer),
        }
    }
}

/// Reads a part of an answer.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    serde_json::from_value(value.clone()).map_err(|error| {
        Failure::new(format!("the node's answer cannot be read: {error}"))
            .advise("Do node and client have the same version?")
    })
}

/// The API address that the node running on a data directory has written down there.
fn running_at(directory: &Path) -> Result<String, Failure> {
    NodeFile::read(&DataDirectory::at(directory).node())
        .map(|node| node.api)
        .ok_or_else(|| {
            Failure::new(format!("another process works on {}", directory.display()))
                .advise("If it is a node, talk to it with --node URL; otherwise wait until it is done.")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn more_than_a_page_is_asked_for_page_by_page() {
        let total = 2300_u64;
        for (limit, asked, rows) in [(20, 1, 20), (1000, 1, 1000), (2100, 3, 2100), (5000, 3, 2300)] {
            let mut times = 0;
            let page = |skip: usize, limit: usize| {
                times += 1;
                let rows = (skip as u64..total).take(limit.min(1000)).collect::<Vec<_>>();
                Ok(json!({ "size": total, "rows": rows }))
            };
            let all = |answer: &Value| answer["size"].as_u64().unwrap();
            let answer = in_pages("rows", limit, all, page).unwrap();
            let found: Vec<u64> = serde_json::from_value(answer["rows"].clone()).unwrap();
            assert_eq!((times, found.len()), (asked, rows), "limit {limit}");
            assert!(found.iter().copied().eq(0..rows as u64), "each once, in order");
        }
        let nothing = in_pages("rows", 10, |_| 5, |_, _| Ok(json!({ "rows": [] }))).unwrap();
        assert_eq!(
            nothing,
            json!({ "rows": [] }),
            "an answer that promises more ends, too"
        );
    }
}
