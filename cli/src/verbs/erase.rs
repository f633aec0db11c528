//! `hearth erase`: words go, the log stays.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::reply::Reply;
use clap::Args;
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{Care, ErasureCarriedOut, Slug};

/// `hearth erase`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth erase 3f9a2c --ground request

The text, the title and the file of the entry are deleted here and on every node that follows the log;
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
        let card = &answer["entry"];
        let id: Id = serde_json::from_value(card["id"].clone()).map_err(Failure::new)?;
        let hashes: Vec<BodyHash> = [&card["body"]["hash"], &card["file"]["hash"]]
            .iter()
            .filter_map(|hash| hash.as_str()?.parse().ok())
            .collect();
        if hashes.is_empty() {
            return Err(Failure::new(format!(
                "entry {} has no words and no file",
                id.short()
            )));
        }
        let act = Care::ErasureCarriedOut(ErasureCarriedOut {
            ground: self.ground,
            hashes,
        });
        pen.send("Erased", pen.draft(act).about(id))
    }
}
