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
use hearth_protocol::id::KeyHash;
use hearth_protocol::log::{Checkpoint, KeyChain, Note, Origin, VerifierKey};
use hearth_protocol::sign::PublicKey;
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
The checkpoint is the newest that a quorum of witnesses has cosigned; where none has been since the log last changed
its key, it is the newest there is, and that is said.
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
    origin: Origin,
    /// The key the log began with.
    key: PublicKey,
    next: KeyHash,
    note: Option<String>,
    witnessed: Option<String>,
    handovers: Vec<String>,
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
        let handovers: Vec<Vec<u8>> = head
            .handovers
            .iter()
            .map(|text| decode(text))
            .collect::<Result<_, _>>()?;
        let chain = head.chain(&handovers)?;
        let open = |chosen: &Chosen| Publication::open(&self.directory, &chosen.checkpoint, self.entries);
        let mut chosen = head.choose(&chain)?;
        let mut opened = open(&chosen);
        if chosen.witnessed && matches!(opened, Err(PublishError::Ahead { .. })) {
            // What lies there is newer than what is witnessed by now.
            chosen = head.newest()?;
            opened = open(&chosen);
        }
        let mut publication = opened.map_err(failure)?;
        let (verifier, covered) = (chosen.verifier(&chain), chosen.covers(&chain));
        let Chosen {
            note,
            checkpoint,
            witnessed,
        } = chosen;
        let size = checkpoint.head.size;
        let bar = context.screen.progress_of(size);
        fill(&mut publication, &source, &head.organisation, size, &bar)?;
        let written = publication
            .finish(&note, checkpoint.head, &handovers[..covered])
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
            verifier: verifier.map(|key| key.to_string()),
            to_come: whole["size"].as_u64().unwrap_or(size).saturating_sub(size),
        };
        Ok(done.reply(&self.directory, self.entries))
    }
}

impl Head {
    /// The log's keys, through all its handovers.
    fn chain(&self, handovers: &[Vec<u8>]) -> Result<KeyChain, Failure> {
        let mut chain = KeyChain::new(self.origin.clone(), self.key, self.next).map_err(Failure::new)?;
        for handover in handovers {
            let taken = chain.hand_over(handover);
            taken.map_err(|error| Failure::new(error).advise("Verify the log."))?;
        }
        Ok(chain)
    }

    /// The newest head that a quorum has cosigned under the key in force, else the newest: a log that went on from below
    /// what its witnesses have cosigned is cosigned by them no more.
    fn choose(&self, chain: &KeyChain) -> Result<Chosen, Failure> {
        let current = VerifierKey::log(chain.origin().key_name().clone(), *chain.current());
        let witnessed = self.witnessed.as_deref().map(signed).transpose()?;
        match witnessed {
            Some((note, checkpoint)) if is_signed_by(&note, &current) => Ok(Chosen {
                note,
                checkpoint,
                witnessed: true,
            }),
            Some(_) | None => self.newest(),
        }
    }

    fn newest(&self) -> Result<Chosen, Failure> {
        let newest = self.note.as_deref().map(signed).transpose()?;
        let (note, checkpoint) = newest.ok_or_else(|| {
            Failure::new("this log has no offered checkpoint yet")
                .advise("Run its node for a few seconds first.")
        })?;
        Ok(Chosen {
            note,
            checkpoint,
            witnessed: self.witnessed == self.note,
        })
    }
}

/// The checkpoint that is published.
struct Chosen {
    note: Vec<u8>,
    checkpoint: Checkpoint,
    witnessed: bool,
}

impl Chosen {
    /// The key that has signed it; of two, the later.
    fn verifier(&self, chain: &KeyChain) -> Option<VerifierKey> {
        let keys = chain.verifiers(self.checkpoint.head.size);
        keys.into_iter().rev().find(|key| is_signed_by(&self.note, key))
    }

    /// How many of the log's handovers state a tree that it covers. A reader could not check the others.
    fn covers(&self, chain: &KeyChain) -> usize {
        let covered = |size: u64| size <= self.checkpoint.head.size;
        chain.statements().filter(|(head, _)| covered(head.size)).count()
    }
}

fn is_signed_by(note: &[u8], key: &VerifierKey) -> bool {
    Note::parse(note).is_ok_and(|note| note.open(std::slice::from_ref(key)).is_ok())
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

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_protocol::id::Root;
    use hearth_protocol::log::{Handover, TreeHead};
    use hearth_protocol::sign::SecretKey;

    fn key(generation: u8) -> SecretKey {
        SecretKey::from_seed([generation; 32])
    }

    fn origin() -> Origin {
        Origin::of("north", &key(0).public()).unwrap()
    }

    fn head(size: u64) -> TreeHead {
        let root = Root::from_bytes([7; 32]);
        TreeHead { size, root }
    }

    fn checkpoint(size: u64, generation: u8) -> String {
        let (origin, head) = (origin(), head(size));
        let note = Checkpoint { origin, head }.sign(&key(generation));
        STANDARD.encode(note.to_bytes())
    }

    /// What is chosen of a log that handed over at 30: size, whether it is witnessed, by which key, with how many handovers.
    fn chosen(witnessed: (u64, u8), newest: (u64, u8)) -> (u64, bool, Option<VerifierKey>, usize) {
        let handover = Handover {
            origin: origin(),
            head: head(30),
            key: key(1).public(),
            next: key(2).public().hash(),
        };
        let head = Head {
            organisation: String::new(),
            origin: origin(),
            key: key(0).public(),
            next: key(1).public().hash(),
            note: Some(checkpoint(newest.0, newest.1)),
            witnessed: Some(checkpoint(witnessed.0, witnessed.1)),
            handovers: Vec::new(),
        };
        let chain = head.chain(&[handover.sign(&key(1)).to_bytes()]).unwrap();
        let chosen = head.choose(&chain).unwrap();
        let size = chosen.checkpoint.head.size;
        (
            size,
            chosen.witnessed,
            chosen.verifier(&chain),
            chosen.covers(&chain),
        )
    }

    #[test]
    fn a_witnessed_head_is_published_if_the_key_in_force_has_signed_it_and_no_handover_beyond_any() {
        let by = |generation: u8| {
            let name = origin().key_name().clone();
            Some(VerifierKey::log(name, key(generation).public()))
        };
        assert_eq!(chosen((28, 0), (29, 0)), (29, false, by(0), 0));
        assert_eq!(chosen((28, 0), (28, 0)), (28, true, by(0), 0));
        assert_eq!(chosen((28, 0), (30, 1)), (30, false, by(1), 1));
        assert_eq!(chosen((28, 0), (33, 1)), (33, false, by(1), 1));
        assert_eq!(chosen((30, 0), (33, 1)), (33, false, by(1), 1));
        assert_eq!(chosen((31, 1), (33, 1)), (31, true, by(1), 1));
    }
}
