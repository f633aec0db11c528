//! Saying it better, and what should not be shown.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::{Draft, Pen};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::words::Words;
use clap::Args;
use hearth_node::queries::Use;
use hearth_protocol::kind::{Care, ContentHidden, ContentReported, Interaction, Slug};

/// `hearth correct`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth correct 3f9a2c \"Every two hours, not every ten.\"
  hearth correct 3f9a2c --edit

The first words stay readable (hearth thread ID --history); to have them gone, erase them (hearth erase).
A resource is not corrected: share a new version (hearth share --version-of ID).")]
pub(crate) struct Correct {
    /// The id of your own question, answer, discussion, reply, meeting or reflection
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
    /// The whole text as it should read
    #[command(flatten)]
    words: Words,
}

impl Correct {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("correct", "the whole text as it should read").about(&self.entry);
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let entry = pen.resolve(&self.entry)?;
        pen.send(
            "Corrected",
            pen.draft(Interaction::ContentCorrected)
                .about(entry)
                .saying(Some(words))?,
        )
    }
}

/// `hearth report-content`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth report-content 3f9a2c --ground patient-data \"It names a ward and a day.\"

The stewards of the organisation it stands with can hide it, or erase its words. Every member can read
the report and who made it.")]
pub(crate) struct ReportContent {
    /// The entry's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
    #[command(flatten)]
    words: Words,
    /// What is wrong with it, such as patient-data, wrong-place, unkind (a-z, 0-9 and -)
    #[arg(long, value_name = "GROUND")]
    ground: Slug,
}

impl ReportContent {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let act = Care::ContentReported(ContentReported { ground: self.ground });
        let sheet = Sheet::of("report-content", "what is wrong with it").about(&self.entry);
        send(
            context,
            &pen,
            "Reported",
            pen.draft(act),
            &self.entry,
            &self.words,
            sheet,
        )
    }
}

/// `hearth hide`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth hide 3f9a2c --ground patient-data

For stewards, of what members of their own organisation wrote. Every node stops showing the words; they are
still there, and no figure changes. To have them gone: hearth erase 3f9a2c")]
pub(crate) struct Hide {
    /// The entry's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
    #[command(flatten)]
    words: Words,
    /// Why, such as patient-data (a-z, 0-9 and -)
    #[arg(long, value_name = "GROUND")]
    ground: Slug,
}

impl Hide {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let act = Care::ContentHidden(ContentHidden { ground: self.ground });
        let sheet = Sheet::of("hide", "why").about(&self.entry);
        send(
            context,
            &pen,
            "Hidden",
            pen.draft(act),
            &self.entry,
            &self.words,
            sheet,
        )
    }
}

fn send(
    context: &Context,
    pen: &Pen<'_>,
    said: &str,
    draft: Draft,
    entry: &str,
    words: &Words,
    sheet: Sheet<'_>,
) -> Result<Reply, Failure> {
    let words = words.read_optional(context, sheet)?;
    pen.send(said, draft.about(pen.resolve(entry)?).saying(words)?)
}
