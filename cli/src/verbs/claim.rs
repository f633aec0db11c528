//! Impact claims: drafting one, bearing it out, holding it to be wrong; opening it to its evidence, and auditing it.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, short};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::verbs::reading::read;
use crate::verbs::work::{Named, Outcome, people};
use crate::words::{Words, titled};
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{At, Query, Use};
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{
    Amount, AuditAttested, ClaimDrafted, ClaimEvidenced, Comparison, Effect, Evaluated, Head, Impact, Slug,
};
use hearth_protocol::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    claim: String,
}

/// `hearth trace`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth trace 3f9a2c

It opens the claim: its rung, who contributed and agreed, what it rests on, the cut it pins, and its value computed again
from that cut, bit for bit. It checks the record, never what caused what.")]
pub(crate) struct Trace {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    claim: String,
}

impl Trace {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        trace(context, self.claim)
    }
}

fn trace(context: &Context, claim: String) -> Result<Reply, Failure> {
    let answer = Source::open(context)?.ask(&Query::Trace { id: claim })?;
    let text = traced(&answer)?;
    Ok(Reply::done(answer, text))
}

#[derive(Deserialize)]
struct Judged {
    entry: Card,
    #[serde(default)]
    independent: bool,
    #[serde(default)]
    outside: bool,
    #[serde(default)]
    result: Option<String>,
    #[serde(default)]
    value: Option<String>,
}

fn traced(answer: &Value) -> Result<String, Failure> {
    let claim: Card = read(&answer["claim"])?;
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let data = &claim.data;
    let of = match data["indicator"].as_str() {
        Some(indicator) => format!("{} (an indicator of the framework)", indicator.replace('-', "_")),
        None => format!("{} (a measure of its own)", text(&data["measure"])),
    };
    let mut lines = vec![
        format!("{} {}", claim.short(), claim.headline(TITLE)),
        format!("claimed by {}, {}", claim.author(), claim.when()),
        format!("rung        {}", text(&answer["rung"])),
        format!("objective   {}", text(&data["objective"])),
        format!("value       {} of {of}", text(&answer["value"])),
        format!(
            "effect      {}; method {}",
            text(&data["effect"]),
            text(&data["method"])
        ),
    ];
    lines.push(format!(
        "pinned cut  {}{}",
        text(&answer["cut"]["name"]),
        pin(answer)
    ));
    lines.push(format!("recomputed  {}", recomputed(answer)));
    for person in read::<Vec<Named>>(&answer["contributors"])? {
        let agreed = match person.by() {
            Some(entry) => format!("acknowledged ({})", entry.short()),
            None => "has not acknowledged".to_owned(),
        };
        lines.push(format!("contributor {}: {agreed}", person.who()));
    }
    for card in read::<Vec<Card>>(&answer["evidence"])? {
        lines.push(format!(
            "evidence    {} {} {}",
            card.short(),
            card.kind,
            card.headline(TITLE)
        ));
    }
    for file in answer["files"].as_array().into_iter().flatten() {
        lines.push(format!("evidence    a file with SHA-256 {}", text(file)));
    }
    for seen in read::<Vec<Judged>>(&answer["corroborations"])? {
        let counts = if seen.independent {
            "independent"
        } else {
            "not independent, so it does not count"
        };
        lines.push(format!(
            "borne out   {} by {}: {counts}",
            seen.entry.short(),
            seen.entry.author()
        ));
    }
    for seen in read::<Vec<Judged>>(&answer["evaluations"])? {
        let counts = if seen.outside {
            ""
        } else {
            " (of an organisation that contributed, so it does not count)"
        };
        let result = seen.result.unwrap_or_default();
        lines.push(format!(
            "evaluated   {} by {}: {result}{counts}",
            seen.entry.short(),
            seen.entry.author()
        ));
    }
    for seen in read::<Vec<Judged>>(&answer["audits"])? {
        let value = seen.value.map(|value| format!(" ({value})")).unwrap_or_default();
        let result = seen.result.unwrap_or_default();
        lines.push(format!(
            "audited     {} by {}: {result}{value}",
            seen.entry.short(),
            seen.entry.author()
        ));
    }
    for (what, key) in [("CONTESTED  ", "contested"), ("WITHDRAWN  ", "withdrawn")] {
        for card in read::<Vec<Card>>(&answer[key])? {
            lines.push(format!(
                "{what} {} by {}: {}",
                card.short(),
                card.author(),
                card.headline(TITLE)
            ));
        }
    }
    lines.extend(flags(answer));
    lines.extend(claim.words().map(|words| format!("\n{words}")));
    Ok(lines.join("\n"))
}

fn pin(answer: &Value) -> &'static str {
    match answer["pin"].as_str() {
        Some("holds") => "",
        Some("beyond") => " (goes beyond what is here)",
        _ => " (is no cut of this community)",
    }
}

fn recomputed(answer: &Value) -> String {
    let found = &answer["recomputed"];
    let value = found["value"].as_str().unwrap_or("nothing");
    match found["result"].as_str() {
        Some("equal") => format!("{value}: equal, with the parameters and the ruleset it names"),
        Some("different") if found["parameters"] != found["parameters_named"] => {
            format!("{value}: DIFFERENT; the parameters in force were others than it names")
        }
        Some("different") => format!("{value}: DIFFERENT"),
        _ => format!(
            "not possible: {}",
            found["why"].as_str().unwrap_or("there was no value")
        ),
    }
}

fn flags(answer: &Value) -> Vec<String> {
    let flags = &answer["flags"];
    let ids = |value: &Value| -> Vec<String> {
        let ids = value.as_array().into_iter().flatten();
        ids.filter_map(Value::as_str).map(short).collect()
    };
    let shared = ids(&flags["shares_evidence_with"]);
    let null = ids(&flags["null_results_of_the_objective"]);
    let mut lines = Vec::new();
    if !shared.is_empty() {
        lines.push(format!(
            "flag        it shares evidence with {}",
            shared.join(", ")
        ));
    }
    lines.push(match null.as_slice() {
        [] => "flag        no null result is on record for this objective".to_owned(),
        null => format!("null        null results for this objective: {}", null.join(", ")),
    });
    lines.push(match flags["target_before"].as_str() {
        Some(target) => format!("target      registered before: {}", short(target)),
        None => "flag        no target was registered before".to_owned(),
    });
    lines
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Recompute a claim's value from the cut it pins, and sign what came out
    Attest(Attest),
}

impl Audit {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Audit::Attest(verb) => verb.run(context),
        }
    }
}

/// `hearth audit attest`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth audit attest 3f9a2c

Your own node computes the value; what it finds is signed with your key, equal or not.")]
pub(crate) struct Attest {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    claim: String,
    #[command(flatten)]
    note: Words,
}

impl Attest {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("attest", "a note").about(&self.claim);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let answer = pen.remote().query(&Query::Trace {
            id: self.claim.clone(),
        })?;
        let found = &answer["recomputed"];
        let result: Comparison = read(&found["result"])?;
        let value: Option<Amount> = read(&found["amount"])?;
        let act = Impact::AuditAttested(AuditAttested {
            value: value.filter(|_| result != Comparison::Unknown),
            result,
        });
        let claim = answer["claim"]["id"].as_str().and_then(|id| id.parse().ok());
        let claim = claim.ok_or_else(|| Failure::new("the node's answer names no claim"))?;
        let mut reply = pen.send("Attested", pen.draft(act).about(claim).saying(note)?)?;
        reply.text = format!("Recomputed: {}\n{}", recomputed(&answer), reply.text);
        reply.json["recomputed"] = found.clone();
        Ok(reply)
    }
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
