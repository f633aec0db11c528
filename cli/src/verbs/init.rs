//! `hearth init`: the member's home.

use crate::context::Context;
use crate::exit::Failure;
use crate::remote::{Remote, RemoteError};
use crate::reply::Reply;
use clap::Args;
use hearth_node::directory::DataDirectory;
use hearth_node::queries;
use hearth_node::run::NodeFile;
use hearth_protocol::entry::Home;
use hearth_protocol::id::Id;
use hearth_protocol::sign::SecretKey;
use serde_json::json;
use std::path::{Path, PathBuf};

/// `hearth init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth init
  hearth init --node http://127.0.0.1:7070
  hearth init --node http://127.0.0.1:7070 --community 5ab1… --organisation 09cd…

Give your public key to a steward, who admits you with `hearth member admit KEY`.
The node says which community and organisation it is of; with --community and --organisation, from
the line your steward gives you, it need not be believed. Run again, init keeps the key and changes the rest.")]
pub(crate) struct Init {
    /// The community's id
    #[arg(long, value_name = "ID", requires = "organisation")]
    community: Option<Id>,
    /// The id of the organisation whose member you are
    #[arg(long, value_name = "ID", requires = "community")]
    organisation: Option<Id>,
}

impl Init {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let home = &context.home;
        home.create()
            .map_err(|error| Failure::new(format!("cannot make {}: {error}", home.path().display())))?;
        context.warn_of_an_open_home();
        let made = !home.has_key();
        let key = if made {
            home.make_key().map_err(Failure::new)?
        } else {
            home.key()?
        };
        let mut settings = home.settings().map_err(Failure::new)?;
        let before = settings.belongs_to();
        if let Some(node) = &context.globals.node {
            settings.node = Some(node.clone());
            settings.data = None;
        }
        if let Some(data) = &context.globals.data {
            settings.data = Some(absolute(data)?);
        }
        match self.belongs_to(context, &key)? {
            Told::Home(belongs) => settings.belong_to(belongs),
            Told::Nothing => {}
            Told::NoAnswer(error) => context.screen.note(&format!(
                "{error}. It is asked which community it is of when it answers; what this home belonged to stays."
            )),
        }
        home.keep_settings(&settings).map_err(Failure::new)?;
        if let Some(before) = before.filter(|before| settings.belongs_to() != Some(*before)) {
            context.screen.note(&format!(
                "This home belonged to organisation {} in community {}. What waits in its outbox was signed for that one. Back: \
                 hearth init --node URL --community {} --organisation {}",
                before.organisation.short(),
                before.community.short(),
                before.community,
                before.organisation
            ));
        }

        let public = key.public().bytes();
        let json = json!({
            "home": home.path(), "key": public, "made": made,
            "node": settings.node, "community": settings.community, "organisation": settings.organisation,
        });
        let what = if made {
            "A new key lies in"
        } else {
            "Your key lies in"
        };
        let mut text = format!(
            "{what} {}; keep a copy of it somewhere safe.\nYour public key, for your steward:\n\n  {public}",
            home.path().display()
        );
        match settings.belongs_to() {
            Some(home) => text.push_str(&format!(
                "\n\nThis home is for organisation {} in community {}.",
                home.organisation.short(),
                home.community.short()
            )),
            None => text.push_str(
                "\n\nYou belong to no community yet. Found one with `hearth community found`, \
                 or ask a steward to admit you and name their node: `hearth init --node URL`.",
            ),
        }
        Ok(Reply::done(json, text))
    }

    /// What was given, or what a data directory on this machine or the node says.
    fn belongs_to(&self, context: &Context, key: &SecretKey) -> Result<Told, Failure> {
        if let (Some(community), Some(organisation)) = (self.community, self.organisation) {
            return Ok(Told::Home(Home {
                community,
                organisation,
            }));
        }
        if let Some(directory) = &context.globals.data {
            return Ok(of_directory(directory)?.map_or(Told::Nothing, Told::Home));
        }
        let Some(node) = &context.globals.node else {
            return Ok(Told::Nothing);
        };
        match Remote::home_at(node, key) {
            Ok(home) => Ok(Told::Home(home)),
            Err(error) => Ok(Told::NoAnswer(error)),
        }
    }
}

/// What init is told of where the home belongs.
enum Told {
    Home(Home),
    Nothing,
    NoAnswer(RemoteError),
}

/// What a data directory says, or the node that runs on it.
fn of_directory(directory: &Path) -> Result<Option<Home>, Failure> {
    if let Some(node) = NodeFile::read(&DataDirectory::at(directory).node()) {
        return Ok(Some(Home {
            community: node.community,
            organisation: node.organisation,
        }));
    }
    let reader = queries::open(directory).map_err(Failure::new)?;
    let snapshot = reader.store().read().map_err(Failure::new)?;
    let community = snapshot.community().map_err(Failure::new)?;
    let own = snapshot.own_log().map_err(Failure::new)?;
    Ok(community.zip(own).map(|(community, log)| Home {
        community,
        organisation: log.charter.organisation,
    }))
}

/// The same place, wherever it is read from.
pub(super) fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}
