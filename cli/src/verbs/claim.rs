//! Impact claims: drafting one, bearing it out, holding it to be wrong; opening it to its evidence, and auditing it.

use super::trace::trace;
use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, short};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::verbs::work::{Outcome, people};
use crate::words::{Words, titled};
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{At, Query, Use};
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{Amount, ClaimDrafted, ClaimEvidenced, Effect, Evaluated, Head, Impact, Slug};
use hearth_protocol::time::{Span, Timestamp};
use serde::Deserialize;
use std::path::PathBuf;

/// Longest title in a list, in characters.
const TITLE: usize = 50;

#[derive(Debug, Subcommand)]
pub(crate) enum Claim {
    /// Say what changed, by how much, and what the community contributed
    Draft(Box<Draft>),
    /// Name entries and files your claim rests on
    Evidence(Evidence),
    /// Agree to a claim that names you as a contributor
    Acknowledge(Acknowledge),
    /// Bear out a claim
    Corroborate(Corroborate),
    /// Say what your examination of a claim came to
    Evaluate(Evaluate),
    /// Say that a claim is wrong, and why
    Contest(Contest),
    /// Take back your own claim
    Withdraw(Withdraw),
    /// List the claims, newest first
    List(List),
    /// Open a claim; the same as `hearth trace`
    Show(Show),
}

impl Claim {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Claim::Draft(verb) => verb.run(context),
            Claim::Evidence(verb) => verb.run(context),
            Claim::Acknowledge(verb) => verb.run(context),
            Claim::Corroborate(verb) => verb.run(context),
            Claim::Evaluate(verb) => verb.run(context),
            Claim::Contest(verb) => verb.run(context),
            Claim::Withdraw(verb) => verb.run(context),
            Claim::List(verb) => verb.run(context),
            Claim::Show(verb) => trace(context, verb.claim),
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum EffectName {
    /// Practice became better
    Better,
    /// Nothing changed: a null result, worth saying
    None,
    /// Practice became worse
    Worse,
}

/// `hearth claim draft`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth claim draft \"Questions are answered sooner\" --file claim.md --indicator responded_in_time \\
         --objective answer-each-other --method before-after --contributor 5d02aa
  hearth claim draft \"Fewer sore mouths\" --file claim.md --measure sore-mouths-a-week --value 2 \\
         --objective mouth-care --method ward-count --contributor 5d02aa --effect better

Say in the text what changed and for whom, what the community contributed, and what might make it wrong.
With --indicator the value is that which the node computes now, and anybody can recompute it from the cut it pins.")]
pub(crate) struct Draft {
    /// What changed, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// The indicator of the framework whose value it is (`hearth explain` names them)
    #[arg(long, value_name = "NAME", conflicts_with_all = ["measure", "value"], required_unless_present = "measure")]
    indicator: Option<String>,
    /// What was measured, where the framework has no indicator for it (a-z, 0-9 and -)
    #[arg(long, value_name = "CODE", requires = "value")]
    measure: Option<Slug>,
    /// Its value: a number, or a ratio such as 3/5
    #[arg(long, value_name = "VALUE", value_parser = amount, allow_hyphen_values = true)]
    value: Option<Amount>,
    /// The objective of the terms that it is about
    #[arg(long, value_name = "OBJECTIVE")]
    objective: Slug,
    /// How it was found, by a code such as before-after
    #[arg(long, value_name = "CODE")]
    method: Slug,
    /// What it says of practice
    #[arg(long, value_enum, default_value = "better")]
    effect: EffectName,
    /// Who brought it about: a member's id; up to sixteen
    #[arg(long = "contributor", value_name = "ID", required = true, value_parser = entry_id, add = completion::of(Use::Member))]
    contributors: Vec<String>,
    /// The instant it is about [default: all that this node knows]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Timestamp>,
    /// The time before that, such as 90d [default: the indicator's own]
    #[arg(long, value_name = "TIME")]
    window: Option<Span>,
}

impl Draft {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("claim", "what changed, for whom, and what might make it wrong");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let measured = self.measured(&pen)?;
        let says = ClaimDrafted {
            cut: measured.cut,
            as_of: measured.as_of,
            value: measured.value,
            effect: match self.effect {
                EffectName::Better => Effect::Better,
                EffectName::None => Effect::None,
                EffectName::Worse => Effect::Worse,
            },
            method: self.method,
            window: self.window,
            measure: self.measure,
            ruleset: measured.ruleset,
            indicator: measured.indicator,
            objective: self.objective,
            parameters: measured.parameters,
            contributors: people(&pen, &self.contributors)?,
        };
        let value = says.value;
        let draft = pen.draft(Impact::ClaimDrafted(says));
        let mut reply = pen.send("Drafted", draft.saying(Some(titled(&title, words.as_deref())))?)?;
        let id = short(reply.json["id"].as_str().unwrap_or_default());
        reply.json["value"] = value.to_string().into();
        reply.text = format!(
            "{}\nIts value is {value}. Name what it rests on: hearth claim evidence {id} ENTRY…",
            reply.text
        );
        Ok(reply)
    }

    /// The value and what it is of.
    fn measured(&self, pen: &Pen<'_>) -> Result<Measured, Failure> {
        let at = At {
            as_of: self.as_of.map(|as_of| as_of.to_string()),
            window: self.window.map(|window| window.to_string()),
            ..At::default()
        };
        // What was measured elsewhere pins the same cut, so that evidence can be told from what came later.
        let indicator = self.indicator.clone().unwrap_or_else(|| "members".to_owned());
        let answer = pen.remote().query(&Query::Figure { indicator, at })?;
        let figure = &answer["figure"];
        let (value, indicator, parameters) = match (&self.indicator, self.value) {
            (Some(name), _) => {
                let amount: Option<Amount> = read(&figure["amount"])?;
                let amount = amount.ok_or_else(|| {
                    Failure::new(format!(
                        "{name} is no number and no share now, so there is no value to claim"
                    ))
                })?;
                let code = name.replace('_', "-").to_ascii_lowercase();
                let code: Slug = code.parse().map_err(Failure::usage)?;
                (amount, Some(code), Some(read(&figure["parameters"])?))
            }
            (None, Some(value)) => (value, None, None),
            (None, None) => return Err(Failure::usage("a measure of your own needs its --value")),
        };
        Ok(Measured {
            cut: read(&answer["cut"])?,
            as_of: read(&answer["as_of_ms"])?,
            ruleset: read(&answer["ruleset"])?,
            value,
            indicator,
            parameters,
        })
    }
}

struct Measured {
    cut: Vec<Head>,
    as_of: Timestamp,
    ruleset: u64,
    value: Amount,
    indicator: Option<Slug>,
    parameters: Option<Hash>,
}

/// `7`, `-3` or `3/5`.
fn amount(text: &str) -> Result<Amount, String> {
    let wrong = |_| "a value is a whole number, or a ratio of two such as 3/5".to_owned();
    match text.split_once('/') {
        Some((part, whole)) => {
            let whole: u64 = whole.trim().parse().map_err(wrong)?;
            if whole == 0 {
                return Err("a ratio to nothing is no value".to_owned());
            }
            Ok(Amount::Ratio(part.trim().parse().map_err(wrong)?, whole))
        }
        None => text.trim().parse().map(Amount::Whole).map_err(wrong),
    }
}

/// `hearth claim evidence`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth claim evidence 3f9a2c 81c0de 5d02aa --text \"The questions, and the guide that came of them.\"
  hearth claim evidence 3f9a2c --hash-of counts.csv

A file stays where it is: the claim names the SHA-256 of its bytes, so whoever has the file can tell that it is the one.")]
pub(crate) struct Evidence {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
    /// Entries it rests on
    #[arg(value_name = "ENTRY", value_parser = entry_id, add = completion::of(Use::Look))]
    entries: Vec<String>,
    /// A file it rests on; only the hash of it is written
    #[arg(long = "hash-of", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What they show
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
}

impl Evidence {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        if self.entries.is_empty() && self.files.is_empty() {
            return Err(
                Failure::usage("there is no evidence").advise("Name entries, or files with --hash-of FILE.")
            );
        }
        context.screen.hint(crate::words::WARNING);
        let mut files = Vec::new();
        for path in &self.files {
            let bytes = std::fs::read(path)
                .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
            files.push(Hash::of(&bytes));
        }
        let pen = Pen::new(context)?;
        let act = Impact::ClaimEvidenced(ClaimEvidenced { files });
        let mut draft = pen.draft(act).about_all([pen.resolve(&self.claim)?]);
        for entry in &self.entries {
            draft = draft.about_all([pen.resolve(entry)?]);
        }
        pen.send("Named", draft.saying(self.text)?)
    }
}

/// `hearth claim acknowledge`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth claim acknowledge 3f9a2c")]
pub(crate) struct Acknowledge {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
}

impl Acknowledge {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let claim = pen.resolve(&self.claim)?;
        pen.send("Acknowledged", pen.draft(Impact::ClaimAcknowledged).about(claim))
    }
}

/// `hearth claim corroborate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth claim corroborate 3f9a2c \"We saw the same on our ward.\"

It counts if you did not contribute and are of another organisation than the author.")]
pub(crate) struct Corroborate {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
    #[command(flatten)]
    words: Words,
}

impl Corroborate {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("corroborate", "what you saw").about(&self.claim);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let claim = pen.resolve(&self.claim)?;
        pen.send(
            "Corroborated",
            pen.draft(Impact::ClaimCorroborated).about(claim).saying(words)?,
        )
    }
}

/// `hearth claim evaluate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth claim evaluate 3f9a2c \"The counts agree; the season may have helped.\" --result partly

It counts if your organisation contributed nothing.")]
pub(crate) struct Evaluate {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
    #[command(flatten)]
    words: Words,
    /// What it comes to
    #[arg(long, value_name = "RESULT")]
    result: Outcome,
}

impl Evaluate {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("evaluate", "your evaluation").about(&self.claim);
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let claim = pen.resolve(&self.claim)?;
        let act = Impact::ClaimEvaluated(Evaluated {
            result: self.result.into(),
        });
        pen.send("Evaluated", pen.draft(act).about(claim).saying(Some(words))?)
    }
}

/// `hearth claim contest`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth claim contest 3f9a2c \"Two wards were left out.\"

A contested claim counts no more; its author can draft a better one.")]
pub(crate) struct Contest {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
    #[command(flatten)]
    words: Words,
}

impl Contest {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("contest", "what is wrong with it").about(&self.claim);
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let claim = pen.resolve(&self.claim)?;
        pen.send(
            "Contested",
            pen.draft(Impact::ClaimContested)
                .about(claim)
                .saying(Some(words))?,
        )
    }
}

/// `hearth claim withdraw`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth claim withdraw 3f9a2c \"Counted anew.\"")]
pub(crate) struct Withdraw {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
    #[command(flatten)]
    words: Words,
}

impl Withdraw {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("withdraw", "your reason").about(&self.claim);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let claim = pen.resolve(&self.claim)?;
        pen.send(
            "Withdrawn",
            pen.draft(Impact::ClaimWithdrawn).about(claim).saying(words)?,
        )
    }
}

/// `hearth claim list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth claim list")]
pub(crate) struct List {}

#[derive(Deserialize)]
struct Row {
    claim: Card,
    rung: String,
    value: String,
    contested: bool,
    withdrawn: bool,
    shared_evidence: bool,
}

impl List {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Claims {})?;
        let rows: Vec<Row> = read(&answer["claims"])?;
        let mut table = Table::new(["id", "claim", "objective", "value", "rung", "by", "when"]);
        for row in &rows {
            let mut rung = row.rung.clone();
            for (holds, word) in [
                (row.contested, "contested"),
                (row.withdrawn, "withdrawn"),
                (row.shared_evidence, "shares evidence"),
            ] {
                if holds {
                    rung = format!("{rung}, {word}");
                }
            }
            let data = &row.claim.data;
            let of = data["indicator"]
                .as_str()
                .or(data["measure"].as_str())
                .unwrap_or("?");
            table.row([
                row.claim.short(),
                row.claim.headline(TITLE),
                data["objective"].as_str().unwrap_or("?").to_owned(),
                format!("{} {of}", row.value),
                rung,
                row.claim.author(),
                row.claim.ago(context.now()),
            ]);
        }
        let text = if rows.is_empty() {
            "Nobody has claimed anything yet: hearth claim draft".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// `hearth claim show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth claim show 3f9a2c")]
pub(crate) struct Show {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_number_or_a_ratio() {
        assert_eq!(amount("-3"), Ok(Amount::Whole(-3)));
        assert_eq!(amount("3/5"), Ok(Amount::Ratio(3, 5)));
        for wrong in ["", "x", "3/0", "-3/5", "3/5/7", "0.5"] {
            assert!(amount(wrong).is_err(), "{wrong}");
        }
    }
}
