//! Putting something to the vote: what every `propose` does, and how a vote is spoken of.

use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::remote::RemoteError;
use crate::render::time::{ago, local};
use crate::reply::Reply;
use crate::words::titled;
use clap::{Args, ValueEnum};
use hearth_node::queries::Query;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Adoption, DecisionProposed, Decisions, Head, Rule};
use hearth_protocol::limits;
use hearth_protocol::time::{Span, Timestamp};
use serde_json::Value;
use std::str::FromStr;

/// How a proposal is voted on: the options every `propose` has.
#[derive(Debug, Args)]
#[command(next_help_heading = "Vote")]
pub(crate) struct Voting {
    /// How votes become an outcome
    #[arg(long, value_enum, default_value = "members")]
    rule: RuleName,
    /// How many per cent of the electorate must vote
    #[arg(long, value_name = "PERCENT", default_value_t = 25, value_parser = clap::value_parser!(u64).range(1..=100))]
    quorum: u64,
    /// Until when people can vote: a date (its whole day, UTC), an instant, or a time from now such as 14d
    #[arg(long, value_name = "WHEN", default_value = "14d")]
    closes: Deadline,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RuleName {
    /// One member one vote: more for than against
    Members,
    /// One organisation one vote: each goes with more of its members' ballots
    Organisations,
    /// Nobody is against
    Consent,
}

/// An instant, or a time from now.
#[derive(Debug, Clone, Copy)]
enum Deadline {
    At(Timestamp),
    After(Span),
}

impl FromStr for Deadline {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(span) = text.parse() {
            return Ok(Self::After(span));
        }
        let at: Timestamp = text
            .parse()
            .map_err(|_| "a deadline is a date, an instant, or a time from now such as 14d".to_owned())?;
        // A bare date means its whole day.
        Ok(Self::At(if text.contains('T') { at } else { at.end_of_day() }))
    }
}

/// What is put to the vote.
pub(crate) struct Motion {
    /// In one line.
    pub(crate) title: String,
    /// The text to be agreed.
    pub(crate) words: Option<String>,
    /// What takes effect once it has carried.
    pub(crate) adopts: Option<Act>,
    /// What it is about; what it adopts will name those of them that its kind admits.
    pub(crate) about: Vec<Id>,
}

/// Puts something to the vote, of those who are members by all that the node holds now.
pub(crate) fn propose(
    context: &Context,
    pen: &Pen<'_>,
    motion: Motion,
    voting: &Voting,
) -> Result<Reply, Failure> {
    let now = context.now();
    let closes = match voting.closes {
        Deadline::At(at) => at,
        Deadline::After(span) => now.plus(span),
    };
    leaves_time(closes, now)?;
    if motion.about.len() >= limits::REFERENCES {
        return Err(Failure::usage("it is about too many entries"));
    }
    if let Some(why) = motion.adopts.as_ref().and_then(Act::misfit) {
        return Err(Failure::usage(format!("what is proposed does not fit: {why}")));
    }
    let says = DecisionProposed {
        cut: electorate(pen)?,
        rule: voting.rule.into(),
        adopts: motion
            .adopts
            .map(Adoption::try_from)
            .transpose()
            .map_err(Failure::new)?,
        closes,
        quorum: voting.quorum,
    };
    let (rule, quorum) = (rule_in_words(says.rule), says.quorum);
    let draft = pen
        .draft(Decisions::DecisionProposed(says))
        .about_all(motion.about)
        .saying(Some(titled(&motion.title, motion.words.as_deref())))?;
    let mut reply = pen.send("Proposed", draft)?;
    let id: String = reply.json["id"]
        .as_str()
        .unwrap_or_default()
        .chars()
        .take(12)
        .collect();
    let until = deadline(closes, now);
    reply.text = format!(
        "{}\n{rule}; {quorum} % must vote. Everybody who is a member now can, until {until}, in their own name:\n\n  \
         hearth vote {id} for\n\nAfter that: hearth decision close {id}",
        reply.text
    );
    reply.json["closes"] = closes.to_string().into();
    Ok(reply)
}

/// Refuses a deadline before which nobody could vote.
fn leaves_time(closes: Timestamp, now: Timestamp) -> Result<(), Failure> {
    if closes <= now {
        return Err(Failure::usage(format!("{} is over already", local(closes))));
    }
    // Others know of it a little later than now, and from then on the time counts.
    if closes < now.plus(limits::NOTICE).plus(limits::NOTICE) {
        return Err(
            Failure::usage(format!("until {} there is no time to vote", local(closes)))
                .advise("Leave people two hours at least: less than one, and it never carries."),
        );
    }
    Ok(())
}

/// The present cut, whose members vote.
fn electorate(pen: &Pen<'_>) -> Result<Vec<Head>, Failure> {
    let cut = pen.remote().query(&Query::Cut {}).map_err(away)?;
    serde_json::from_value(cut["cut"].clone())
        .map_err(|error| Failure::new(format!("the node's cut cannot be read: {error}")))
}

/// Only the node knows who may vote, what was voted and what is in force.
pub(crate) fn away(error: RemoteError) -> Failure {
    if error.is_unreachable() {
        return Failure::unreachable(error)
            .advise("Only the node knows how the community decides: do it when it runs.");
    }
    error.into()
}

/// What was adopted last of a kind, as the node has it; none where nothing was.
pub(crate) fn in_force(context: &Context, pen: &Pen<'_>, kind: &str) -> Result<Option<Value>, Failure> {
    let query = Query::InForce {
        kind: Some(kind.to_owned()),
        as_of: Some(just_after(context.now())),
        key: Some(pen.remote().key().public().bytes()),
    };
    let mut answer = pen.remote().query(&query).map_err(away)?;
    let rows = answer["in_force"].as_array_mut();
    Ok(rows.and_then(Vec::pop))
}

/// The version that follows on what is in force.
pub(crate) fn next_version(row: Option<&Value>) -> u64 {
    row.and_then(|row| row["data"]["version"].as_u64())
        .unwrap_or(0)
        .saturating_add(1)
}

/// The instant from which what happens now is past.
pub(crate) fn just_after(now: Timestamp) -> String {
    now.plus(Span::from_millis(1)).to_string()
}

/// `2026-12-10 14:00 (in 13 days)`.
pub(crate) fn deadline(at: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", local(at), ago(at, now))
}

/// A rule as one says it.
pub(crate) fn rule_in_words(rule: Rule) -> &'static str {
    match rule {
        Rule::Members => "One member one vote, more for than against",
        Rule::Organisations => "One organisation one vote, more for than against",
        Rule::Consent => "Consent: nobody is against",
    }
}

impl From<RuleName> for Rule {
    fn from(name: RuleName) -> Self {
        match name {
            RuleName::Members => Rule::Members,
            RuleName::Organisations => Rule::Organisations,
            RuleName::Consent => Rule::Consent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_a_day_an_instant_or_a_time_from_now() {
        let read = |text: &str| text.parse::<Deadline>();
        assert!(matches!(read("14d"), Ok(Deadline::After(span)) if span == Span::days(14)));
        let day: Timestamp = "2026-12-10".parse().unwrap();
        assert!(matches!(read("2026-12-10"), Ok(Deadline::At(at)) if at == day.end_of_day()));
        let noon: Timestamp = "2026-12-10T12:00:00Z".parse().unwrap();
        assert!(matches!(read("2026-12-10T12:00:00Z"), Ok(Deadline::At(at)) if at == noon));
        assert!(read("soon").is_err());
    }
}
