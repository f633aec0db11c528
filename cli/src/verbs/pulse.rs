//! Anonymous surveys: opening, answering, reading, closing.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::community::Cut;
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::{Deadlines, Head, Pulse as Act, PulseOpened, Slug};
use hearth_protocol::pulse::Receipt;
use hearth_protocol::sign::PublicKey;
use hearth_protocol::time::Span;
use serde_json::{Value, json};

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::pen::Pen;
use crate::pulses::{self, ITEMS, Told};
use crate::reply::Reply;

#[derive(Debug, Subcommand)]
pub(crate) enum Pulse {
    /// Open an anonymous survey of all members (stewards)
    Open(Open),
    /// List the surveys there are and have been
    List(List),
    /// Show a survey: what it asks, how far it is, how it came out
    Show(Show),
    /// Answer a survey: nobody learns which answer is yours
    Answer(Answer),
    /// Publish the answers collected and close, before its time (stewards of the organisation that collects)
    Close(Close),
    /// Check that an answer you hold a receipt for was published
    VerifyReceipt(VerifyReceipt),
}

impl Pulse {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Pulse::Open(verb) => verb.run(context),
            Pulse::List(verb) => verb.run(context),
            Pulse::Show(verb) => verb.run(context),
            Pulse::Answer(verb) => verb.run(context),
            Pulse::Close(verb) => verb.run(context),
            Pulse::VerifyReceipt(verb) => verb.run(context),
        }
    }
}

/// `hearth pulse open`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth pulse open --item safe-to-ask --item matters-to-my-work --answers 14d"
)]
pub(crate) struct Open {
    /// A statement to ask about, as a slug; the usual eight where none is given
    #[arg(long = "item", value_name = "SLUG")]
    items: Vec<Slug>,
    /// Answers run from 1, not at all, to this, fully
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=10))]
    scale: u64,
    /// An organisation that issues tokens; two of them
    #[arg(long = "issuer", value_name = "ORGANISATION")]
    issuers: Vec<String>,
    /// The organisation that collects the answers [default: your own]
    #[arg(long, value_name = "ORGANISATION")]
    collector: Option<String>,
    /// Issuers show their keys within this time
    #[arg(long, default_value = "2d")]
    keys: Span,
    /// Tokens are asked for within this time
    #[arg(long, default_value = "10d")]
    requests: Span,
    /// Answers are taken for this time; then they are published
    #[arg(long, default_value = "14d")]
    answers: Span,
    /// Words to those who are asked
    #[arg(long)]
    words: Option<String>,
}

impl Open {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let answer = pen.remote().query(&Query::Cut {})?;
        let cut: Cut = serde_json::from_value(answer["cut"].clone()).map_err(Failure::new)?;
        let electorate: Vec<Head> = cut
            .rows()
            .iter()
            .map(|row| Head {
                organisation: row.organisation(),
                size: row.size(),
                root: row.root(),
            })
            .collect();
        let (issuers, collector) = self.offices(&pen)?;
        let items = if self.items.is_empty() {
            let usual = ITEMS.iter().map(|(slug, _, _)| slug.parse());
            usual.collect::<Result<_, _>>().map_err(Failure::new)?
        } else {
            self.items.clone()
        };
        let now = context.now();
        let opened = PulseOpened {
            n: members(&pen, &electorate)?,
            items,
            scale: self.scale,
            until: Deadlines {
                keys: now.plus(self.keys),
                answers: now.plus(self.answers),
                requests: now.plus(self.requests),
            },
            issuers,
            collector,
            electorate,
        };
        pen.send("Opened", pen.draft(Act::PulseOpened(opened)).saying(self.words)?)
    }

    /// Two issuers and a collector that is neither, where there are three organisations.
    fn offices(&self, pen: &Pen<'_>) -> Result<((Id, Id), Id), Failure> {
        let answer = pen.remote().query(&Query::Organisations {})?;
        let mut known: Vec<(String, Id)> = Vec::new();
        for organisation in answer["organisations"].as_array().into_iter().flatten() {
            let id = organisation["id"].as_str().and_then(|id| id.parse().ok());
            if let (Some(slug), Some(id)) = (organisation["slug"].as_str(), id) {
                known.push((slug.to_owned(), id));
            }
        }
        known.sort();
        let named = |text: &String| -> Result<Id, Failure> {
            let found = known
                .iter()
                .find(|(slug, id)| slug == text || id.to_string() == *text);
            found
                .map(|(_, id)| *id)
                .ok_or_else(|| Failure::usage(format!("no organisation here is called {text}")))
        };
        let own = pen.remote().home().organisation;
        let collector = self.collector.as_ref().map_or(Ok(own), named)?;
        let issuers = self.issuers.iter().map(named).collect::<Result<Vec<_>, _>>()?;
        let issuers = match issuers.as_slice() {
            [one, other] => (*one, *other),
            [] => {
                let mut others: Vec<Id> = known
                    .iter()
                    .map(|(_, id)| *id)
                    .filter(|id| *id != collector || known.len() < 3)
                    .collect();
                others.truncate(2);
                match others.as_slice() {
                    [one, other] => (*one, *other),
                    _ => {
                        return Err(Failure::new(
                            "an anonymous survey needs two organisations that issue tokens",
                        )
                        .advise("With one alone, whoever issues could tell who answered."));
                    }
                }
            }
            _ => return Err(Failure::usage("name two issuers: --issuer A --issuer B")),
        };
        Ok((issuers, collector))
    }
}

/// How many members the electorate has now.
fn members(pen: &Pen<'_>, electorate: &[Head]) -> Result<u64, Failure> {
    let mut n = 0;
    for head in electorate {
        let organisation = Some(head.organisation.to_string());
        let answer = pen.remote().query(&Query::Members { organisation })?;
        let members = answer["members"].as_array().into_iter().flatten();
        n += members.filter(|member| member["until"].is_null()).count() as u64;
    }
    Ok(n)
}

/// `hearth pulse list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth pulse list")]
pub(crate) struct List {}

impl List {
    #[allow(
        clippy::unused_self,
        reason = "a verb without arguments is run like the others"
    )]
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let remote = context.remote()?;
        let pulses = pulses::attend(context, &remote)?;
        let mut text = String::new();
        for pulse in &pulses {
            let _ = writeln!(text, "{}  {}", pulse.id.short(), state(context, pulse));
        }
        if pulses.is_empty() {
            text.push_str("Nobody has opened a pulse yet.");
        }
        let json = remote.query(&Query::Pulses { requests: Vec::new() })?;
        Ok(Reply::done(json, text.trim_end()))
    }
}

/// How far a pulse is, for this member.
fn state(context: &Context, pulse: &Told) -> String {
    let part = context.home.parts().read(pulse.id).ok().flatten();
    let own = match &part {
        None => "no tokens asked for yet",
        Some(part) if part.receipt.is_some() => "answered from here",
        Some(part) if part.refused.is_some() => "not yours to answer",
        Some(part) if part.tokens.is_some() => "you can answer",
        Some(_) => "tokens asked for",
    };
    match pulse.closed {
        Some(_) => format!("closed: {} of {} answered", pulse.answers.len(), pulse.n),
        None => format!(
            "open until {}: {} statements, collected by {}; {own}",
            pulse.until.answers,
            pulse.items.len(),
            pulse.collector.slug.as_deref().unwrap_or("?")
        ),
    }
}

/// `hearth pulse show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth pulse show 3f9a2c")]
pub(crate) struct Show {
    /// The pulse; the newest where none is named
    #[arg(value_parser = entry_id, add = completion::of(Use::Pulse))]
    id: Option<String>,
}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let remote = context.remote()?;
        let pulse = chosen(pulses::attend(context, &remote)?, self.id.as_deref(), |_| true)?;
        let mut answer = remote.query(&Query::Pulses { requests: Vec::new() })?;
        let wanted = json!(pulse.id);
        let json = answer["pulses"]
            .as_array_mut()
            .and_then(|pulses| pulses.iter_mut().find(|told| told["id"] == wanted))
            .map_or(Value::Null, Value::take);
        let mut text = format!("{}  {}\n", pulse.id.short(), state(context, &pulse));
        if pulse.closed.is_some() {
            text.push_str(&pulses::summary(&pulse));
        } else {
            for item in &pulse.items {
                let _ = writeln!(text, "  {item}: {}", pulses::wording(item));
            }
            let issuers = pulse
                .issuers
                .each_ref()
                .map(|issuer| issuer.slug.as_deref().unwrap_or("?"));
            let _ = write!(
                text,
                "1 (not at all) to {} (fully). Tokens by {} and {} until {}.",
                pulse.scale, issuers[0], issuers[1], pulse.until.requests
            );
        }
        Ok(Reply::done(json, text))
    }
}

/// The pulse a person means: by the beginning of its id, or the newest that will do.
fn chosen(pulses: Vec<Told>, id: Option<&str>, will_do: impl Fn(&Told) -> bool) -> Result<Told, Failure> {
    let mut found = pulses.into_iter().filter(|pulse| match id {
        Some(id) => pulse.id.to_string().starts_with(id),
        None => will_do(pulse),
    });
    let first = found.next().ok_or_else(|| {
        Failure::new("there is no such pulse here").advise("`hearth pulse list` shows those there are.")
    })?;
    if let (Some(id), Some(other)) = (id, found.next()) {
        return Err(Failure::new(format!(
            "several pulses have ids that begin with {id}: {}, {}",
            first.id.short(),
            other.id.short()
        )));
    }
    Ok(first)
}

/// `hearth pulse answer`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth pulse answer safe-to-ask=4 matters-to-my-work=5")]
pub(crate) struct Answer {
    /// What you choose, as statement=number; leave out what you do not want to answer
    #[arg(required = true, value_name = "ITEM=CHOICE")]
    choices: Vec<String>,
    /// The pulse; the newest open one where none is named
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Pulse))]
    pulse: Option<String>,
    /// Hand the answer to this node, such as the collector's own, rather than to yours to pass on
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Keep the receipt in a file, too
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
}

impl Answer {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let remote = context.remote()?;
        let told = pulses::attend(context, &remote)?;
        let pulse = chosen(told, self.pulse.as_deref(), |pulse| pulse.closed.is_none())?;
        let choices = choices(&pulse, &self.choices)?;
        let to = self.to.as_deref().unwrap_or_else(|| remote.base());
        let receipt = pulses::answer(context, &remote, &pulse, choices, to)?;
        if let Some(file) = &self.receipt {
            let text = serde_json::to_vec_pretty(&receipt).map_err(Failure::new)?;
            std::fs::write(file, text)
                .map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
        }
        let text = format!(
            "Answered: {} keeps it until {} and publishes it with all others.\nThe receipt is kept; \
             `hearth pulse verify-receipt` checks later that it was. Nobody can tell which answer is yours but you.",
            pulse.collector.slug.as_deref().unwrap_or("the collector"),
            pulse.until.answers
        );
        Ok(Reply::done(
            json!({ "receipt": receipt, "pulse": pulse.id }),
            text,
        ))
    }
}

/// One choice per item, 0 for those left out.
fn choices(pulse: &Told, given: &[String]) -> Result<Vec<u64>, Failure> {
    let mut choices = vec![0; pulse.items.len()];
    for text in given {
        let usage = || {
            Failure::usage(format!(
                "`{text}` is no choice: write one like {}=4",
                pulse.items[0]
            ))
        };
        let (item, choice) = text.split_once('=').ok_or_else(usage)?;
        let place = pulse
            .items
            .iter()
            .position(|asked| asked == item)
            .ok_or_else(|| {
                Failure::usage(format!("this pulse does not ask about `{item}`"))
                    .advise(format!("It asks about {}.", pulse.items.join(", ")))
            })?;
        let choice: u64 = choice.parse().map_err(|_| usage())?;
        if !(1..=pulse.scale).contains(&choice) {
            return Err(Failure::usage(format!(
                "{choice} is not between 1 and {}",
                pulse.scale
            )));
        }
        choices[place] = choice;
    }
    Ok(choices)
}

/// `hearth pulse close`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth pulse close 3f9a2c")]
pub(crate) struct Close {
    /// The pulse
    #[arg(value_parser = entry_id, add = completion::of(Use::Pulse))]
    id: String,
}

impl Close {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let remote = context.remote()?;
        let pulse = chosen(pulses::told(&remote, Vec::new())?, Some(&self.id), |_| true)?;
        let json = remote.post("/v1/pulses/close", &json!({ "pulse": pulse.id }))?;
        Ok(Reply::done(json, format!("Closed: {}", pulse.id.short())))
    }
}

/// `hearth pulse verify-receipt`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth pulse verify-receipt\n  hearth pulse verify-receipt --file receipt.json"
)]
pub(crate) struct VerifyReceipt {
    /// The pulse; the newest one answered from here where none is named
    #[arg(value_parser = entry_id, add = completion::of(Use::Pulse))]
    id: Option<String>,
    /// A receipt in a file, rather than the one this home keeps
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

impl VerifyReceipt {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let remote = context.remote()?;
        let told = pulses::told(&remote, Vec::new())?;
        let receipt = self.receipt(context, &told)?;
        let pulse = told
            .into_iter()
            .find(|pulse| pulse.id == receipt.pulse)
            .ok_or_else(|| Failure::new("this node knows no pulse of the receipt's"))?;
        let witness = pulse
            .collector
            .witness
            .as_ref()
            .and_then(|key| key.parse::<KeyBytes>().ok());
        let witness = witness
            .and_then(|key| PublicKey::try_from(key).ok())
            .ok_or_else(|| Failure::new("the collector's charter is not here"))?;
        let signed = receipt.verify(&witness).is_ok()
            && receipt.collector == pulse.collector.organisation
            && receipt.community == remote.home().community;
        let published = pulse.answers.contains(&receipt.entry);
        let closed = pulse.closed.is_some();
        let json = json!({ "signed": signed, "published": published, "closed": closed, "receipt": receipt });
        let (exit, text) = match (signed, published, closed) {
            (false, _, _) => (Exit::Unsound, "The receipt was not signed by the collector."),
            (true, true, _) => (
                Exit::Done,
                "The collector signed the receipt and published the answer.",
            ),
            (true, false, false) => (
                Exit::Done,
                "The collector signed the receipt. The pulse is not closed yet.",
            ),
            (true, false, true) => (
                Exit::Unsound,
                "The collector signed the receipt and closed the pulse without the answer: the receipt and its log show it.",
            ),
        };
        Ok(Reply::done(json, text).ending(exit))
    }

    fn receipt(&self, context: &Context, told: &[Told]) -> Result<Receipt, Failure> {
        if let Some(file) = &self.file {
            let text =
                std::fs::read(file).map_err(|error| Failure::new(format!("{}: {error}", file.display())))?;
            return serde_json::from_slice(&text)
                .map_err(|error| Failure::new(format!("this is no receipt: {error}")));
        }
        let parts = context.home.parts();
        let of = |pulse: &Told| parts.read(pulse.id).ok().flatten()?.receipt;
        let wanted = |pulse: &&Told| {
            self.id
                .as_ref()
                .is_none_or(|id| pulse.id.to_string().starts_with(id.as_str()))
        };
        told.iter().filter(wanted).find_map(of).ok_or_else(|| {
            Failure::new("this home keeps no receipt of that pulse").advise("Name a file with --file.")
        })
    }
}
