//! A decision with its ballots, as a person reads it.

use crate::context::Context;
use crate::motion::{deadline, rule_in_words};
use crate::render::agreed;
use crate::render::card::{Card, HEADLINE};
use crate::render::data::noun;
use crate::render::table::Table;
use crate::render::words::{WORDS, in_one_line, set_in};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Choice, Outcome, Rule};
use hearth_protocol::time::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A decision as the node describes it; what is not rendered is not read.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) entry: Card,
    pub(crate) state: String,
    pub(crate) rule: Rule,
    pub(crate) quorum: u64,
    #[serde(deserialize_with = "instant")]
    pub(crate) closes: Timestamp,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) carries: bool,
    pub(crate) tally: Tally,
    pub(crate) organisations: Vec<OrganisationRow>,
    pub(crate) adopts: Option<Adopts>,
    pub(crate) adopted: Option<String>,
    #[serde(default)]
    pub(crate) also: Vec<Id>,
    pub(crate) closed: Option<Closed>,
    pub(crate) you: Option<You>,
    #[serde(default)]
    pub(crate) ballots: Vec<Ballot>,
    #[serde(default)]
    pub(crate) ignored: Vec<IgnoredBallot>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tally {
    #[serde(rename = "for")]
    pub(crate) favour: u64,
    pub(crate) against: u64,
    pub(crate) abstain: u64,
    pub(crate) electorate: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct OrganisationRow {
    pub(crate) slug: String,
    pub(crate) goes: Option<Choice>,
    #[serde(flatten)]
    pub(crate) tally: Tally,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Adopts {
    #[serde(rename = "do")]
    pub(crate) kind: String,
    pub(crate) data: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Closed {
    pub(crate) id: String,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Deserialize)]
pub(crate) struct You {
    pub(crate) may_vote: bool,
    pub(crate) choice: Option<Choice>,
    pub(crate) ballot: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Ballot {
    pub(crate) choice: Choice,
    pub(crate) entry: Card,
}

#[derive(Debug, Deserialize)]
pub(crate) struct IgnoredBallot {
    pub(crate) reason: String,
    pub(crate) entry: Card,
}

/// An instant as answers write it.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

impl Tally {
    pub(crate) fn voted(&self) -> u64 {
        self.favour + self.against + self.abstain
    }

    pub(crate) fn words(&self) -> String {
        format!(
            "{} for, {} against, {} abstaining; {} of {} voted",
            self.favour,
            self.against,
            self.abstain,
            self.voted(),
            self.electorate
        )
    }
}

impl Row {
    /// How it stands, in few words.
    pub(crate) fn standing(&self, now: Timestamp) -> String {
        let outcome = match self.state.as_str() {
            "open" => return format!("open until {}", deadline(self.closes, now)),
            "beyond" => return "not to be counted here yet".to_owned(),
            "carried" => "carried",
            "failed" => "failed",
            "no_notice" => return "no time to vote: never carries".to_owned(),
            "outdated_electorate" => return "an outdated electorate: never carries".to_owned(),
            _ => return "no electorate: never carries".to_owned(),
        };
        match (&self.closed, &self.adopts, &self.adopted) {
            (None, ..) => format!("{outcome}, to be closed"),
            (Some(closed), ..) if Some(closed.outcome) != self.outcome => {
                format!("{outcome}, declared otherwise")
            }
            (Some(_), Some(_), None) if outcome == "carried" => format!("{outcome}, not in force yet"),
            (Some(_), Some(_), Some(_)) => format!("{outcome}, in force"),
            (Some(_), ..) => outcome.to_owned(),
        }
    }
}

/// A vote as one says it.
pub(crate) fn said(choice: Option<Choice>) -> &'static str {
    match choice {
        Some(Choice::For) => "for",
        Some(Choice::Against) => "against",
        Some(Choice::Abstain) => "abstain",
        None => "–",
    }
}

/// A decision with its ballots, for a person.
pub(crate) fn shown(row: &Row, context: &Context) -> String {
    let now = context.now();
    let mut lines = vec![
        format!("{}  {}", row.entry.short(), row.entry.headline(HEADLINE)),
        format!("proposed by {}, {}", row.entry.author(), row.entry.when()),
        format!("{}; {} % must vote.", rule_in_words(row.rule), row.quorum),
        format!("Voting until {}.", deadline(row.closes, now)),
        format!("It stands: {}. {}.", row.standing(now), row.tally.words()),
    ];
    if row.state == "open" {
        let would = if row.carries { "would" } else { "would not" };
        lines.push(format!("With these ballots it {would} carry."));
    }
    let mut table = Table::new(["organisation", "may vote", "for", "against", "abstain", "goes"]);
    for OrganisationRow { slug, goes, tally } in &row.organisations {
        let numbers = [tally.electorate, tally.favour, tally.against, tally.abstain];
        let [electorate, favour, against, abstain] = numbers.map(|number| number.to_string());
        table.row([
            slug.clone(),
            electorate,
            favour,
            against,
            abstain,
            said(*goes).to_owned(),
        ]);
    }
    lines.push(format!("\n{}", table.render(&context.screen)));
    for Ballot { choice, entry } in &row.ballots {
        let reason = entry
            .words()
            .map(|words| format!(": {}", in_one_line(&words)))
            .unwrap_or_default();
        lines.push(format!("{} {}{reason}", entry.author(), said(Some(*choice))));
    }
    for IgnoredBallot { reason, entry } in &row.ignored {
        let reason = reason.replace('_', " ");
        lines.push(format!(
            "not counted ({reason}): {} by {}",
            entry.short(),
            entry.author()
        ));
    }
    if let Some(adopts) = &row.adopts {
        lines.push(format!(
            "\nOnce carried and closed it brings into force: {}",
            noun(&adopts.kind)
        ));
        lines.extend(agreed::lines(&adopts.kind, &adopts.data));
    }
    if let Some(words) = row.entry.words() {
        lines.push(format!("\n{}", set_in(&words, WORDS)));
    }
    lines.extend(next_step(row));
    lines.join("\n")
}

/// What can be done about it.
fn next_step(row: &Row) -> Option<String> {
    let id = row.entry.short();
    let may_vote = row
        .you
        .as_ref()
        .is_some_and(|you| you.may_vote && you.choice.is_none());
    match row.state.as_str() {
        "open" if may_vote => Some(format!("\nYour vote: hearth vote {id} for|against|abstain")),
        "carried" | "failed" if row.closed.is_none() => {
            Some(format!("\nNobody has closed it: hearth decision close {id}"))
        }
        "carried" if row.adopts.is_some() && row.adopted.is_none() => {
            Some(format!("\nNot in force yet: hearth decision close {id}"))
        }
        _ => None,
    }
}
