//! `hearth vote`: voting in one's own name.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::motion::{deadline, just_after};
use crate::pen::Pen;
use crate::render::card::short;
use crate::render::decision::Row;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::verbs::decision::decision;
use crate::words::Words;
use clap::{Args, ValueEnum};
use hearth_node::queries::Use;
use hearth_protocol::kind::{BallotCast, Choice, Decisions};
use hearth_protocol::time::Timestamp;
use serde_json::json;

/// `hearth vote`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth vote 3f9a2c for
  hearth vote 3f9a2c against \"Fridays are ward rounds.\"

Your vote carries your name, for ever: everybody in the community sees how you voted. Voting again before the deadline
replaces your vote; the earlier one stays in the log. To ask people without names there are surveys: hearth pulse.")]
pub(crate) struct Vote {
    /// The decision's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Decision))]
    decision: String,
    /// Your vote. Where the rule is consent, against is an objection
    #[arg(value_enum)]
    choice: ChoiceName,
    #[command(flatten)]
    reason: Words,
    /// Refused: votes on decisions carry their voter's name
    #[arg(long)]
    anonymous: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChoiceName {
    For,
    Against,
    Abstain,
}

impl From<ChoiceName> for Choice {
    fn from(name: ChoiceName) -> Self {
        match name {
            ChoiceName::For => Choice::For,
            ChoiceName::Against => Choice::Against,
            ChoiceName::Abstain => Choice::Abstain,
        }
    }
}

impl Vote {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if self.anonymous {
            return Err(Failure::usage("a vote on a decision carries your name").advise(
                "Where people are asked without their names, it is a survey: `hearth pulse --help`.",
            ));
        }
        context
            .screen
            .hint("Your vote carries your name: everybody in the community sees how you voted.");
        let sheet = Sheet::of("vote", "your reason").about(&self.decision);
        let reason = self.reason.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let choice = Choice::from(self.choice);
        let id = match decision(&pen, &self.decision, just_after(context.now())) {
            Ok(row) => {
                if let Some(nothing) = unneeded(&row, choice, reason.is_some(), context.now())? {
                    return Ok(nothing);
                }
                row.entry.id.parse().map_err(Failure::new)?
            }
            // Away, it can still be voted on; whether it counts is seen when it arrives.
            Err(failure) if failure.exit() == Exit::Unreachable => pen.resolve(&self.decision)?,
            Err(failure) => return Err(failure),
        };
        let act = Decisions::BallotCast(BallotCast { choice });
        let mut reply = pen.send("Voted, in your name", pen.draft(act).about(id).saying(reason)?)?;
        reply.json["choice"] = json!(choice);
        Ok(reply)
    }
}

/// Refuses a vote that would not count, and says where it would change nothing.
fn unneeded(row: &Row, choice: Choice, has_reason: bool, now: Timestamp) -> Result<Option<Reply>, Failure> {
    if row.closes < now {
        return Err(Failure::new(format!(
            "voting ended {}",
            deadline(row.closes, now)
        )));
    }
    let Some(you) = &row.you else {
        return Err(Failure::new(
            "you are no member of this organisation, so you have no vote",
        ));
    };
    if !you.may_vote {
        return Err(Failure::new("you are not of the electorate")
            .advise("Those vote who were members when it was proposed, as the proposal's node knew them."));
    }
    let same = you
        .ballot
        .as_ref()
        .filter(|_| you.choice == Some(choice) && !has_reason);
    Ok(same.map(|ballot| {
        let json = json!({ "id": ballot, "state": "acknowledged", "already": true, "choice": choice });
        Reply::done(
            json,
            format!("You voted so already: {}. Nothing was written.", short(ballot)),
        )
    }))
}
