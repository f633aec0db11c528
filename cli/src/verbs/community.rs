//! Founding, inviting, joining and admitting organisations.

use super::init::absolute;
use super::run::{listening, multiaddress, multiaddresses};
use crate::context::Context;
use crate::exit::Failure;
use crate::home::Settings;
use crate::pen::Pen;
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_node::config::Config;
use hearth_node::directory::DataDirectory;
use hearth_node::found::{self, Made, Organisation, Purpose};
use hearth_node::invitation::Invitation;
use hearth_node::queries::Query;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Clock, Community as Act, Motion, Proposed, Slug};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Span;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io;
use std::net::{SocketAddr, TcpListener};

#[derive(Debug, Subcommand)]
pub(crate) enum Community {
    /// Found a community, with your organisation as its first
    Found(Found),
    /// Make an invitation for one organisation
    Invite(Invite),
    /// Join the community an invitation comes from, with your organisation
    Join(Join),
    /// Let in an organisation that has applied, or list those that have
    Admit(Admit),
}

impl Community {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Community::Found(verb) => verb.run(context),
            Community::Invite(verb) => verb.run(context),
            Community::Join(verb) => verb.run(context),
            Community::Admit(verb) => verb.run(context),
        }
    }
}

/// What an organisation says of itself and of its node.
#[derive(Debug, Args)]
struct House {
    /// Its short name (a-z, 0-9 and -), for ever part of its log's name
    #[arg(long)]
    slug: Slug,
    /// Its name
    #[arg(long)]
    name: String,
    /// Your own name, if it is to be known
    #[arg(long, value_name = "NAME")]
    steward: Option<String>,
    /// Where other nodes can call yours, such as /dns4/node.example.org/tcp/4001; may be repeated
    #[arg(long = "address", value_name = "MULTIADDR", value_parser = multiaddress)]
    addresses: Vec<String>,
    /// Where the node listens for others: HOST:PORT (TCP and QUIC) or a multiaddress; may be repeated
    #[arg(long = "listen", value_name = "ADDRESS", value_parser = listening)]
    listen: Vec<String>,
    /// Where the node listens for you and your colleagues: of several nodes on one machine each needs a port of its own
    /// [default: 127.0.0.1:7070]
    #[arg(long, value_name = "HOST:PORT")]
    api: Option<SocketAddr>,
    /// Take this home away from the community it belongs to now
    #[arg(long)]
    move_home: bool,
}

impl House {
    /// A home signs for one organisation: another community gets a home of its own, unless it is said otherwise.
    fn may_take(&self, context: &Context) -> Result<(), Failure> {
        let settings = context.home.settings().map_err(Failure::new)?;
        match settings.belongs_to() {
            Some(home) if !self.move_home => Err(Failure::new(format!(
                "the home {} belongs to organisation {} in community {} already",
                context.home.path().display(),
                home.organisation.short(),
                home.community.short()
            ))
            .advise(
                "Give this one a home of its own with --home DIR, or say --move-home if that one is over.",
            )),
            _ => Ok(()),
        }
    }

    fn organisation(self, steward: &SecretKey) -> Organisation<'_> {
        let mut config = Config::default();
        if !self.listen.is_empty() {
            config.listen = self.listen.iter().flat_map(|text| multiaddresses(text)).collect();
        }
        config.api = self.api.unwrap_or(config.api);
        Organisation {
            slug: self.slug,
            name: self.name,
            steward,
            steward_name: self.steward,
            addresses: self.addresses,
            config,
        }
    }
}

/// `hearth community found`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth community found --data ./north --slug north --name \"North Hospice\" \\
      --community \"Palliative Care North\" --domain palliative-care")]
pub(crate) struct Found {
    #[command(flatten)]
    house: House,
    /// The community's name
    #[arg(long, value_name = "NAME")]
    community: String,
    /// What the community is about (a-z, 0-9 and -)
    #[arg(long)]
    domain: Slug,
    /// What it is for, in your own words (Markdown)
    #[command(flatten)]
    purpose: Words,
}

impl Found {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let directory = DataDirectory::at(context.data()?);
        self.house.may_take(context)?;
        let sheet = Sheet::of("found", "what the community is for");
        let words = self.purpose.read_optional(context, sheet)?.unwrap_or_default();
        let (steward, key_made) = steward(context)?;
        let clock = if context.globals.clock.is_some() {
            Clock::Simulated
        } else {
            Clock::Real
        };
        let purpose = Purpose {
            domain: self.domain,
            name: self.community,
            words,
            clock,
        };
        let organisation = self.house.organisation(&steward);
        let made = found::found(&directory, &organisation, &purpose, context.now()).map_err(Failure::new)?;
        let begun = Begun {
            directory: &directory,
            organisation: &organisation,
            made: &made,
            key_made,
        };
        let next =
            "Then, beside it: hearth ask \"…\", and `hearth community invite` for another organisation.";
        begun.reply(context, "The community is founded.", next)
    }
}

/// `hearth community join`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth community join hearth1oWR… --data ./south --slug south --name \"South Hospice\"")]
pub(crate) struct Join {
    /// The invitation
    invitation: Invitation,
    #[command(flatten)]
    house: House,
}

impl Join {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if self.invitation.expires <= context.now() {
            return Err(
                Failure::new(format!("the invitation worked until {}", self.invitation.expires))
                    .advise("Ask for another one."),
            );
        }
        let directory = DataDirectory::at(context.data()?);
        self.house.may_take(context)?;
        let (steward, key_made) = steward(context)?;
        let organisation = self.house.organisation(&steward);
        let made =
            found::join(&directory, &organisation, &self.invitation, context.now()).map_err(Failure::new)?;
        let begun = Begun {
            directory: &directory,
            organisation: &organisation,
            made: &made,
            key_made,
        };
        let next = format!(
            "The node applies while it runs; the invitation works until {}.\n\
             A steward of whoever invited you lets you in: hearth community admit {}\n\
             `hearth status` says when you are in; then admit your members: hearth member admit KEY",
            self.invitation.expires, organisation.slug
        );
        begun.reply(context, "Your organisation can apply now.", &next)
    }
}

/// The steward's key, and whether it was made now since there was none.
fn steward(context: &Context) -> Result<(SecretKey, bool), Failure> {
    let home = &context.home;
    home.create()
        .map_err(|error| Failure::new(format!("cannot make {}: {error}", home.path().display())))?;
    context.warn_of_an_open_home();
    if home.has_key() {
        Ok((home.key()?, false))
    } else {
        Ok((home.make_key().map_err(Failure::new)?, true))
    }
}

/// A data directory that was just made.
struct Begun<'a> {
    directory: &'a DataDirectory,
    organisation: &'a Organisation<'a>,
    made: &'a Made,
    /// The steward's key was made with it.
    key_made: bool,
}

impl Begun<'_> {
    /// Remembers where the member belongs, and says what comes next.
    fn reply(&self, context: &Context, what: &str, next: &str) -> Result<Reply, Failure> {
        let Begun {
            directory,
            organisation,
            made,
            key_made,
        } = self;
        let api = organisation.config.api;
        let node = format!("http://{api}");
        let settings = Settings {
            node: Some(node.clone()),
            data: Some(absolute(directory.path())?),
            community: Some(made.home.community),
            organisation: Some(made.home.organisation),
        };
        context.home.keep_settings(&settings).map_err(Failure::new)?;
        let key = organisation.steward.public().bytes();
        let home = context.home.path().display();
        let json = json!({
            "community": made.home.community,
            "organisation": made.home.organisation,
            "origin": made.origin,
            "verifier": made.verifier.to_string(),
            "data": directory.path(),
            "node": node,
            "key": key,
            "key_made": key_made,
            "next_key": made.next_key,
        });
        let own = if *key_made {
            format!("Your own key was made in {home}; keep a copy of it somewhere safe.")
        } else {
            format!("Its steward is the key that lies in {home}.")
        };
        let taken = if is_taken(api) {
            format!("\nSomething listens on {api} already: run it with another --api HOST:PORT.")
        } else {
            String::new()
        };
        let text = format!(
            "{what}\n\
             Your log:  {}\n\
             Its key:   {}\n\
             Its data:  {data}\n\
             Its node:  {node}{taken}\n\n\
             {own}\n\
             The key your log continues under if this one is lost lies in {}.\n\
             Move it off this machine and out of its backups.\n\n\
             Next: hearth run --data {data}\n{next}",
            made.origin,
            made.verifier,
            made.next_key.display(),
            data = directory.path().display(),
        );
        Ok(Reply::done(json, text))
    }
}

/// Whether something listens there now.
fn is_taken(address: SocketAddr) -> bool {
    let bound = TcpListener::bind(address);
    bound.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

/// `hearth community invite`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth community invite --for 7d")]
pub(crate) struct Invite {
    /// How long it works, such as 12h or 7d, at most 90d [default: 7d]
    #[arg(long = "for", value_name = "TIME", value_parser = some_time)]
    lasts: Option<Span>,
}

impl Invite {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Invited {
            invitation: String,
            expires: String,
        }
        let asked = self
            .lasts
            .map_or_else(|| json!({}), |lasts| json!({ "expires_in": lasts.to_string() }));
        let Invited { invitation, expires } = context.remote()?.post("/v1/invitations", &asked)?;
        let json = json!({ "invitation": invitation, "expires": expires });
        if !context.screen.is_json() {
            context.screen.note(&format!(
                "It lets one organisation apply, once, until {expires}. Hand it over by a way you trust. They run:\n  \
                 hearth community join INVITATION --data DIR --slug NAME --name \"NAME\" --steward \"NAME\"\n\
                 and their node; then let them in with `hearth community admit NAME`."
            ));
        }
        Ok(Reply::done(json, invitation))
    }
}

/// Some time, and not none at all.
fn some_time(text: &str) -> Result<Span, String> {
    match text.parse() {
        Ok(Span::ZERO) => Err("an invitation works for some time, such as 7d".to_owned()),
        Ok(span) => Ok(span),
        Err(error) => Err(error.to_string()),
    }
}

/// `hearth community admit`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth community admit\n  hearth community admit south")]
pub(crate) struct Admit {
    /// The organisation, by its short name or id; without it those that have applied are listed
    organisation: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// An organisation that has applied, as the node lists it.
#[derive(Deserialize)]
struct Application {
    organisation: Id,
    slug: String,
    origin: String,
    charter: String,
    at: String,
}

impl Admit {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let answer = pen.remote().query(&Query::Applications {})?;
        let applications: Vec<Application> =
            serde_json::from_value(answer["applications"].clone()).map_err(Failure::new)?;
        let Some(wanted) = &self.organisation else {
            return Ok(list(context, &answer, &applications));
        };
        let mut matching = applications
            .into_iter()
            .filter(|one| one.slug == *wanted || one.organisation.to_string().starts_with(wanted.as_str()));
        let application = match (matching.next(), matching.next()) {
            (Some(application), None) => application,
            (None, _) => {
                return Err(
                    Failure::new(format!("no organisation called {wanted} has applied"))
                        .advise("`hearth community admit` lists those that have."),
                );
            }
            (Some(_), Some(_)) => {
                return Err(
                    Failure::new(format!("several applications match {wanted}")).advise("Name it by its id.")
                );
            }
        };
        let preceding: Id = serde_json::from_value(answer["preceding"].clone()).map_err(Failure::new)?;
        let charter = hex::decode(&application.charter).map_err(Failure::new)?;
        let act = Act::Proposed(Proposed {
            motion: Motion::Admit { charter },
        });
        pen.send(
            &format!("Admitted {}", application.slug),
            pen.draft(act).about(preceding).saying(self.reason)?,
        )
    }
}

fn list(context: &Context, answer: &Value, applications: &[Application]) -> Reply {
    if applications.is_empty() {
        return Reply::done(answer.clone(), "Nobody has applied.");
    }
    let mut table = Table::new(["organisation", "id", "log", "applied"]);
    for one in applications {
        table.row([
            one.slug.clone(),
            one.organisation.short(),
            one.origin.clone(),
            one.at.clone(),
        ]);
    }
    let text = format!(
        "{}\nLet one in with `hearth community admit NAME`, if you know who it is.",
        table.render(&context.screen)
    );
    Reply::done(answer.clone(), text)
}
