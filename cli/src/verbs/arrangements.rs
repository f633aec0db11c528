//! How the community is run.

use super::terms::{latest, standing, words_of};
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, propose};
use crate::pen::Pen;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_protocol::kind::{ArrangementsAdopted, Purpose, Slug};
use hearth_protocol::time::Timestamp;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Arrangements {
    /// Put to the vote how the community is run
    Propose(Propose),
    /// Show the arrangements in force
    Show(Show),
}

impl Arrangements {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Arrangements::Propose(verb) => verb.run(context),
            Arrangements::Show(verb) => verb.run(context),
        }
    }
}

/// `hearth arrangements propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth arrangements propose \"Who decides what\" --file how.md --model core-group --level community --review 2027-01-01")]
pub(crate) struct Propose {
    /// What is proposed, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// How it is run, such as core-group, rotating or all-together
    #[arg(long)]
    model: Slug,
    /// At which level decisions are taken, such as community, organisations or host
    #[arg(long)]
    level: Slug,
    /// When that should be looked at again
    #[arg(long, value_name = "DATE")]
    review: Timestamp,
    #[command(flatten)]
    voting: Voting,
}

impl Propose {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("arrangements", "how the community is run");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let arrangements = ArrangementsAdopted {
            level: self.level,
            model: self.model,
            review: self.review,
        };
        let motion = Motion {
            title,
            words,
            adopts: Some(Purpose::ArrangementsAdopted(arrangements).into()),
            about: Vec::new(),
        };
        propose(context, &Pen::new(context)?, motion, &self.voting)
    }
}

/// `hearth arrangements show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth arrangements show")]
pub(crate) struct Show {}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let Some(row) = latest(context, "arrangements.adopted")? else {
            return Ok(Reply::done(
                json!({ "arrangements": null }),
                "No arrangements are in force. Propose some: hearth arrangements propose",
            ));
        };
        let mut text = standing(&row)?;
        text.extend(words_of(&row)?);
        Ok(Reply::done(json!({ "arrangements": row }), text.join("\n")))
    }
}
