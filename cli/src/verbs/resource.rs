//! Sharing and judging resources.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::{Draft, Pen};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::words::{Words, titled};
use clap::{Args, ValueEnum};
use hearth_node::queries::Use;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Learning, ResourcePublished, ResourceType, Slug};
use hearth_protocol::limits;
use hearth_protocol::time::Timestamp;
use std::path::{Path, PathBuf};

/// `hearth share`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth share \"Mouth care at home\" \"Our one-page guide.\" --attach guide.pdf --type guidance
  hearth share \"Mouth care at home\" --attach guide-2.pdf --version-of 5d02aa --review 2027-06-01
  hearth share \"Soft brushes\" \"What we learned.\" --from 3f9a2c --type guidance")]
pub(crate) struct Share {
    /// The resource's title [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// Share this file itself (a PDF, a picture, …; at most 64 MiB)
    #[arg(long, value_name = "FILE")]
    attach: Option<PathBuf>,
    /// The first version of the resource this is a new version of
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Renew))]
    version_of: Option<String>,
    /// What it came from: a discussion, an answer, collected answers, another resource; up to sixteen
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Look))]
    from: Vec<String>,
    /// What it is
    #[arg(long = "type", value_name = "TYPE")]
    sort: Option<Sort>,
    /// When it should be looked at again
    #[arg(long, value_name = "DATE")]
    review: Option<Timestamp>,
    /// Under which licence it may be used, such as cc-by-4-0
    #[arg(long, value_name = "LICENCE")]
    licence: Option<Slug>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Sort {
    Guidance,
    Policy,
    Education,
    Tool,
    Other,
}

impl Share {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("share", "your resource");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        if words.is_none() && self.attach.is_none() {
            return Err(Failure::usage("a title alone is no resource").advise(
                "Give its text as an argument or with --file FILE, or share a file as it is with --attach FILE.",
            ));
        }
        let file = self.attach.as_deref().map(read_file).transpose()?;
        let pen = Pen::new(context)?;
        let resource = ResourcePublished {
            file: None,
            from: sources(&pen, &self.from)?,
            sort: self.sort.map(ResourceType::from),
            review: self.review,
            licence: self.licence,
        };
        let mut draft = pen.draft(Learning::ResourcePublished(resource.clone()));
        if let (Some(bytes), Some(path)) = (file, &self.attach) {
            let act = |file| {
                Learning::ResourcePublished(ResourcePublished {
                    file: Some(file),
                    ..resource
                })
                .into()
            };
            draft = draft.carrying(bytes, media_type(path), act)?;
        }
        if let Some(first) = &self.version_of {
            draft = draft.about(pen.resolve(first)?);
        }
        pen.send("Shared", draft.saying(Some(titled(&title, words.as_deref())))?)
    }
}

/// What a resource came from, each once, ascending.
fn sources(pen: &Pen<'_>, ids: &[String]) -> Result<Vec<Id>, Failure> {
    let sources = ids.iter().map(|id| pen.resolve(id));
    let mut sources = sources.collect::<Result<Vec<_>, Failure>>()?;
    sources.sort();
    sources.dedup();
    Ok(sources)
}

impl From<Sort> for ResourceType {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Guidance => ResourceType::Guidance,
            Sort::Policy => ResourceType::Policy,
            Sort::Education => ResourceType::Education,
            Sort::Tool => ResourceType::Tool,
            Sort::Other => ResourceType::Other,
        }
    }
}

/// `hearth validate`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth validate 5d02aa \"Used on our ward for a year.\"")]
pub(crate) struct Validate {
    /// The version's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Judge))]
    version: String,
    #[command(flatten)]
    rationale: Words,
}

impl Validate {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("validate", "why it is sound practice").about(&self.version);
        let words = self.rationale.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let draft = pen.draft(Learning::ResourceValidated);
        judge(&pen, "Validated", draft, &self.version, words)
    }
}

/// `hearth dispute`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth dispute 5d02aa \"The dose in step 3 is out of date.\"")]
pub(crate) struct Dispute {
    /// The version's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Judge))]
    version: String,
    #[command(flatten)]
    rationale: Words,
}

impl Dispute {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("dispute", "why it is not sound practice").about(&self.version);
        let words = self.rationale.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let draft = pen.draft(Learning::ResourceDisputed);
        judge(&pen, "Disputed", draft, &self.version, words)
    }
}

fn judge(
    pen: &Pen<'_>,
    said: &str,
    draft: Draft,
    version: &str,
    words: Option<String>,
) -> Result<Reply, Failure> {
    pen.send(said, draft.about(pen.resolve(version)?).saying(words)?)
}

pub(crate) fn read_file(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::new(format!("cannot read {}: {error}", path.display()));
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > limits::BODY {
        let most = limits::BODY >> 20;
        return Err(Failure::new(format!(
            "{} has {size} bytes; at most {most} MiB can be shared",
            path.display()
        )));
    }
    std::fs::read(path).map_err(failed)
}

/// By the name's ending; what is not known is a string of bytes.
pub(crate) fn media_type(path: &Path) -> &'static str {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default()
        .to_ascii_lowercase();
    match ending.as_str() {
        "pdf" => "application/pdf",
        "md" | "markdown" => "text/markdown",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "mp4" => "video/mp4",
        "mp3" => "audio/mpeg",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}
