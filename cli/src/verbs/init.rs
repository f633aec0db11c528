//! `hearth init`: the member's home.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;
use hearth_node::queries;
use hearth_protocol::entry::Home;
use hearth_protocol::id::Id;
use serde_json::json;

/// `hearth init`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth init
  hearth init --node http://127.0.0.1:7070 --community 5ab1… --organisation 09cd…

Give your public key to a steward, who admits you with `hearth member admit KEY`
and tells you the line to connect with. Run again, init keeps the key and changes the rest.")]
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
        if let Some(node) = &context.globals.node {
            settings.node = Some(node.clone());
        }
        if let Some(belongs) = self.belongs_to(context)? {
            settings.community = Some(belongs.community);
            settings.organisation = Some(belongs.organisation);
        }
        home.keep_settings(&settings).map_err(Failure::new)?;

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
        if settings.belongs_to().is_none() {
            text.push_str("\n\nYou belong to no community yet. Found one with `hearth community found`, or ask a steward to admit you.");
        }
        Ok(Reply::done(json, text))
    }

    /// What was given, or what a data directory on this machine says.
    fn belongs_to(&self, context: &Context) -> Result<Option<Home>, Failure> {
        if let (Some(community), Some(organisation)) = (self.community, self.organisation) {
            return Ok(Some(Home {
                community,
                organisation,
            }));
        }
        let Some(directory) = &context.globals.data else {
            return Ok(None);
        };
        let reader = queries::open(directory).map_err(Failure::new)?;
        let snapshot = reader.store().read().map_err(Failure::new)?;
        let community = snapshot.community().map_err(Failure::new)?;
        let own = snapshot.own_log().map_err(Failure::new)?;
        Ok(community.zip(own).map(|(community, log)| Home {
            community,
            organisation: log.charter.organisation,
        }))
    }
}
