//! `hearth status`: how an organisation stands with the others.

use crate::context::Context;
use crate::exit::Failure;
use crate::render::card::short;
use crate::render::table::Table;
use crate::reply::Reply;
use crate::source::{Source, read};
use clap::Args;
use hearth_node::queries::Query;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// `hearth status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth status

The last lines are this organisation's keys as C2SP tools take them; --json has those of every log.")]
pub(crate) struct Status {}

/// A log as the node holds it.
#[derive(Deserialize)]
struct LogRow {
    slug: String,
    #[serde(default)]
    standing: String,
    origin: String,
    own: bool,
    size: u64,
    lag: Option<u64>,
    witnessed: String,
    witnessed_size: Option<u64>,
    cosignatures: u64,
    needed: u64,
    evidence: u64,
    verifier: Option<String>,
    witness: Option<String>,
}

impl LogRow {
    /// How far witnesses vouch for it.
    fn witnesses(&self) -> String {
        let Self {
            cosignatures, needed, ..
        } = self;
        let newest = format!("{} ({cosignatures} of {needed} needed)", self.witnessed);
        match self.witnessed_size {
            Some(size) if self.witnessed == "provisional" => format!("{newest}; witnessed to {size}"),
            _ => newest,
        }
    }
}

impl Status {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Status {})?;
        let logs: Vec<LogRow> = read(&answer["logs"])?;
        let mut table = Table::new(["log", "entries", "lag", "witnesses", "origin", "forks"]);
        for log in &logs {
            let own = if log.own { " (ours)" } else { "" };
            let out = match log.standing.as_str() {
                "removed" | "suspended" => format!(", {}", log.standing),
                _ => String::new(),
            };
            table.row([
                format!("{}{own}{out}", log.slug),
                log.size.to_string(),
                match log.lag {
                    None => "not heard yet".to_owned(),
                    Some(0) => "none".to_owned(),
                    Some(lag) => format!("{lag} behind"),
                },
                log.witnesses(),
                log.origin.clone(),
                if log.evidence == 0 {
                    "none".to_owned()
                } else {
                    format!("CONVICTED ({})", log.evidence)
                },
            ]);
        }
        let mut text = format!("{}\n{}", standing(&answer), table.render(&context.screen));
        let own = logs.iter().find(|log| log.own);
        for (name, key) in own
            .iter()
            .flat_map(|log| [("log key", &log.verifier), ("witness key", &log.witness)])
        {
            text.push_str(
                &key.as_ref()
                    .map_or(String::new(), |key| format!("\n{name:12} {key}")),
            );
        }
        Ok(Reply::done(answer, text))
    }
}

/// The node in a few lines.
fn standing(answer: &Value) -> String {
    let node = &answer["node"];
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let mut lines = vec![format!(
        "{} · community {}",
        word(&answer["slug"]),
        short(&word(&answer["community"]))
    )];
    if answer["running"] == true {
        lines.push(word(&node["ledger"]));
        lines.push(peers(answer));
    } else {
        lines.push("No node runs on this directory.".to_owned());
    }
    if answer["simulated"] == true {
        lines.push("This community runs on a simulated clock: its times are made up.".to_owned());
    }
    if answer["admitted"] == false {
        lines.push("This organisation is not admitted yet; a steward of the inviter decides.".to_owned());
    }
    if let Some(out) = out(answer) {
        lines.push(out);
    }
    if let Some(why) = node["joining"].as_str() {
        lines.push(format!("Joining: {why}"));
    }
    lines.extend(node["paused"].as_array().into_iter().flatten().map(|paused| {
        let why = word(&paused[1]);
        format!(
            "{}: nothing more is taken in of this log: {why}.",
            slug_of(answer, &paused[0])
        )
    }));
    lines.extend(node["claims"].as_array().into_iter().flatten().map(|claim| {
        format!(
            "{}: says it has cosigned this log up to size {}, and does not show it. Nothing follows from that.",
            slug_of(answer, &claim[0]),
            claim[1]
        )
    }));
    if let Some(missing) = answer["missing_bodies"].as_u64().filter(|missing| *missing > 0) {
        let bodies = if missing == 1 { "body is" } else { "bodies are" };
        lines.push(format!("{missing} {bodies} not here yet."));
    }
    lines.join("\n")
}

/// What it means for this organisation that it was put out.
fn out(answer: &Value) -> Option<String> {
    let own = answer["logs"].as_array()?.iter().find(|log| log["own"] == true)?;
    let counts = format!("{} of its {} entries count", own["counts"], own["size"]);
    match answer["standing"].as_str()? {
        "removed" => Some(format!(
            "REMOVED: this organisation is no longer of the community. {counts}, nothing is taken in any more, and the \
             others do not meet this node; what is here stays readable."
        )),
        "suspended" => Some(format!(
            "SUSPENDED: this organisation is out until the community restores it. {counts}, and nothing is taken in."
        )),
        _ => None,
    }
}

/// Who of the community is connected, and who is not.
fn peers(answer: &Value) -> String {
    let connected: BTreeSet<&str> = answer["node"]["peers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|peer| peer["organisation"].as_str())
        .collect();
    let others = answer["logs"].as_array().into_iter().flatten();
    let (here, away): (Vec<&Value>, Vec<&Value>) = others
        .filter(|log| log["own"] != true)
        .map(|log| &log["organisation"])
        .partition(|other| other.as_str().is_some_and(|other| connected.contains(other)));
    let named = |organisations: Vec<&Value>| {
        let slugs: Vec<String> = organisations.into_iter().map(|id| slug_of(answer, id)).collect();
        if slugs.is_empty() {
            "nobody".to_owned()
        } else {
            slugs.join(", ")
        }
    };
    match (here.is_empty(), away.is_empty()) {
        (true, true) => "peers: there is no other organisation yet".to_owned(),
        (_, true) => format!("peers: connected to {}", named(here)),
        _ => format!("peers: connected to {}; not to {}", named(here), named(away)),
    }
}

/// The slug of the organisation with this id, as the answer names its logs.
fn slug_of(answer: &Value, organisation: &Value) -> String {
    let logs = answer["logs"].as_array().into_iter().flatten();
    let log = logs.into_iter().find(|log| log["organisation"] == *organisation);
    log.and_then(|log| log["slug"].as_str())
        .or(organisation.as_str())
        .unwrap_or("?")
        .to_owned()
}
