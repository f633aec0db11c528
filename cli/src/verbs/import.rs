//! `hearth import`: history from elsewhere.

use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::remote::RemoteError;
use crate::render::card::Card;
use crate::reply::Reply;
use crate::stackexchange::{self, Archive, Seal};
use clap::{Args, Subcommand};
use hearth_node::queries::Query;
use hearth_protocol::id::BodyHash;
use hearth_protocol::kind::{Care, ImportMade};
use std::path::PathBuf;

const FORMAT: &str = "stackexchange";

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// A directory of a Stack Exchange data dump: Posts.xml, Comments.xml, Votes.xml
    Stackexchange(Stackexchange),
}

impl Import {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Import::Stackexchange(verb) => verb.run(context),
        }
    }
}

/// `hearth import stackexchange`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth import stackexchange ./french.meta.stackexchange.com

Only a steward can import. Run again, or on a newer dump of the same site, it adds what is missing.
Nobody gets a key by it: people of the dump become pseudonyms under a salt that can be erased.")]
pub(crate) struct Stackexchange {
    /// The directory of the unpacked dump of one site
    directory: PathBuf,
    /// The site's name, for ever part of every record's source: another name imports everything anew, so say the same
    /// each time [default: the directory's name]
    #[arg(long, value_name = "NAME")]
    site: Option<String>,
    /// Stop at the first malformed row instead of leaving it out
    #[arg(long)]
    strict: bool,
}

impl Stackexchange {
    /// An import of a dump with nothing unusual about it.
    pub(crate) fn of(directory: PathBuf) -> Self {
        Self {
            directory,
            site: None,
            strict: false,
        }
    }

    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let archive = Archive::at(&self.directory)?;
        let site = self.site.or_else(|| archive.name()).ok_or_else(|| {
            Failure::usage("the directory has no name to take for the site")
                .advise("Name the site with --site NAME.")
        })?;
        let pen = Pen::new(context)?;
        let salt = salt(context, &pen, &site)?;
        let seal = Seal {
            home: *pen.remote().home(),
            site: site.clone(),
            salt,
        };
        let import = stackexchange::Import::new(archive, pen.remote(), context.screen, seal, self.strict);
        let report = import.run()?;
        let mut json = report.to_json();
        let text = format!(
            "Site: {site}. It is in the source of every record: say --site {site} where the directory is called otherwise.\n{}",
            report.to_text(&context.screen)
        );
        json["site"] = site.into();
        Ok(Reply::done(json, text))
    }
}

/// The salt of the site's pseudonyms: that of its first import here, or a new one, announced now.
fn salt(context: &Context, pen: &Pen<'_>, site: &str) -> Result<[u8; 32], Failure> {
    if let Some(hash) = announced(pen, site)? {
        return match pen.remote().body(pen.remote().home().organisation, &hash) {
            Ok(salt) => salt
                .try_into()
                .map_err(|_| Failure::new("the salt of the first import has not 32 bytes")),
            Err(RemoteError::Refused { status: 410, .. }) => Err(Failure::new(format!(
                "{site} was imported before, and the salt of its pseudonyms has been erased"
            ))
            .advise(
                "The pseudonyms are final: importing again would make new ones for the same people. \
                 To do so nevertheless, import under another --site name.",
            )),
            Err(error) => Err(error.into()),
        };
    }
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(Failure::new)?;
    let format = FORMAT.parse().expect("the name is a slug");
    let act = Care::ImportMade(ImportMade {
        site: site.to_owned(),
        format,
    });
    let announcement = pen
        .draft(act)
        .with_body(salt.to_vec(), "application/octet-stream")?;
    let reply = pen.send("Announced", announcement)?;
    if reply.json["state"] != "acknowledged" {
        return Err(Failure::unreachable("the import could not be announced").advise(&reply.text));
    }
    context.screen.hint(&format!("First import of {site}."));
    Ok(salt)
}

/// The body of the site's first `import.made`.
fn announced(pen: &Pen<'_>, site: &str) -> Result<Option<BodyHash>, Failure> {
    let answer = pen.remote().query(&Query::Imports {})?;
    let imports: Vec<Card> = serde_json::from_value(answer["imports"].clone()).map_err(Failure::new)?;
    let first = imports.iter().find(|card| card.data["site"] == site);
    Ok(first
        .and_then(|card| card.body.as_ref())
        .and_then(|body| body.hash.parse().ok()))
}
