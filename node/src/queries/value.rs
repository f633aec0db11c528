//! What has come of it: the value statement in force, stories, claims up the ladder, and one claim opened to its evidence
//! and recomputed.

use std::collections::BTreeSet;

use hearth_protocol::claims::{Claim, Claims};
use hearth_protocol::community::{Cut, Item, Person, Pin, Row, View};
use hearth_protocol::framework::Recomputed;
use hearth_protocol::governance::Decisions;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, ClaimDrafted, Comparison, Deed, Impact};
use serde_json::{Value, json};

use super::card::Cards;
use super::query::At;
use super::{QueryError, Reader, figures, resolve};

/// `{"statement"?: {"entry": card, "proposal": card with the text, "tally"}, "earlier": [card …]}`.
pub(super) fn statement(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let decisions = Decisions::at(&view, view.latest());
    let mut stated = decisions.adopted(Deed::ValueStated);
    let mut cards = Cards::new(reader, &view)?;
    let in_force = match stated.pop() {
        Some(stated) => json!({
            "entry": cards.card(stated.item)?,
            "proposal": cards.card(stated.decision.proposal)?,
            "tally": stated.decision.tally(),
        }),
        None => Value::Null,
    };
    let earlier = stated.iter().rev().map(|stated| cards.card(stated.item));
    let earlier = earlier.collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "statement": in_force, "earlier": earlier }))
}

/// `{"stories": [{"story": card, "corroborations": [{"entry": card, "consents", "independent"} …]} …]}`, newest first.
pub(super) fn stories(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let mut told: Vec<&Item> = view.done(Deed::StoryTold).collect();
    told.sort_by_key(|story| std::cmp::Reverse(story.moment()));
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for story in told {
        let about = view
            .done(Deed::StoryCorroborated)
            .filter(|item| view.subject(item).is_some_and(|subject| subject.id == story.id));
        let mut seen = Vec::new();
        for item in about {
            let consents =
                matches!(item.act(), Some(Act::Impact(Impact::StoryCorroborated(says))) if says.consent);
            let independent =
                item.organisation != story.organisation && item.author.is_another_than(story.author);
            seen.push(
                json!({ "entry": cards.card(item)?, "consents": consents, "independent": independent }),
            );
        }
        rows.push(json!({ "story": cards.card(story)?, "corroborations": seen }));
    }
    Ok(json!({ "stories": rows }))
}

/// `{"claims": [{"claim": card, "rung", "contested", "withdrawn", "shared", "null"} …]}`, newest first.
pub(super) fn claims(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let claims = Claims::at(&view, view.latest());
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for claim in claims.all().iter().rev() {
        rows.push(json!({
            "claim": cards.card(claim.draft)?,
            "rung": claim.rung,
            "value": claim.says.value.to_string(),
            "contested": !claim.contested.is_empty(),
            "withdrawn": claim.withdrawn.is_some(),
            "shared_evidence": !claims.sharing(claim).is_empty(),
        }));
    }
    Ok(json!({ "claims": rows }))
}

/// One claim opened: its rung, who did what about it, its evidence, the pinned cut, and its value recomputed from that.
pub(super) fn trace(reader: &Reader, prefix: &str) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let wanted = resolve::item(&view, prefix)?;
    let claims = Claims::at(&view, view.latest());
    let claim = claims.of(wanted.id).ok_or(QueryError::NotOfThatKind {
        id: wanted.id,
        wanted: "a claim",
    })?;
    let mut cards = Cards::new(reader, &view)?;
    let mut contributors = Vec::new();
    for (person, agreed) in &claim.contributors {
        let Person::Member(person) = person else { continue };
        let organisation = view
            .find(*person)
            .map(|admitted| view.organisation(admitted.organisation));
        contributors.push(json!({
            "person": person, "name": cards.name(*person)?,
            "organisation": organisation.map(|organisation| organisation.slug.clone()),
            "acknowledged": agreed.map(|item| item.id),
        }));
    }
    let mut evidence = Vec::new();
    for id in &claim.evidence {
        if let Some(item) = view.find(*id) {
            evidence.push(cards.card(item)?);
        }
    }
    let mut said = |items: Vec<&Item>| {
        items
            .into_iter()
            .map(|item| cards.card(item))
            .collect::<Result<Vec<_>, _>>()
    };
    let contested = said(claim.contested.clone())?;
    let withdrawn = said(claim.withdrawn.into_iter().collect())?;
    let mut corroborations = Vec::new();
    for (item, independent) in &claim.corroborations {
        corroborations.push(json!({ "entry": cards.card(item)?, "independent": independent }));
    }
    let mut evaluations = Vec::new();
    for (item, finding, outside) in &claim.evaluations {
        evaluations.push(json!({ "entry": cards.card(item)?, "result": finding, "outside": outside }));
    }
    let mut audits = Vec::new();
    for (item, says) in &claim.audits {
        let value = says.value.map(|value| value.to_string());
        audits.push(json!({ "entry": cards.card(item)?, "result": says.result, "value": value }));
    }
    Ok(json!({
        "claim": cards.card(claim.draft)?,
        "rung": claim.rung,
        "value": claim.says.value.to_string(),
        "contributors": contributors,
        "evidence": evidence,
        "files": claim.files,
        "corroborations": corroborations,
        "evaluations": evaluations,
        "contested": contested,
        "withdrawn": withdrawn,
        "audits": audits,
        "cut": cut_of(claim.says).map(|cut| json!({ "rows": cut, "name": cut.hash() })),
        "pin": match view.pin(claim.draft) {
            Some(Pin::Holds) => "holds",
            Some(Pin::Beyond) => "beyond",
            Some(Pin::Outdated | Pin::Wrong) | None => "wrong",
        },
        "recomputed": recomputed(reader, claim.says),
        "flags": flags(&view, &claims, claim),
    }))
}

/// What speaks for caution.
fn flags(view: &View, claims: &Claims<'_>, claim: &Claim<'_>) -> Value {
    let shared: BTreeSet<Id> = claims.sharing(claim);
    let targets = Decisions::at(view, view.latest());
    let targets = targets.adopted(Deed::TargetSet);
    let from = claim.says.as_of.minus(claim.says.window.unwrap_or_default());
    let before = targets.iter().find(|set| {
        let about = matches!(
            set.item.act(),
            Some(Act::Purpose(hearth_protocol::kind::Purpose::TargetSet(target))) if target.objective == claim.says.objective
        );
        about && set.item.effective < from
    });
    json!({
        "shares_evidence_with": shared,
        "null_results_of_the_objective": claims.null_results(claim),
        "target_before": before.map(|set| set.item.id),
    })
}

/// The value recomputed from the pinned cut, and how it compares; or why it cannot be.
fn recomputed(reader: &Reader, says: &ClaimDrafted) -> Value {
    if says.indicator.is_none() {
        let why = "the claim is about a measure of its own, which nobody can recompute from the logs";
        return json!({ "result": Comparison::Unknown, "why": why });
    }
    let view = cut_of(says).map(|cut| reader.projector().view(Some(&cut)));
    let view = match view {
        Some(Ok(view)) => view,
        Some(Err(error)) => return json!({ "result": Comparison::Unknown, "why": error.to_string() }),
        None => return json!({ "result": Comparison::Unknown, "why": "what it pins is no cut" }),
    };
    match Recomputed::of_claim(&view, says) {
        Some(found) => json!({
            "result": found.compared(says), "amount": found.amount, "value": found.amount.map(|value| value.to_string()),
            "indicator": found.indicator, "section": found.section,
            "parameters": found.parameters, "parameters_named": says.parameters,
            "ruleset": found.ruleset, "ruleset_named": says.ruleset,
        }),
        None => {
            let why = "this version knows no such indicator";
            json!({ "result": Comparison::Unknown, "why": why })
        }
    }
}

fn cut_of(says: &ClaimDrafted) -> Option<Cut> {
    let rows = says
        .cut
        .iter()
        .map(|head| Row(head.organisation, head.size, head.root));
    Cut::new(rows.collect()).ok()
}

/// One indicator by its name, and the cut it is of: what a claim about it pins.
pub(super) fn figure(reader: &Reader, indicator: &str, at: &At) -> Result<Value, QueryError> {
    figures::for_members(at, "what a claim pins")?;
    let figures::Extent { view, as_of, window } = figures::Extent::of(reader, at)?;
    let found = Recomputed::of(&view, indicator, as_of, window).ok_or_else(|| QueryError::NotComputed {
        statement: indicator.to_owned(),
    })?;
    Ok(json!({
        "figure": found, "cut": view.cut(), "as_of": as_of.to_string(), "as_of_ms": as_of, "window": window,
        "ruleset": view.ruleset(),
    }))
}
