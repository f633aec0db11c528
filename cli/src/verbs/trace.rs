//! Opening an impact claim to its evidence, recomputing its value from the cut it pins, and signing what came out.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, short};
use crate::render::words::{WORDS, set_in};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::verbs::work::Named;
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{Amount, AuditAttested, Comparison, Impact};
use serde::Deserialize;
use serde_json::Value;

/// Longest title of what a claim rests on, in characters.
const TITLE: usize = 50;

/// `hearth trace`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth trace 3f9a2c

It opens the claim: its rung, who contributed and agreed, what it rests on, the cut it pins, and its value computed again
from that cut, bit for bit. It checks the record, never what caused what.")]
pub(crate) struct Trace {
    /// The claim's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
    claim: String,
}

impl Trace {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        trace(context, self.claim)
    }
}

pub(super) fn trace(context: &Context, claim: String) -> Result<Reply, Failure> {
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
    lines.extend(judgements(answer)?);
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
    lines.extend(claim.words().map(|words| format!("\n{}", set_in(&words, WORDS))));
    Ok(lines.join("\n"))
}

/// Who bore it out, evaluated and audited it.
fn judgements(answer: &Value) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
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
    Ok(lines)
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Claim))]
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
