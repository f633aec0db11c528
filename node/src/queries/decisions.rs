//! Decisions as everybody recomputes them, and what is in force by them.

use hearth_protocol::community::{Item, OrganisationNumber, View};
use hearth_protocol::framework::Parameters;
use hearth_protocol::governance::{Adopted, Decision, Decisions, Ignored, Tally};
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::{Act, Choice, Deed, Purpose};
use hearth_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::asker::Asker;
use super::card::{Cards, data};
use super::{QueryError, Reader, resolve};

/// Who asks about decisions, and as of when; what is in hand where no instant is named.
pub(super) struct Standpoint<'a> {
    pub(super) as_of: Option<&'a str>,
    pub(super) key: Option<&'a KeyBytes>,
}

/// What it takes to describe a decision.
struct Table<'a> {
    view: &'a View,
    cards: Cards<'a>,
    asker: Option<Asker>,
}

impl Standpoint<'_> {
    fn as_of(&self, view: &View) -> Result<Timestamp, QueryError> {
        match self.as_of {
            Some(text) => Ok(Timestamp::parse_rfc3339(text)?),
            None => Ok(view.latest()),
        }
    }

    fn table<'a>(&self, reader: &'a Reader, view: &'a View) -> Result<Table<'a>, QueryError> {
        Ok(Table {
            view,
            cards: Cards::new(reader, view)?,
            asker: Asker::of(reader, view, self.key)?,
        })
    }
}

/// `{"as_of", "total", "decisions": [as below, without ballots …]}`, the newest first.
pub(super) fn decisions(
    reader: &Reader,
    standpoint: &Standpoint<'_>,
    limit: usize,
) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = standpoint.as_of(&view)?;
    let mut table = standpoint.table(reader, &view)?;
    let decisions = Decisions::at(&view, as_of);
    let rows = decisions
        .all()
        .iter()
        .rev()
        .take(limit)
        .map(|decision| table.row(&decisions, decision))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "as_of": as_of.to_string(), "total": decisions.all().len(), "decisions": rows }))
}

/// `{"as_of", "decision": {"entry": card, "state", "rule", "quorum", "closes", "outcome"?, "carries", "tally",
/// "organisations": [{"slug", "goes"?, "for", …} …], "organisation_tally", "adopts"?, "adopted"?, "also", "closed"?,
/// "you"?, "ballots": [{"choice", "entry": card} …], "ignored": [{"reason", "entry": card} …]}}`.
pub(super) fn decision(
    reader: &Reader,
    standpoint: &Standpoint<'_>,
    prefix: &str,
) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = standpoint.as_of(&view)?;
    let mut table = standpoint.table(reader, &view)?;
    let decisions = Decisions::at(&view, as_of);
    let wanted = resolve::item(&view, prefix)?;
    let missing = || QueryError::NotOfThatKind {
        id: wanted.id,
        wanted: "a decision",
    };
    let about = || view.subject(wanted).and_then(|subject| decisions.of(subject));
    let decision = decisions.of(wanted).or_else(about).ok_or_else(missing)?;
    let mut row = table.row(&decisions, decision)?;
    let mut ballots = Vec::new();
    let mut cast: Vec<_> = decision.ballots.values().collect();
    cast.sort_by_key(|(_, ballot)| ballot.moment());
    for (choice, ballot) in cast {
        ballots.push(json!({ "choice": choice, "entry": table.cards.card(ballot)? }));
    }
    let mut ignored = Vec::new();
    for (ballot, why) in &decision.ignored {
        ignored.push(json!({ "reason": why, "entry": table.cards.card(ballot)? }));
    }
    row["ballots"] = ballots.into();
    row["ignored"] = ignored.into();
    Ok(json!({ "as_of": as_of.to_string(), "decision": row }))
}

impl Table<'_> {
    fn row(&mut self, decisions: &Decisions<'_>, decision: &Decision<'_>) -> Result<Value, QueryError> {
        let says = decision.says;
        let adopts = says.adopts.as_ref().map(|adoption| adoption.act());
        let adopted = adopts
            .and_then(Act::deed)
            .and_then(|deed| adopted_by(decisions, deed, decision));
        let closed = decision
            .closed
            .map(|(item, outcome)| json!({ "id": item.id, "outcome": outcome }));
        Ok(json!({
            "entry": self.cards.card(decision.proposal)?,
            "state": decision.state,
            "rule": says.rule,
            "quorum": says.quorum,
            "closes": says.closes.to_string(),
            "outcome": decision.outcome(),
            "carries": decision.carries(),
            "tally": decision.tally(),
            "organisations": self.organisations(decision),
            "organisation_tally": decision.tally_of_organisations(),
            "adopts": adopts.map(|act| json!({ "do": act.kind(), "data": data(act) })),
            "adopted": adopted.map(|item| item.id),
            "also": also(self.view, decision.proposal, adopts),
            "closed": closed,
            "you": self.asker.map(|asker| standing_of(self.view, decision, asker)),
        }))
    }

    fn organisations(&self, decision: &Decision<'_>) -> Vec<Value> {
        let tallies = decision.by_organisation();
        let row = |(number, tally): (&OrganisationNumber, &Tally)| {
            let mut row = json!(tally);
            let slug = self.view.organisation(*number).slug.clone();
            row["slug"] = slug.as_str().into();
            row["goes"] = json!(goes(tally));
            (slug, row)
        };
        // By name, which is the same to every reader, and means something to them.
        let mut rows: Vec<(String, Value)> = tallies.iter().map(row).collect();
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

/// Which way an organisation goes with these ballots; none where nobody of it voted.
fn goes(tally: &Tally) -> Option<Choice> {
    (tally.voted() > 0).then(|| match tally.favour.cmp(&tally.against) {
        std::cmp::Ordering::Greater => Choice::For,
        std::cmp::Ordering::Less => Choice::Against,
        std::cmp::Ordering::Equal => Choice::Abstain,
    })
}

/// What a member may do and has done about a decision.
fn standing_of(view: &View, decision: &Decision<'_>, asker: Asker) -> Value {
    let voter = decision.voter_of(view, asker.member);
    let ballot = voter.and_then(|voter| decision.ballots.get(&voter));
    let late = decision
        .ignored
        .iter()
        .any(|(item, why)| *why == Ignored::Late && asker.wrote(item));
    json!({
        "may_vote": voter.is_some(),
        "choice": ballot.map(|(choice, _)| choice),
        "ballot": ballot.map(|(_, item)| item.id),
        "late": late,
        "proposed": asker.wrote(decision.proposal),
    })
}

fn adopted_by<'a>(decisions: &Decisions<'a>, deed: Deed, decision: &Decision<'a>) -> Option<&'a Item> {
    let adopted = decisions.adopted(deed);
    let of_it = |adopted: &&Adopted<'a, '_>| adopted.decision.proposal.id == decision.proposal.id;
    adopted.iter().find(of_it).map(|adopted| adopted.item)
}

/// Which of the entries that a proposal names the entry it adopts has to name, too.
fn also(view: &View, proposal: &Item, adopts: Option<&Act>) -> Vec<Id> {
    let Some(rules) = adopts.and_then(Act::rules) else {
        return Vec::new();
    };
    let subject = view.subject(proposal);
    subject
        .into_iter()
        .chain(view.references(proposal))
        .filter(|item| rules.subject.admits(1, item.deed))
        .fold(Vec::new(), |mut ids, item| {
            if !ids.contains(&item.id) {
                ids.push(item.id);
            }
            ids
        })
}

/// `{"as_of", "in_force": [{"kind", "entry": card, "since", "decision": card, "data", "ballots", "organisations",
/// "acknowledged"?, "acknowledgements"?, "met"? } …]}`: every entry of a kind that takes effect by decision and was in
/// force at some time before, the oldest first; of all such kinds where none is named.
pub(super) fn in_force(
    reader: &Reader,
    standpoint: &Standpoint<'_>,
    kind: Option<&str>,
) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = standpoint.as_of(&view)?;
    let mut table = standpoint.table(reader, &view)?;
    let decisions = Decisions::at(&view, as_of);
    let deeds = Deed::all().filter(|deed| deed.rules().adopted);
    let mut rows = Vec::new();
    for deed in deeds.filter(|deed| kind.is_none_or(|kind| kind == deed.name())) {
        for adopted in decisions.adopted(deed) {
            rows.push(table.adopted_row(as_of, adopted)?);
        }
    }
    Ok(json!({ "as_of": as_of.to_string(), "in_force": rows }))
}

impl Table<'_> {
    fn adopted_row(&mut self, as_of: Timestamp, adopted: Adopted<'_, '_>) -> Result<Value, QueryError> {
        let Adopted { item, decision } = adopted;
        let mut row = json!({
            "kind": item.deed.map(Deed::name),
            "entry": self.cards.card(item)?,
            "since": item.effective.to_string(),
            "decision": self.cards.card(decision.proposal)?,
            "data": item.act().map(data),
            "ballots": decision.ballots.len(),
            "organisations": decision.voting_organisations().len(),
        });
        if item.deed == Some(Deed::TermsAdopted) {
            let seen = self.about(as_of, decision, Deed::TermsAcknowledged);
            let own = self.asker.map(|asker| seen.iter().any(|item| asker.wrote(item)));
            let mut people: Vec<_> = seen.iter().map(|item| item.author).collect();
            people.sort_unstable();
            people.dedup();
            row["acknowledged"] = own.into();
            row["acknowledgements"] = people.len().into();
        }
        if matches!(item.deed, Some(Deed::PlanAdopted | Deed::PlanRebaselined)) {
            row["met"] = self
                .about(as_of, decision, Deed::MilestoneMet)
                .into_iter()
                .filter_map(|item| match item.act() {
                    Some(Act::Purpose(Purpose::MilestoneMet(says))) => {
                        Some(json!({ "milestone": says.milestone, "id": item.id, "at": item.effective.to_string() }))
                    }
                    _ => None,
                })
                .collect();
        }
        Ok(row)
    }

    /// Entries about what a decision adopts, whoever logged that, by time.
    fn about(&self, as_of: Timestamp, decision: &Decision<'_>, deed: Deed) -> Vec<&Item> {
        let view = self.view;
        let of_it = |item: &&Item| {
            let adopting = view.subject(item);
            let proposal = adopting.and_then(|adopting| view.subject(adopting));
            item.effective < as_of && proposal.is_some_and(|proposal| proposal.id == decision.proposal.id)
        };
        let mut found: Vec<&Item> = view.done(deed).filter(of_it).collect();
        found.sort_unstable_by_key(|item| item.moment());
        found
    }
}

/// `{"as_of", "parameters", "hash", "decision"?: card}`: by what figures are counted.
pub(super) fn parameters(reader: &Reader, standpoint: &Standpoint<'_>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = standpoint.as_of(&view)?;
    let decisions = Decisions::at(&view, as_of);
    let parameters = Parameters::in_force(&decisions);
    let decision = decisions.in_force(Deed::ParametersAdopted);
    let mut cards = Cards::new(reader, &view)?;
    let decision = decision
        .map(|adopted| cards.card(adopted.decision.proposal))
        .transpose()?;
    Ok(json!({
        "as_of": as_of.to_string(),
        "parameters": parameters,
        "hash": parameters.hash(),
        "decision": decision,
    }))
}

#[cfg(test)]
mod tests {
    use hearth_protocol::governance::State;
    use hearth_protocol::kind::Rule;

    use super::*;

    #[test]
    fn an_organisation_goes_with_more_of_its_ballots() {
        let tally = |favour, against, abstain| Tally {
            favour,
            against,
            abstain,
            electorate: 9,
        };
        for (tally, expected) in [
            (tally(2, 1, 0), Some(Choice::For)),
            (tally(1, 2, 5), Some(Choice::Against)),
            (tally(1, 1, 0), Some(Choice::Abstain)),
            (tally(0, 0, 1), Some(Choice::Abstain)),
            (tally(0, 0, 0), None),
        ] {
            assert_eq!(goes(&tally), expected);
        }
    }

    #[test]
    fn every_rule_and_state_has_a_name_for_programs() {
        let rules = [Rule::Members, Rule::Organisations, Rule::Consent].map(|rule| json!(rule));
        assert_eq!(rules, ["members", "organisations", "consent"]);
        let states = [
            State::Open,
            State::Beyond,
            State::NoElectorate,
            State::OutdatedElectorate,
            State::NoNotice,
        ];
        let expected = [
            "open",
            "beyond",
            "no_electorate",
            "outdated_electorate",
            "no_notice",
        ];
        assert_eq!(states.map(|state| json!(state)), expected);
    }
}
