//! `hearth show`: one entry with all its fields and its verdict.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::agreed::said;
use crate::render::card::{Card, Hidden, short, when};
use crate::render::data::noun;
use crate::render::words::{WORDS, in_one_line, set_in};
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
            format!("what      {}", noun(&card.kind)),
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
        let said = said(&card.kind, &card.data).into_iter();
        lines.extend(said.map(|(name, value)| format!("{name:9} {}", in_one_line(&value))));
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
            lines.push(format!("\n{}", set_in(&words, WORDS)));
        }
        for (until, words) in self.history.then(|| card.former()).into_iter().flatten() {
            lines.push(format!("\n{until}\n{}", set_in(&words, WORDS)));
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
    if body.state == "hidden" {
        let why = card.hidden.as_ref().map(Hidden::said).unwrap_or_default();
        return Err(Failure::new(format!("what is hidden is not given out {why}"))
            .advise("A steward of the organisation it stands with has said so: `hearth thread` shows who."));
    }
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
