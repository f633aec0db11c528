//! Figures: the framework, one statement of it, and the cut they are of.

use std::sync::Arc;

use hearth_protocol::community::View;
use hearth_protocol::framework::{self, Section};
use hearth_protocol::time::{Span, Timestamp};
use serde_json::{Value, json};

use super::query::At;
use super::{QueryError, Reader};

/// What a figure is asked for, resolved.
pub(super) struct Extent {
    pub(super) view: Arc<View>,
    pub(super) as_of: Timestamp,
    pub(super) window: Option<Span>,
}

impl Extent {
    pub(super) fn of(reader: &Reader, at: &At) -> Result<Self, QueryError> {
        let view = reader.projector().view(at.cut.as_ref())?;
        let as_of = match &at.as_of {
            Some(text) => Timestamp::parse_rfc3339(text)?,
            None => view.default_as_of(),
        };
        let window = at.window.as_deref().map(str::parse).transpose()?;
        Ok(Self { view, as_of, window })
    }
}

/// The framework's own answer (docs/framework.schema.json).
pub(super) fn framework(reader: &Reader, at: &At) -> Result<Value, QueryError> {
    let Extent { view, as_of, window } = Extent::of(reader, at)?;
    let answer = framework::compute(&view, as_of, window);
    Ok(json_of(&answer))
}

/// One statement, with every id behind its figures.
pub(super) fn explain(reader: &Reader, statement: &str, at: &At) -> Result<Value, QueryError> {
    let section: Section = statement.parse()?;
    let Extent { view, as_of, window } = Extent::of(reader, at)?;
    let answer = framework::explain(&view, section, as_of, window);
    let missing = || QueryError::NotComputed {
        statement: statement.to_owned(),
    };
    answer.map(|answer| json_of(&answer)).ok_or_else(missing)
}

/// `{"cut": [[organisation, size, root] …], "name": …, "as_of": …}`.
pub(super) fn cut(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = view.default_as_of().to_string();
    Ok(json!({ "cut": view.cut(), "name": view.cut().hash(), "as_of": as_of }))
}

fn json_of(answer: &impl serde::Serialize) -> Value {
    serde_json::to_value(answer).expect("figures are JSON")
}
