//! Figures: the framework, one statement of it, and the cut they are of.

use std::sync::Arc;

use hearth_protocol::community::View;
use hearth_protocol::framework::{self, Audience, Parameters, STEP, Section, Statement, in_steps};
use hearth_protocol::governance::Decisions;
use hearth_protocol::id::Id;
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
    let sections: Vec<Section> = Section::computed().collect();
    let answer = framework::compute_for(&view, as_of, window, &sections, audience(at));
    Ok(json_of(&answer))
}

/// One statement, with every id behind its figures.
pub(super) fn explain(reader: &Reader, statement: &str, at: &At) -> Result<Value, QueryError> {
    for_members(at, "an explanation")?;
    let section: Section = statement.parse()?;
    let Extent { view, as_of, window } = Extent::of(reader, at)?;
    let answer = framework::explain(&view, section, as_of, window);
    let missing = || QueryError::NotComputed {
        statement: statement.to_owned(),
    };
    answer.map(|answer| json_of(&answer)).ok_or_else(missing)
}

/// Refuses what would be nothing without its ids.
pub(super) const fn for_members(at: &At, what: &'static str) -> Result<(), QueryError> {
    match audience(at) {
        Audience::Members => Ok(()),
        Audience::Outsiders => Err(QueryError::NotForOutsiders { what }),
    }
}

/// A number of people, or of what few people did, as the audience is told it.
const fn told(at: &At, count: u64) -> u64 {
    match audience(at) {
        Audience::Members => count,
        Audience::Outsiders => in_steps(count),
    }
}

/// The size of the ranges that numbers are told in; none where they are told exactly.
const fn step(at: &At) -> Option<u64> {
    match audience(at) {
        Audience::Members => None,
        Audience::Outsiders => Some(STEP),
    }
}

const fn audience(at: &At) -> Audience {
    if at.external {
        Audience::Outsiders
    } else {
        Audience::Members
    }
}

/// Most instants of one trend.
const INSTANTS: usize = 60;
const MONTH: Span = Span::days(30);

/// `[{"as_of", "statements": [members, V3]} …]`, the last first; none before the community was founded.
pub(super) fn trend(reader: &Reader, at: &At, points: usize) -> Result<Value, QueryError> {
    let Extent { view, as_of, window } = Extent::of(reader, at)?;
    let founded = view.organisation(view.founder()).admitted;
    let sections = [Section::Members, Section::Statement(Statement::V3)];
    let mut instant = as_of;
    let mut trend = Vec::new();
    while trend.len() < points.min(INSTANTS) && instant > founded {
        let answer = framework::compute_for(&view, instant, window, &sections, audience(at));
        trend.push(json!({ "as_of": instant.to_string(), "statements": answer.statements }));
        instant = instant.minus(MONTH);
    }
    Ok(Value::Array(trend))
}

/// `{"step", "bands": [{"from", "until", "members", "low", "high"} …]}`, the period that ends last the last.
pub(super) fn bands(reader: &Reader, at: &At) -> Result<Value, QueryError> {
    let Extent { view, as_of, .. } = Extent::of(reader, at)?;
    let bands = framework::membership_bands(&view, as_of);
    let bands = bands.iter().map(|band| {
        json!({
            "from": band.from.to_string(), "until": band.until.to_string(),
            "members": told(at, band.members), "low": band.low, "high": band.high,
        })
    });
    Ok(json!({ "step": step(at), "bands": bands.collect::<Vec<_>>() }))
}

/// `{"window", "step", "ties": [{"from", "to", "responses"} …]}`, organisations by their slugs; over the parameter `year`, or
/// the window asked for. Few responses are by few people, so outsiders are told them in steps, too.
pub(super) fn ties(reader: &Reader, at: &At) -> Result<Value, QueryError> {
    let Extent { view, as_of, window } = Extent::of(reader, at)?;
    let year = || Parameters::in_force(&Decisions::at(&view, as_of)).year;
    let window = window.unwrap_or_else(year);
    let slug = |id: Id| {
        view.organisations()
            .iter()
            .find(|o| o.id == id)
            .map(|o| o.slug.as_str())
    };
    let ties = framework::ties(&view, as_of, window);
    let ties = ties.iter().filter(|tie| told(at, tie.responses) > 0).map(
        |tie| json!({ "from": slug(tie.from), "to": slug(tie.to), "responses": told(at, tie.responses) }),
    );
    Ok(json!({ "window": window, "step": step(at), "ties": ties.collect::<Vec<_>>() }))
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
