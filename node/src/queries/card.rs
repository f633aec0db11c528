//! An entry as people and programs are shown it.

use std::collections::BTreeMap;

use hearth_protocol::community::{Author, Column, Item, Person, Standing, View};
use hearth_protocol::entry::{BodyRef, Entry};
use hearth_protocol::id::Id;
use serde::Serialize;
use serde_json::Value;

use super::revisions::Revisions;
use super::{QueryError, Reader};
use crate::search::{SEARCHED, Text};
use crate::store::{BodyState, Log, LogNumber, Snapshot, StoreError};

/// Longest text that is shown, in bytes; files are fetched apart.
const LONGEST: usize = 256 << 10;

/// One entry with its verdict.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Card {
    pub(super) id: Id,
    pub(super) organisation: String,
    pub(super) index: u64,
    pub(super) kind: String,
    /// When the author says it happened.
    pub(super) at: String,
    /// The time that counts.
    pub(super) effective: String,
    /// `counts`, `pending` or `void`.
    pub(super) standing: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
    /// `signed` or `imported`.
    pub(super) column: &'static str,
    pub(super) author: Byline,
    pub(super) re: Vec<Id>,
    #[serde(skip_serializing_if = "Value::is_null")]
    pub(super) data: Value,
    /// Who said that its words are not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hidden: Option<Hidden>,
    /// Its words before each correction, the first ones first. `body` holds the newest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) history: Vec<Former>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Body>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<Body>,
}

/// Words that were corrected.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Former {
    /// The entry that says what took their place.
    pub(super) corrected_by: Id,
    /// When, by the time that counts.
    pub(super) corrected: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<Body>,
}

/// That words are not shown.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Hidden {
    /// The entry that says so.
    pub(super) id: Id,
    /// Why.
    pub(super) ground: String,
    pub(super) by: Byline,
    pub(super) organisation: String,
}

/// Who did it, as far as that may be shown.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Byline {
    /// `member`, `imported`, `unknown`, `automaton`, `organisation` or `pseudonym`.
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
}

/// A body, and its words where it holds words and they are here.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Body {
    pub(super) hash: String,
    pub(super) size: u64,
    #[serde(rename = "type")]
    pub(super) media_type: String,
    /// `held`, `partial`, `missing`, `erased` or `hidden`.
    pub(super) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
    /// The text is the beginning of the words, not all of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) cut: bool,
}

/// A body by the entry that refers to it: for whoever takes it along or erases it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Kept {
    pub(super) entry: Id,
    /// In whose log.
    pub(super) organisation: Id,
    #[serde(flatten)]
    pub(super) body: Body,
}

/// Makes cards; remembers the names it has looked up.
pub(super) struct Cards<'a> {
    snapshot: Snapshot<'a>,
    pub(super) view: &'a View,
    logs: BTreeMap<Id, Log>,
    names: BTreeMap<Id, Option<String>>,
    revisions: Revisions<'a>,
}

impl<'a> Cards<'a> {
    pub(super) fn new(reader: &'a Reader, view: &'a View) -> Result<Self, QueryError> {
        let snapshot = reader.store().read()?;
        let logs = snapshot
            .logs()?
            .into_iter()
            .map(|log| (log.charter.organisation, log))
            .collect();
        Ok(Self {
            snapshot,
            view,
            logs,
            names: BTreeMap::new(),
            revisions: Revisions::of(view),
        })
    }

    /// The card of an entry, with its words.
    pub(super) fn card(&mut self, item: &Item) -> Result<Card, QueryError> {
        let read = self.entry(item)?;
        let payload = read.as_ref().map(|(_, entry)| entry.payload());
        let kind = payload
            .map_or("unreadable", |payload| payload.act.kind())
            .to_owned();
        let log = read.as_ref().map(|(log, _)| *log);
        let (body, history) = self.readings(item)?;
        let file = log.zip(payload.and_then(|payload| payload.act.file()));
        let file = file
            .map(|(log, file)| self.shown(item, log, file, false))
            .transpose()?;
        let hidden = self.hidden(item)?;
        let title = body
            .as_ref()
            .and_then(|body| body.text.as_deref())
            .and_then(title_of);
        let (standing, reason) = standing(item.standing);
        Ok(Card {
            id: item.id,
            organisation: self.view.organisation(item.organisation).slug.clone(),
            index: item.index,
            kind,
            at: item.at.to_string(),
            effective: item.effective.to_string(),
            standing,
            reason,
            column: match item.column {
                Column::Signed => "signed",
                Column::Imported => "imported",
            },
            author: self.byline(item, payload.map_or(&[], |payload| &payload.re))?,
            hidden,
            history,
            re: payload.map(|payload| payload.re.clone()).unwrap_or_default(),
            data: payload.map_or(Value::Null, |payload| data(&payload.act)),
            title,
            body,
            file,
        })
    }

    /// The words of an entry as they read now, where they are here and not hidden.
    pub(super) fn words(&self, item: &Item) -> Result<Option<String>, QueryError> {
        let newest = self.revisions.newest(item);
        Ok(self.own_body(newest)?.and_then(|body| body.text))
    }

    /// Every body that an entry itself refers to, the hidden ones too, each as it is kept.
    pub(super) fn own_bodies(&self, item: &Item) -> Result<Vec<Kept>, QueryError> {
        let Some((log, entry)) = self.entry(item)? else {
            return Ok(Vec::new());
        };
        let organisation = self.view.organisation(item.organisation).id;
        let kept = |body: &BodyRef| -> Result<Kept, QueryError> {
            let body = body_of(&self.snapshot, log, body, false)?;
            Ok(Kept {
                entry: item.id,
                organisation,
                body,
            })
        };
        entry.payload().bodies().map(kept).collect()
    }

    /// The corrections of an entry, the oldest first.
    pub(super) fn corrections(&self, item: &Item) -> &[&'a Item] {
        self.revisions.corrections(item)
    }

    /// The newest body of an entry, and those before it.
    fn readings(&self, item: &Item) -> Result<(Option<Body>, Vec<Former>), QueryError> {
        let (mut body, mut history) = (self.own_body(item)?, Vec::new());
        for correction in self.revisions.corrections(item) {
            let next = self.own_body(correction)?;
            history.push(Former {
                corrected_by: correction.id,
                corrected: correction.effective.to_string(),
                body: std::mem::replace(&mut body, next),
            });
        }
        Ok((body, history))
    }

    /// The body that an entry itself refers to.
    fn own_body(&self, item: &Item) -> Result<Option<Body>, QueryError> {
        let Some((log, entry)) = self.entry(item)? else {
            return Ok(None);
        };
        let body = entry.payload().body.as_ref();
        body.map(|body| self.shown(item, log, body, true)).transpose()
    }

    /// Who said that an entry, as it reads now, is not shown.
    fn hidden(&mut self, item: &Item) -> Result<Option<Hidden>, QueryError> {
        let newest = self.revisions.hidden(self.revisions.newest(item));
        let Some(hiding) = newest.or_else(|| self.revisions.hidden(item)) else {
            return Ok(None);
        };
        Ok(Some(Hidden {
            id: hiding.item.id,
            ground: hiding.ground.to_string(),
            by: self.byline(hiding.item, &[])?,
            organisation: self.view.organisation(hiding.item.organisation).slug.clone(),
        }))
    }

    /// What is searched of an entry as it reads now, where it is here.
    pub(super) fn text(&self, item: &Item) -> Result<Option<Text>, QueryError> {
        let newest = self.revisions.newest(item);
        if self.revisions.hidden(newest).is_some() {
            return Ok(None);
        }
        let Some((log, entry)) = self.entry(newest)? else {
            return Ok(None);
        };
        let Some(body) = &entry.payload().body else {
            return Ok(None);
        };
        if !matches!(self.snapshot.body(log, &body.hash)?, BodyState::Held { .. }) {
            return Ok(None);
        }
        let bytes = self.snapshot.body_bytes(log, &body.hash, 0, SEARCHED)?;
        Ok(Some(Text::of(&String::from_utf8_lossy(&bytes), &body.media_type)))
    }

    /// An entry, and the log it stands in, which keeps its bodies.
    fn entry(&self, item: &Item) -> Result<Option<(LogNumber, Entry)>, QueryError> {
        let organisation = self.view.organisation(item.organisation).id;
        let Some(log) = self.logs.get(&organisation).map(|log| log.number) else {
            return Ok(None);
        };
        let bytes = self.snapshot.entry(log, item.index)?;
        Ok(bytes.and_then(|bytes| Some((log, Entry::parse(&bytes).ok()?))))
    }

    /// Who asked under a pseudonym is named nowhere in what they do about their question: by accepting or taking it back
    /// they would else show themselves to be the asker.
    fn is_unnamed(&self, item: &Item, re: &[Id]) -> bool {
        let about = re.iter().filter_map(|id| self.view.find(*id));
        let begins = about.clone().filter_map(|about| self.view.root(about));
        let mut asked = about.chain(begins).chain([item]);
        asked.any(|query| query.pseudonymous && query.author == item.author)
    }

    fn byline(&mut self, item: &Item, re: &[Id]) -> Result<Byline, QueryError> {
        let plain = |kind| Byline {
            kind,
            person: None,
            name: None,
        };
        Ok(match item.author {
            Author::Person(_) if self.is_unnamed(item, re) => plain("pseudonym"),
            Author::Person(number) => match self.view.person(number) {
                Person::Member(id) => {
                    let name = self.name(id)?;
                    Byline {
                        kind: "member",
                        person: Some(id.to_string()),
                        name,
                    }
                }
                Person::Imported(pseudonym) => Byline {
                    kind: "imported",
                    person: Some(pseudonym.to_string()),
                    name: None,
                },
            },
            Author::Unknown => plain("unknown"),
            Author::Automaton => plain("automaton"),
            Author::Organisation => plain("organisation"),
        })
    }

    /// A member's name, from the body of their admission.
    pub(super) fn name(&mut self, person: Id) -> Result<Option<String>, QueryError> {
        if let Some(name) = self.names.get(&person) {
            return Ok(name.clone());
        }
        let words = match self.view.find(person) {
            Some(item) => self.words(item)?,
            None => None,
        };
        let name = words
            .as_deref()
            .and_then(|words| title_of(words).or_else(|| words.trim().lines().next().map(str::to_owned)));
        self.names.insert(person, name.clone());
        Ok(name)
    }

    /// A body of an entry as far as it may be shown. Whatever people read of bodies comes from here.
    fn shown(
        &self,
        item: &Item,
        log: LogNumber,
        body: &BodyRef,
        with_words: bool,
    ) -> Result<Body, QueryError> {
        let hidden = self.revisions.hidden(item).is_some();
        let mut shown = body_of(&self.snapshot, log, body, with_words && !hidden)?;
        if hidden && shown.state != "erased" {
            shown.state = "hidden";
        }
        Ok(shown)
    }
}

pub(super) fn body_of(
    snapshot: &Snapshot<'_>,
    log: LogNumber,
    body: &BodyRef,
    with_words: bool,
) -> Result<Body, StoreError> {
    let state = snapshot.body(log, &body.hash)?;
    let readable =
        with_words && body.media_type.starts_with("text/") && matches!(state, BodyState::Held { .. });
    let text = if readable {
        let bytes = snapshot.body_bytes(log, &body.hash, 0, LONGEST)?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    } else {
        None
    };
    Ok(Body {
        hash: body.hash.to_string(),
        size: body.size,
        media_type: body.media_type.clone(),
        state: state_name(&state),
        cut: readable && body.size > LONGEST as u64,
        text,
    })
}

pub(super) fn state_name(state: &BodyState) -> &'static str {
    match state {
        BodyState::Held { .. } => "held",
        BodyState::Partial { .. } => "partial",
        BodyState::Missing => "missing",
        BodyState::Erased { .. } => "erased",
    }
}

pub(super) fn standing(standing: Standing) -> (&'static str, Option<&'static str>) {
    match standing {
        Standing::Counts => ("counts", None),
        Standing::Pending => ("pending", None),
        Standing::Void(reason) => ("void", Some(reason.name())),
    }
}

/// `data` as JSON; null where there is none.
pub(super) fn data(act: &hearth_protocol::kind::Act) -> Value {
    let value = serde_json::to_value(act).unwrap_or(Value::Null);
    if value.as_object().is_some_and(serde_json::Map::is_empty) {
        Value::Null
    } else {
        value
    }
}

/// The topics that its author gave an entry.
pub(super) fn topics_of(item: &Item) -> Vec<String> {
    let data = item.act().map_or(Value::Null, data);
    let topics = data["topics"].as_array().into_iter().flatten();
    topics
        .filter_map(|topic| topic.as_str().map(str::to_owned))
        .collect()
}

/// The title that words begin with (`# Title`).
pub(super) fn title_of(words: &str) -> Option<String> {
    words
        .lines()
        .next()?
        .strip_prefix("# ")
        .map(|title| title.trim().to_owned())
}
