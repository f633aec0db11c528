//! Leaders' work: who holds which role, the time for it, and what the leadership was asked.

use std::collections::BTreeMap;

use hearth_protocol::community::{Item, Person, View};
use hearth_protocol::framework::{Holding, Parameters, Roles, planned_months};
use hearth_protocol::governance::{Decision, Decisions, State};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Deed, Leadership, RoleGranted};
use hearth_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader};

/// The instant that was asked for; that of the cut where none was.
pub(super) fn instant(view: &View, as_of: Option<&str>) -> Result<Timestamp, QueryError> {
    match as_of {
        Some(text) => Ok(Timestamp::parse_rfc3339(text)?),
        None => Ok(view.default_as_of()),
    }
}

/// `{"as_of", "required": [role …], "roles": [{"role", "person", "name"?, "from", "until", "provided_by", "state",
/// "decision"?, "grant"?, "since"?, "to"?} …]}`: every role that was put to the vote or granted, newest first. `state` is
/// `voting`, `failed`, `carried` (to be granted), `granted` (to be accepted), `held`, `coming` or `over`.
pub(super) fn roles(reader: &Reader, as_of: Option<&str>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = instant(&view, as_of)?;
    let decisions = Decisions::at(&view, as_of);
    let roles = Roles::of(&view, &decisions, as_of);
    let held: BTreeMap<Id, &Holding<'_>> = roles.all().iter().map(|role| (role.grant.id, role)).collect();
    let adopted = decisions.adopted(Deed::RoleGranted);
    let grants: BTreeMap<Id, &Item> = adopted
        .iter()
        .map(|adopted| (adopted.decision.proposal.id, adopted.item))
        .collect();
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for decision in decisions.all().iter().rev() {
        let Some(says) = about_a_role(decision) else {
            continue;
        };
        let grant = grants.get(&decision.proposal.id);
        let holding = grant.and_then(|grant| held.get(&grant.id));
        rows.push(json!({
            "role": says.role,
            "person": says.holder,
            "name": cards.name(says.holder)?,
            "from": says.from.to_string(),
            "until": says.until.to_string(),
            "provided_by": says.provided_by,
            "state": state(decision, grant.is_some(), says, holding.copied(), as_of),
            "decision": decision.proposal.id,
            "grant": grant.map(|grant| grant.id),
            "since": holding.map(|holding| holding.from.to_string()),
            "to": holding.map(|holding| holding.until.to_string()),
        }));
    }
    let required = Parameters::in_force(&decisions).l1.required;
    Ok(json!({ "as_of": as_of.to_string(), "required": required, "roles": rows }))
}

fn about_a_role<'a>(decision: &Decision<'a>) -> Option<&'a RoleGranted> {
    if let Act::Leadership(Leadership::RoleGranted(says)) = decision.says.adopts.as_ref()?.act() {
        Some(says)
    } else {
        None
    }
}

fn state(
    decision: &Decision<'_>,
    granted: bool,
    says: &RoleGranted,
    holding: Option<&Holding<'_>>,
    as_of: Timestamp,
) -> &'static str {
    match (decision.state, granted, holding) {
        (State::Open | State::Beyond, ..) => "voting",
        (State::Failed | State::NoElectorate | State::OutdatedElectorate | State::NoNotice, ..) => "failed",
        (State::Carried, false, _) => "carried",
        (State::Carried, true, None) if as_of > says.until => "over",
        (State::Carried, true, None) => "granted",
        (State::Carried, true, Some(holding)) if holding.holds_at(as_of) => "held",
        (State::Carried, true, Some(holding)) if as_of <= holding.from => "coming",
        (State::Carried, true, Some(_)) => "over",
    }
}

/// `{"as_of", "months": [{"month", "role", "grant", "person", "name"?, "planned", "pledge", "confirmed"?,
/// "confirmation"?, "over"} …]}`: minutes, month by month, newest first.
pub(super) fn time(reader: &Reader, as_of: Option<&str>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = instant(&view, as_of)?;
    let decisions = Decisions::at(&view, as_of);
    let roles = Roles::of(&view, &decisions, as_of);
    let mut cards = Cards::new(reader, &view)?;
    let mut months = planned_months(&view, &roles, as_of);
    months.sort_by_key(|of| std::cmp::Reverse(of.month));
    let mut rows = Vec::new();
    for of in months {
        let Person::Member(person) = view.person(of.holding.holder) else {
            continue;
        };
        rows.push(json!({
            "month": of.month,
            "role": of.holding.says.role,
            "grant": of.holding.grant.id,
            "person": person,
            "name": cards.name(person)?,
            "planned": of.planned,
            "pledge": of.pledge.id,
            "confirmed": of.confirmed.map(|(_, minutes)| minutes),
            "confirmation": of.confirmed.map(|(item, _)| item.id),
            "over": of.month.ends() <= as_of,
        }));
    }
    Ok(json!({ "as_of": as_of.to_string(), "months": rows }))
}

/// `{"as_of", "requests": [{"request": card, "answers": [{"answer": card, "by_leader"} …], "answered"} …]}`, newest first;
/// `answered` where somebody who held a role then has answered another's.
pub(super) fn requests(reader: &Reader, as_of: Option<&str>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = instant(&view, as_of)?;
    let decisions = Decisions::at(&view, as_of);
    let roles = Roles::of(&view, &decisions, as_of);
    let mut answers: BTreeMap<Id, Vec<&Item>> = BTreeMap::new();
    for answer in view.done(Deed::LeadershipAnswered) {
        if let Some(request) = view.subject(answer) {
            answers.entry(request.id).or_default().push(answer);
        }
    }
    let mut requests: Vec<&Item> = view.done(Deed::LeadershipAsked).collect();
    requests.sort_by_key(|request| std::cmp::Reverse(request.moment()));
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for request in requests {
        let (mut shown, mut answered) = (Vec::new(), false);
        let mut given = answers.remove(&request.id).unwrap_or_default();
        given.sort_by_key(|answer| answer.moment());
        for answer in given {
            let by_leader = roles.led(answer);
            answered |= by_leader && answer.author.is_another_than(request.author);
            shown.push(json!({ "answer": cards.card(answer)?, "by_leader": by_leader }));
        }
        rows.push(json!({ "request": cards.card(request)?, "answers": shown, "answered": answered }));
    }
    Ok(json!({ "as_of": as_of.to_string(), "requests": rows }))
}
