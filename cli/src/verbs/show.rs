//! `hearth show`: one entry with all its fields and its verdict.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::card::{Card, short, when};
use crate::render::data::plainly;
use crate::reply::Reply;
use crate::source::{Source, read};
use clap::Args;
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::Id;
use serde_json::json;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// `hearth show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth show 3f9a2c\n  hearth show 5d02aa --save guide.pdf")]
pub(crate) struct Show {
    /// The entry's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
    /// Show also what corrected words read before
    #[arg(long)]
    history: bool,
    /// Save its file, or its words where it has no file, under a name that is not taken
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let mut answer = source.ask(&Query::Entry { id: self.entry })?;
        let card: Card = read(&answer["entry"])?;
        let organisation = read(&answer["organisation"])?;
        let saved = self
            .save
            .as_deref()
            .map(|path| save(&source, organisation, &card, path))
            .transpose()?;
        let mut lines = vec![
            format!("id        {}", card.id),
            format!("kind      {}", card.kind),
            format!("log       {}, entry {}", card.organisation, card.index),
            format!("by        {}", card.author()),
            format!("said      {}", when(&card.at)),
            format!("counts as {}", card.when()),
            format!(
                "verdict   {} ({})",
                card.caveat().unwrap_or_else(|| "counts".into()),
                card.voucher()
            ),
        ];
        lines.extend(card.re.iter().map(|id| format!("about     {id}")));
        lines.extend(plainly(&card.data).map(|data| format!("data      {data}")));
        lines.extend(card.corrected());
        for (name, body) in [("body", &card.body), ("file", &card.file)] {
            lines.extend(body.as_ref().map(|body| {
                format!(
                    "{name:9} {} ({}, {} bytes, {})",
                    short(&body.hash),
                    body.media_type,
                    body.size,
                    body.state
                )
            }));
        }
        if let Some(words) = card.words() {
            lines.push(format!("\n{words}"));
        }
        if self.history {
            lines.extend(card.former().into_iter().map(|former| format!("\n{former}")));
        }
        if let (Some((what, size)), Some(path)) = (saved, &self.save) {
            lines.push(format!("\nSaved {what}, {size} bytes, in {}.", path.display()));
            answer["saved"] = json!({ "path": path, "what": what, "size": size });
        }
        Ok(Reply::done(answer, lines.join("\n")))
    }
}

/// Puts the file of an entry, or its words, where the person wants them; gives which of both, and its bytes.
fn save(
    source: &Source,
    organisation: Id,
    card: &Card,
    path: &Path,
) -> Result<(&'static str, usize), Failure> {
    let (what, body) = match (&card.file, &card.body) {
        (Some(file), _) => ("its file", file),
        (None, Some(words)) => ("its words", words),
        (None, None) => return Err(Failure::new("this entry has no file and no words")),
    };
    let hash = body.hash.parse().map_err(Failure::new)?;
    let bytes = source
        .body(organisation, &hash)?
        .ok_or_else(|| Failure::new(format!("the body is not here: {}", body.state)))?;
    let written = File::create_new(path).and_then(|mut file| file.write_all(&bytes));
    written.map_err(|error| {
        let failure = Failure::new(format!("cannot write {}: {error}", path.display()));
        if error.kind() == io::ErrorKind::AlreadyExists {
            return failure.advise("Nothing is overwritten: name another file.");
        }
        failure
    })?;
    Ok((what, bytes.len()))
}
