//! `hearth erase`: words go, the log stays.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::reply::Reply;
use crate::source::read;
use clap::Args;
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{Care, ErasureCarriedOut, Slug};
use hearth_protocol::limits;
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// `hearth erase`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth erase 3f9a2c --ground request

The text, the title and the file of the entry, and what it read before and after corrections, are deleted here and on every node that follows the log;
that it was written, by which key and when, stays. Of copies outside the community nobody knows.")]
pub(crate) struct Erase {
    /// The entry whose words are to go
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
    /// Why, in one word: request, patient-data, rights, mistake, …
    #[arg(long, value_name = "GROUND")]
    ground: Slug,
}

impl Erase {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let answer = pen.remote().query(&Query::Entry { id: self.entry })?;
        let id: Id = read(&answer["entry"]["id"])?;
        let mut bodies: Vec<Kept> = read(&answer["bodies"])?;
        if bodies.is_empty() {
            return Err(Failure::new(format!(
                "entry {} has no words and no file",
                id.short()
            )));
        }
        bodies.retain(Kept::is_left);
        if bodies.is_empty() {
            return Ok(Reply::done(
                json!({ "id": id, "already": true }),
                "Erased already: nothing was written.",
            ));
        }
        let elsewhere = Kept::leave_to_others(&mut bodies, &pen);
        let mut replies = erase(&pen, &self.ground, &bodies)?;
        let Some(mut reply) = replies.pop() else {
            return Err(Failure::new("its words stand in the log of another organisation")
                .advise("A steward there can erase them, or whoever wrote them."));
        };
        reply.text.push_str(&elsewhere);
        Ok(reply)
    }
}

/// A body as the node keeps it, by the entry that refers to it.
#[derive(Debug, Deserialize)]
pub(super) struct Kept {
    pub(super) entry: Id,
    /// In whose log.
    pub(super) organisation: Id,
    pub(super) hash: BodyHash,
    pub(super) size: u64,
    #[serde(rename = "type")]
    pub(super) media_type: String,
    pub(super) state: String,
}

impl Kept {
    /// Whether it is not erased yet.
    pub(super) fn is_left(&self) -> bool {
        self.state != "erased"
    }

    /// Of how many entries these are.
    pub(super) fn entries(bodies: &[Kept]) -> usize {
        let entries: BTreeSet<Id> = bodies.iter().map(|body| body.entry).collect();
        entries.len()
    }

    /// A log erases its own bodies alone: those of others are left out, and this says so.
    pub(super) fn leave_to_others(bodies: &mut Vec<Kept>, pen: &Pen<'_>) -> String {
        let own = pen.remote().home().organisation;
        let before = Kept::entries(bodies);
        bodies.retain(|body| body.organisation == own);
        match before - Kept::entries(bodies) {
            0 => String::new(),
            left => format!(" {left} stand in the logs of other organisations, and are erased there."),
        }
    }
}

/// Erases bodies, in as many entries as it takes.
pub(super) fn erase(pen: &Pen<'_>, ground: &Slug, bodies: &[Kept]) -> Result<Vec<Reply>, Failure> {
    let mut by_entry: BTreeMap<Id, Vec<BodyHash>> = BTreeMap::new();
    for body in bodies {
        by_entry.entry(body.entry).or_default().push(body.hash);
    }
    let by_entry: Vec<(Id, Vec<BodyHash>)> = by_entry.into_iter().collect();
    let portions = by_entry.chunks(limits::REFERENCES).map(|some| {
        let act = Care::ErasureCarriedOut(ErasureCarriedOut {
            ground: ground.clone(),
            hashes: some.iter().flat_map(|(_, hashes)| hashes).copied().collect(),
        });
        pen.send("Erased", pen.draft(act).about_all(some.iter().map(|(id, _)| *id)))
    });
    portions.collect()
}
