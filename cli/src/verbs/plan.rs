//! The plan for developing the community.

use super::terms::{latest, standing, words_of};
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, in_force, next_version, propose};
use crate::pen::Pen;
use crate::render::card::{Card, when};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::read;
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Milestone, MilestoneMet, Plan as Adopted, PlannedOutput, Purpose, ResourceType, Slug,
};
use hearth_protocol::time::Timestamp;
use serde_json::{Value, json};
use std::str::FromStr;

const PLAN: &str = "plan.adopted";
const BASELINE: &str = "plan.rebaselined";

#[derive(Debug, Subcommand)]
pub(crate) enum Plan {
    /// Put a plan to the vote
    Propose(Propose),
    /// Put other dates of the plan in force to the vote
    Rebaseline(Rebaseline),
    /// Say that a milestone is met
    Met(Met),
    /// Show the plan in force, and which milestones are met
    Show(Show),
}

impl Plan {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Plan::Propose(verb) => verb.run(context),
            Plan::Rebaseline(verb) => verb.run(context),
            Plan::Met(verb) => verb.run(context),
            Plan::Show(verb) => verb.run(context),
        }
    }
}

/// A milestone as a person writes it: `first-meeting=2026-03-01`.
#[derive(Debug, Clone)]
struct MilestoneWritten(Slug, Timestamp);

impl FromStr for MilestoneWritten {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || format!("`{text}` is no milestone (such as first-meeting=2026-03-01)");
        let (slug, due) = text.split_once('=').ok_or_else(form)?;
        Ok(Self(
            slug.parse().map_err(|_| form())?,
            whole_day(due).ok_or_else(form)?,
        ))
    }
}

/// An output as a person writes it: `guide:guidance=2026-09-01`.
#[derive(Debug, Clone)]
struct OutputWritten(Slug, ResourceType, Timestamp);

impl FromStr for OutputWritten {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || {
            format!(
                "`{text}` is no output (such as guide:guidance=2026-09-01; types: guidance, policy, education, tool, other)"
            )
        };
        let (what, due) = text.split_once('=').ok_or_else(form)?;
        let (slug, sort) = what.split_once(':').ok_or_else(form)?;
        let sort = serde_json::from_value(sort.into()).map_err(|_| form())?;
        Ok(Self(
            slug.parse().map_err(|_| form())?,
            sort,
            whole_day(due).ok_or_else(form)?,
        ))
    }
}

/// An instant; a bare date means its last.
fn whole_day(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.parse().ok()?;
    Some(if text.contains('T') { at } else { at.end_of_day() })
}

/// `hearth plan propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth plan propose \"Our first year\" --file plan.md --from 2026-01-01 --until 2027-01-01 \\
         --milestone first-meeting=2026-03-01 --output mouth-care-guide:guidance=2026-09-01")]
pub(crate) struct Propose {
    /// What it is called, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// When its time begins
    #[arg(long, value_name = "DATE")]
    from: Timestamp,
    /// When its time ends
    #[arg(long, value_name = "DATE")]
    until: Timestamp,
    /// A milestone, and by when it is due
    #[arg(long = "milestone", value_name = "NAME=DATE")]
    milestones: Vec<MilestoneWritten>,
    /// An output, of which type it will be, and by when it is due
    #[arg(long = "output", value_name = "NAME:TYPE=DATE")]
    outputs: Vec<OutputWritten>,
    #[command(flatten)]
    voting: Voting,
}

impl Propose {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("plan", "the plan");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let mut plan = Adopted {
            from: self.from,
            until: self.until,
            outputs: Vec::new(),
            version: next_version(current(context, &pen)?.as_ref()),
            milestones: Vec::new(),
        };
        amend(&mut plan, self.milestones, self.outputs);
        let motion = Motion {
            title,
            words,
            adopts: Some(Purpose::PlanAdopted(plan).into()),
            about: Vec::new(),
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// `hearth plan rebaseline`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth plan rebaseline \"We need the summer\" \"Two of us fell ill.\" --milestone ten-members=2026-08-01

What is not named stays as it is. A milestone that fell due before the new dates are in force stays due when it was.")]
pub(crate) struct Rebaseline {
    /// Why, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// When its time ends from now on
    #[arg(long, value_name = "DATE")]
    until: Option<Timestamp>,
    /// A milestone, and by when it is due from now on
    #[arg(long = "milestone", value_name = "NAME=DATE")]
    milestones: Vec<MilestoneWritten>,
    /// An output, of which type it will be, and by when it is due from now on
    #[arg(long = "output", value_name = "NAME:TYPE=DATE")]
    outputs: Vec<OutputWritten>,
    #[command(flatten)]
    voting: Voting,
}

impl Rebaseline {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("plan", "why the dates move");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let row = current(context, &pen)?.ok_or_else(none)?;
        let mut plan: Adopted = read(&row["data"])?;
        plan.version = next_version(Some(&row));
        plan.until = self.until.unwrap_or(plan.until);
        amend(&mut plan, self.milestones, self.outputs);
        let motion = Motion {
            title,
            words,
            adopts: Some(Purpose::PlanRebaselined(plan).into()),
            about: Vec::new(),
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// Puts milestones and outputs in, each in its place; those of the same name are replaced.
fn amend(plan: &mut Adopted, milestones: Vec<MilestoneWritten>, outputs: Vec<OutputWritten>) {
    for MilestoneWritten(slug, due) in milestones {
        plan.milestones.retain(|milestone| milestone.slug != slug);
        plan.milestones.push(Milestone { slug, due });
    }
    for OutputWritten(slug, sort, due) in outputs {
        plan.outputs.retain(|output| output.slug != slug);
        plan.outputs.push(PlannedOutput { slug, sort, due });
    }
    plan.milestones.sort_by(|a, b| a.slug.cmp(&b.slug));
    plan.outputs.sort_by(|a, b| a.slug.cmp(&b.slug));
}

/// `hearth plan met`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth plan met first-meeting \"Eleven came.\"")]
pub(crate) struct Met {
    /// Which milestone
    milestone: Slug,
    #[command(flatten)]
    words: Words,
}

impl Met {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("plan", "by what it is met");
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let row = current(context, &pen)?.ok_or_else(none)?;
        let plan: Adopted = read(&row["data"])?;
        if !plan
            .milestones
            .iter()
            .any(|planned| planned.slug == self.milestone)
        {
            let planned: Vec<&str> = plan
                .milestones
                .iter()
                .map(|milestone| milestone.slug.as_str())
                .collect();
            return Err(
                Failure::new(format!("the plan has no milestone {}", self.milestone))
                    .advise(format!("It has: {}.", planned.join(", "))),
            );
        }
        if let Some(met) = met(&row, self.milestone.as_str()) {
            let json = json!({ "id": met["id"], "state": "acknowledged", "already": true });
            let at = when(met["at"].as_str().unwrap_or_default());
            return Ok(Reply::done(
                json,
                format!("Met already, {at}. Nothing was written."),
            ));
        }
        let entry: Card = read(&row["entry"])?;
        let id: Id = entry.id.parse().map_err(Failure::new)?;
        let act = Purpose::MilestoneMet(MilestoneMet {
            milestone: self.milestone,
        });
        pen.send("Met", pen.draft(act).about(id).saying(words)?)
    }
}

/// `hearth plan show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth plan show")]
pub(crate) struct Show {}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let newest = later(latest(context, PLAN)?, latest(context, BASELINE)?);
        let Some(row) = newest else {
            return Ok(Reply::done(
                json!({ "plan": null }),
                "No plan is in force. Propose one: hearth plan propose",
            ));
        };
        let mut text = standing(&row)?;
        for met in row["met"].as_array().into_iter().flatten() {
            let (milestone, at) = (met["milestone"].as_str(), met["at"].as_str());
            let at = when(at.unwrap_or_default());
            text.push(format!("met         {}, {at}", milestone.unwrap_or_default()));
        }
        text.extend(words_of(&row)?);
        Ok(Reply::done(json!({ "plan": row }), text.join("\n")))
    }
}

fn none() -> Failure {
    Failure::new("no plan is in force").advise("Propose one: hearth plan propose")
}

/// The plan in force, by its newest baseline.
fn current(context: &Context, pen: &Pen<'_>) -> Result<Option<Value>, Failure> {
    Ok(later(
        in_force(context, pen, PLAN)?,
        in_force(context, pen, BASELINE)?,
    ))
}

/// Which of both came later into force.
fn later(plan: Option<Value>, baseline: Option<Value>) -> Option<Value> {
    let since = |row: &Value| row["since"].as_str().map(str::to_owned);
    match (plan, baseline) {
        (Some(plan), Some(baseline)) => Some(if since(&baseline) > since(&plan) {
            baseline
        } else {
            plan
        }),
        (plan, _) => plan,
    }
}

fn met<'a>(row: &'a Value, milestone: &str) -> Option<&'a Value> {
    let mut met = row["met"].as_array()?.iter();
    met.find(|met| met["milestone"] == milestone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milestones_and_outputs_are_written_with_their_dates() {
        let MilestoneWritten(slug, due) = "first-meeting=2026-03-01".parse().unwrap();
        assert_eq!(
            (slug.as_str(), due.to_string().as_str()),
            ("first-meeting", "2026-03-01T23:59:59.999Z")
        );
        let OutputWritten(slug, sort, _) = "guide:guidance=2026-09-01".parse().unwrap();
        assert_eq!((slug.as_str(), sort), ("guide", ResourceType::Guidance));
        for bad in ["first-meeting", "=2026-03-01", "a=soon", "A=2026-03-01"] {
            assert!(bad.parse::<MilestoneWritten>().is_err(), "{bad}");
        }
        for bad in ["guide=2026-09-01", "guide:book=2026-09-01"] {
            assert!(bad.parse::<OutputWritten>().is_err(), "{bad}");
        }
    }
}
