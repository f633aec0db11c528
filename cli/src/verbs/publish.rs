//! `hearth publish`: a log as static files.

use crate::context::Context;
use crate::exit::Failure;
use crate::publication::{Publication, PublishError};
use crate::reply::Reply;
use crate::source::Source;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use hearth_node::queries::Query;
use hearth_protocol::log::{Checkpoint, Note};
use indicatif::ProgressBar;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Bytes of entries asked for at a time.
const PIECE: usize = 1 << 20;

/// `hearth publish`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth publish ./site/log
  hearth publish ./site/log --entries --data ./north

Without --entries only the checkpoint and the tree of hashes are written: they show that nothing is taken
back, and nothing else. Entries show who worked with whom, so publish them only if the community has agreed.
Run again, it writes what is new; a reader never meets a checkpoint whose tiles are not there.")]
pub(crate) struct Publish {
    /// Where to; made if it is not there
    directory: PathBuf,
    /// Publish the entries, too (never the bodies)
    #[arg(long)]
    entries: bool,
    /// Whose log, by short name or id [default: this organisation's]
    #[arg(long, value_name = "ORGANISATION")]
    log: Option<String>,
}

#[derive(Deserialize)]
struct Head {
    organisation: String,
    note: Option<String>,
    witnessed: Option<String>,
    handovers: Vec<String>,
    /// The key that signs the log now.
    verifier: Option<String>,
}

#[derive(Deserialize)]
struct Raw {
    entries: Vec<String>,
}

impl Publish {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let head: Head = ask(
            &source,
            &Query::Checkpoint {
                organisation: self.log.clone(),
            },
        )?;
        let newest = head.note.as_deref().map(signed).transpose()?.ok_or_else(|| {
            Failure::new("this log has no offered checkpoint yet")
                .advise("Run its node for a few seconds first.")
        })?;
        let handovers: Vec<Vec<u8>> = head
            .handovers
            .iter()
            .map(|text| decode(text))
            .collect::<Result<_, _>>()?;
        let open = |checkpoint: &Checkpoint| Publication::open(&self.directory, checkpoint, self.entries);
        let (mut signed, mut witnessed) = match head.witnessed.as_deref().map(signed).transpose()? {
            Some(witnessed) => (witnessed, true),
            None => (newest.clone(), false),
        };
        let mut opened = open(&signed.1);
        if witnessed && matches!(opened, Err(PublishError::Ahead { .. })) {
            // What lies there is newer than what is witnessed by now.
            witnessed = head.witnessed == head.note;
            signed = newest;
            opened = open(&signed.1);
        }
        let mut publication = opened.map_err(failure)?;
        let (note, checkpoint) = signed;
        let size = checkpoint.head.size;
        let bar = context.screen.progress_of(size);
        fill(&mut publication, &source, &head.organisation, size, &bar)?;
        let written = publication
            .finish(&note, checkpoint.head, &handovers)
            .map_err(Failure::new)?;
        bar.finish_and_clear();
        let whole = source.ask(&Query::Log {
            organisation: self.log.clone(),
            from: 0,
            limit: 0,
        })?;
        let done = Done {
            log: checkpoint.origin.to_string(),
            size,
            witnessed,
            written,
            verifier: head.verifier,
            to_come: whole["size"].as_u64().unwrap_or(size).saturating_sub(size),
        };
        Ok(done.reply(&self.directory, self.entries))
    }
}

/// A log as it is published now.
struct Done {
    log: String,
    size: u64,
    witnessed: bool,
    /// Files that are new.
    written: u64,
    /// The key that signs it.
    verifier: Option<String>,
    /// Entries of the log that are not published yet.
    to_come: u64,
}

impl Done {
    fn reply(&self, directory: &Path, entries: bool) -> Reply {
        let json = json!({
            "directory": directory, "log": self.log, "verifier": self.verifier,
            "size": self.size, "witnessed": self.witnessed, "entries": entries, "files_written": self.written,
            "to_come": self.to_come,
        });
        let witnessed = if self.witnessed {
            "witnessed"
        } else {
            "not witnessed by a quorum yet"
        };
        let files = match self.written {
            1 => "1 file is new".to_owned(),
            more => format!("{more} files are new"),
        };
        let mut text = format!(
            "{} is published in {} at size {}, {witnessed}; {files}.",
            self.log,
            directory.display(),
            self.size
        );
        if self.to_come > 0 {
            text.push_str(&format!("\n{}", still_to_come(self.to_come, self.witnessed)));
        }
        if let Some(key) = &self.verifier {
            text.push_str(&format!(
                "\nIts key, for readers to have from you rather than from there:\n  {key}"
            ));
        }
        Reply::done(json, text)
    }
}

/// Gives a publication every entry it wants.
fn fill(
    publication: &mut Publication,
    source: &Source,
    organisation: &str,
    size: u64,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    while publication.wants() < size {
        let query = Query::Raw {
            organisation: organisation.to_owned(),
            from: publication.wants(),
            limit: PIECE,
        };
        let Raw { entries } = ask(source, &query)?;
        if entries.is_empty() {
            return Err(
                Failure::new(format!("entry {} is not there", publication.wants())).advise("Verify the log."),
            );
        }
        for entry in entries
            .iter()
            .take(usize::try_from(size - publication.wants()).unwrap_or(usize::MAX))
        {
            publication.entry(decode(entry)?).map_err(Failure::new)?;
        }
        bar.set_position(publication.wants());
    }
    Ok(())
}

/// What is written and not published yet, and why.
fn still_to_come(entries: u64, witnessed: bool) -> String {
    let newest = match entries {
        1 => "The newest entry is".to_owned(),
        more => format!("The newest {more} entries are"),
    };
    let what = if witnessed {
        "no witnessed checkpoint"
    } else {
        "no offered checkpoint"
    };
    format!("{newest} under {what} yet; publish again later.")
}

fn failure(error: PublishError) -> Failure {
    let failure = Failure::new(&error);
    if matches!(error, PublishError::OfANode { .. }) {
        let advice = "Publish to a directory of its own, such as ./site/log: this one holds secret keys.";
        return failure.advise(advice);
    }
    failure
}

pub(super) fn ask<T: DeserializeOwned>(source: &Source, query: &Query) -> Result<T, Failure> {
    serde_json::from_value(source.ask(query)?)
        .map_err(|error| Failure::new(format!("the answer cannot be read: {error}")))
}

/// A checkpoint, as bytes and as what they say.
pub(super) fn signed(text: &str) -> Result<(Vec<u8>, Checkpoint), Failure> {
    let note = decode(text)?;
    let text = Note::parse(&note).map_err(Failure::new)?;
    let checkpoint = Checkpoint::parse(text.text()).map_err(Failure::new)?;
    Ok((note, checkpoint))
}

pub(super) fn decode(text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD
        .decode(text)
        .map_err(|error| Failure::new(format!("the answer is not base64: {error}")))
}
