//! The one way of reading: questions and their answers, for the API of a running node and for a data directory alike.

mod asker;
mod candidates;
mod card;
mod collected;
mod decisions;
mod discussions;
mod figures;
mod gathering;
mod imports;
mod inbox;
mod leadership;
mod lineage;
mod log;
mod meetings;
mod news;
mod people;
mod portfolio;
mod pulses;
mod query;
mod resolve;
mod revisions;
mod row;
mod search;
mod status;
mod tasks;
mod unanswered;
mod value;
mod works;

use std::path::Path;
use std::sync::Arc;

use hearth_protocol::community::{View, ViewError};
use hearth_protocol::framework::UnknownSection;
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::time::{BadSpan, BadTime};
use serde_json::Value;

use crate::projector::Projector;
use crate::search::{BadExpression, Search, SearchError};
use crate::store::{OpenError, Store, StoreError};

pub use candidates::Use;
pub use news::Mark;
pub use query::{At, Query, Wanted};
pub use status::{Live, Presence};

/// Answers questions. Cheap to clone.
#[derive(Clone)]
pub struct Reader {
    store: Store,
    projector: Projector,
    search: Search,
    live: Option<Arc<dyn Fn() -> Live + Send + Sync>>,
}

/// Why a data directory cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It holds no node.
    #[error("{directory} holds no node; name its data directory with --data", directory = .0.display())]
    Empty(std::path::PathBuf),
    /// It cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// No entry begins like that.
    #[error("no entry here has an id that begins with {prefix}")]
    NoSuchEntry {
        /// As given.
        prefix: String,
    },
    /// Several do.
    #[error("several entries have ids that begin with {prefix}: {}", .candidates.join(", "))]
    Ambiguous {
        /// As given.
        prefix: String,
        /// Some of them, long enough to tell them apart.
        candidates: Vec<String>,
    },
    /// Not the beginning of an id.
    #[error("`{text}` is not the beginning of an id (at least 4 hexadecimal digits)")]
    NotAnId {
        /// As given.
        text: String,
    },
    /// No organisation is called that.
    #[error("no organisation here is called {name}")]
    NoSuchOrganisation {
        /// As given.
        name: String,
    },
    /// No kind is called that.
    #[error(
        "no kind of entry is called {name}: say one of {}, or a kind as `hearth log --json` shows it",
        search::names()
    )]
    NoSuchKind {
        /// As given.
        name: String,
    },
    /// The words cannot be looked for.
    #[error(transparent)]
    Expression(#[from] BadExpression),
    /// The index failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The entry is not part of a discussion.
    #[error("entry {id} is not part of a question, discussion or resource")]
    NotADiscussion {
        /// The entry.
        id: Id,
    },
    /// The entry is of another kind than was asked for.
    #[error("entry {id} is not {wanted}")]
    NotOfThatKind {
        /// The entry.
        id: Id,
        /// What was asked for.
        wanted: &'static str,
    },
    /// A log has not so many entries here.
    #[error("the log has {held} entries here")]
    TooLarge {
        /// What is held.
        held: u64,
    },
    /// The key is no member's of this organisation.
    #[error("no member of this organisation holds that key")]
    NoMember,
    /// The statement is not one of the framework.
    #[error(transparent)]
    Statement(#[from] UnknownSection),
    /// The statement is not computed by this version.
    #[error("{statement} has no indicator in this version")]
    NotComputed {
        /// The statement.
        statement: String,
    },
    /// It opens into ids, which outsiders are not told.
    #[error(
        "{what} is not for outsiders: it lists ids and exact numbers; ask without `external`, or for the framework"
    )]
    NotForOutsiders {
        /// What was asked for.
        what: &'static str,
    },
    /// Not a time.
    #[error(transparent)]
    Time(#[from] BadTime),
    /// Not a span.
    #[error(transparent)]
    Span(#[from] BadSpan),
    /// The cut has no view here.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl QueryError {
    /// A short name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            QueryError::NoSuchEntry { .. } => "no_such_entry",
            QueryError::Ambiguous { .. } => "ambiguous",
            QueryError::NotAnId { .. } => "not_an_id",
            QueryError::NoSuchOrganisation { .. } => "no_such_organisation",
            QueryError::NoSuchKind { .. } => "no_such_kind",
            QueryError::Expression(_) => "bad_words",
            QueryError::Search(_) => "search_failed",
            QueryError::NotADiscussion { .. } => "not_a_discussion",
            QueryError::NotOfThatKind { .. } => "not_of_that_kind",
            QueryError::TooLarge { .. } => "too_large",
            QueryError::NoMember => "no_member",
            QueryError::Statement(_) => "no_such_statement",
            QueryError::NotComputed { .. } => "not_computed",
            QueryError::NotForOutsiders { .. } => "not_for_outsiders",
            QueryError::Time(_) => "bad_time",
            QueryError::Span(_) => "bad_span",
            QueryError::View(_) => "no_view",
            QueryError::Store(_) => "store_failed",
        }
    }
}

/// Opens a data directory for reading, where no node runs on it.
///
/// # Errors
/// [`ReadError::Open`] with [`OpenError::Locked`] where one does.
pub fn open(directory: &Path) -> Result<Reader, ReadError> {
    if !directory.join(crate::store::DATABASE_FILE).exists() {
        return Err(ReadError::Empty(directory.to_owned()));
    }
    let store = Store::open(directory)?;
    let community = store
        .read()?
        .community()?
        .ok_or_else(|| ReadError::Empty(directory.to_owned()))?;
    let projector = Projector::open(store.clone(), community, Some(directory))?;
    let search = Search::at_rest(store.clone(), community, directory);
    Ok(Reader {
        store,
        projector,
        search,
        live: None,
    })
}

impl Reader {
    /// A reader of a running node; `live` tells what only a running node knows.
    pub fn of_node(
        store: Store,
        projector: Projector,
        search: Search,
        live: Arc<dyn Fn() -> Live + Send + Sync>,
    ) -> Reader {
        Reader {
            store,
            projector,
            search,
            live: Some(live),
        }
    }

    /// The store read from.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What is known of the community.
    pub fn projector(&self) -> &Projector {
        &self.projector
    }

    /// Answers one question.
    ///
    /// # Errors
    /// [`QueryError`].
    #[allow(clippy::too_many_lines, reason = "a line or two for each question")]
    pub fn answer(&self, query: &Query) -> Result<Value, QueryError> {
        match query {
            Query::Status {} => status::status(self),
            Query::Framework(at) => figures::framework(self, at),
            Query::Explain { statement, at } => figures::explain(self, statement, at),
            Query::Trend { at, points } => figures::trend(self, at, *points),
            Query::Bands(at) => figures::bands(self, at),
            Query::Ties(at) => figures::ties(self, at),
            Query::Cut {} => figures::cut(self),
            Query::Thread { id } => discussions::thread(self, id),
            Query::Threads { limit, skip } => discussions::threads(self, *limit, *skip),
            Query::Search(wanted) => search::search(self, wanted),
            Query::Candidates {
                to,
                begins,
                key,
                limit,
            } => {
                let begun = candidates::Begun {
                    to: *to,
                    begins,
                    key: key.as_ref(),
                    limit: *limit,
                };
                candidates::candidates(self, &begun)
            }
            Query::Decisions { as_of, key, limit } => {
                decisions::decisions(self, &standpoint(as_of.as_deref(), key.as_ref()), *limit)
            }
            Query::Decision { id, as_of, key } => {
                decisions::decision(self, &standpoint(as_of.as_deref(), key.as_ref()), id)
            }
            Query::InForce { kind, as_of, key } => {
                decisions::in_force(self, &standpoint(as_of.as_deref(), key.as_ref()), kind.as_deref())
            }
            Query::Parameters { as_of } => decisions::parameters(self, &standpoint(as_of.as_deref(), None)),
            Query::News {
                mark,
                since,
                now,
                key,
            } => {
                let since = news::Since {
                    mark: mark.as_ref(),
                    since: since.as_deref(),
                    now: now.as_deref(),
                    key: key.as_ref(),
                };
                news::news(self, &since)
            }
            Query::Inbox { key, now } => inbox::inbox(self, key, now.as_deref()),
            Query::Entry { id } => log::entry(self, id),
            Query::Log {
                organisation,
                from,
                limit,
            } => log::list(self, organisation.as_deref(), *from, *limit),
            Query::Meetings {} => meetings::meetings(self),
            Query::Faqs {} => collected::faqs(self),
            Query::Lineage { id } => lineage::lineage(self, id),
            Query::Members { organisation } => people::members(self, organisation.as_deref()),
            Query::Circles { key } => gathering::list_circles(self, key.as_ref()),
            Query::Circle { id } => gathering::circle(self, id),
            Query::Gaps { key } => gathering::list_gaps(self, key.as_ref()),
            Query::Coverage {} => gathering::coverage(self),
            Query::Directory { topic, key } => gathering::directory(self, topic.as_deref(), key.as_ref()),
            Query::Portfolio { key } => portfolio::portfolio(self, key),
            Query::Works {} => works::list(self),
            Query::Work { id } => works::work(self, id),
            Query::ValueStatement {} => value::statement(self),
            Query::Stories {} => value::stories(self),
            Query::Claims {} => value::claims(self),
            Query::Trace { id } => value::trace(self, id),
            Query::Figure { indicator, at } => value::figure(self, indicator, at),
            Query::Roles { as_of } => leadership::roles(self, as_of.as_deref()),
            Query::Time { as_of } => leadership::time(self, as_of.as_deref()),
            Query::Requests { as_of } => leadership::requests(self, as_of.as_deref()),
            Query::Tasks {} => tasks::tasks(self),
            Query::Unanswered { as_of, referred } => {
                unanswered::unanswered(self, as_of.as_deref(), *referred)
            }
            Query::Organisations {} => people::organisations(self),
            Query::Head { organisation, size } => people::head(self, organisation, *size),
            Query::Applications {} => people::applications(self),
            Query::Checkpoint { organisation } => log::checkpoint(self, organisation.as_deref()),
            Query::Sources { site, sources } => log::sources(self, site, sources),
            Query::Imports {} => imports::imports(self),
            Query::Pulses { requests } => Ok(pulses::pulses(self, requests)),
            Query::Raw {
                organisation,
                from,
                limit,
            } => log::raw(self, organisation, *from, *limit),
            Query::Tile {
                organisation,
                level,
                index,
            } => log::tile(self, organisation, *level, *index),
            Query::Bodies {
                organisation,
                from,
                limit,
            } => log::bodies(self, organisation, *from, *limit),
        }
    }

    fn view(&self) -> Result<Arc<View>, QueryError> {
        Ok(self.projector.view(None)?)
    }
}

fn standpoint<'a>(as_of: Option<&'a str>, key: Option<&'a KeyBytes>) -> decisions::Standpoint<'a> {
    decisions::Standpoint { as_of, key }
}

#[cfg(test)]
mod tests;
