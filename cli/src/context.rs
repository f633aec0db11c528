//! What every verb is given: the global options, the screen, and where the member lives.

use crate::args::Globals;
use crate::exit::Failure;
use crate::home::{LastDigest, MemberHome, Settings};
use crate::pulses;
use crate::remote::Remote;
use crate::reply::Reply;
use crate::screen::Screen;
use crate::sheet::{self, DraftFile};
use hearth_node::clock::Clock;
use hearth_node::directory::DataDirectory;
use hearth_node::run::NodeFile;
use hearth_protocol::entry::Home;
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use std::cell::RefCell;
use std::path::PathBuf;

/// Where a node's API is if nobody says otherwise: what `hearth run` does by itself.
const USUAL_NODE: &str = "http://127.0.0.1:7070";

/// One run of the program.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) globals: Globals,
    pub(crate) screen: Screen,
    pub(crate) home: MemberHome,
    clock: Clock,
    draft: DraftFile,
    digest: RefCell<Option<LastDigest>>,
    /// The node this run has talked to, if any.
    talked_to: RefCell<Option<String>>,
}

impl Context {
    pub(crate) fn new(globals: Globals, screen: Screen) -> Result<Self, Failure> {
        let home = match &globals.home {
            Some(home) => home.clone(),
            None => std::env::home_dir()
                .ok_or_else(|| {
                    Failure::usage("no home directory is known").advise("Name one with --home DIR.")
                })?
                .join(".hearth"),
        };
        let clock = match &globals.clock {
            Some(file) => Clock::file(file).map_err(Failure::new)?,
            None => Clock::System,
        };
        Ok(Self {
            globals,
            screen,
            home: MemberHome::at(home),
            clock,
            draft: DraftFile::default(),
            digest: RefCell::default(),
            talked_to: RefCell::default(),
        })
    }

    /// Every command that talked to the node asks for the tokens of open pulses, at most once a minute: so asking says
    /// nothing. That it cannot be done now is no reason to say anything either.
    pub(crate) fn attend_pulses(&self) {
        let node = self.talked_to.take();
        if let Some(node) = node.filter(|_| self.home.has_key() && self.home.parts().is_time())
            && let Ok(remote) = self.remote_at(&node)
        {
            let _later = pulses::attend(self, &remote);
        }
    }

    /// A draft is being written: it stays until the verb has succeeded.
    pub(crate) fn hold_draft(&self, file: PathBuf) {
        self.draft.replace(Some(file));
    }

    /// There is no draft any more.
    pub(crate) fn let_go_of_draft(&self) {
        self.draft.replace(None);
    }

    /// What is about to be printed is a digest: the next one begins where it ends.
    pub(crate) fn digest_is_shown(&self, digest: LastDigest) {
        self.digest.replace(Some(digest));
    }

    /// What the verb had to say has been printed.
    pub(crate) fn is_printed(&self) {
        let Some(digest) = self.digest.take() else { return };
        if let Err(error) = self.home.keep_digest(&digest) {
            let line = format!("That you have looked is not remembered: {error}");
            self.screen.note(&line);
        }
    }

    /// The end of the verb: a draft that was sent, or waits in the outbox, is let go of; one that was not is kept, and the
    /// person is told where.
    pub(crate) fn settle(&self, outcome: Result<Reply, Failure>) -> Result<Reply, Failure> {
        let Some(draft) = self.draft.take() else {
            return outcome;
        };
        match outcome {
            Ok(reply) => {
                if let Err(error) = MemberHome::forget_draft(&draft) {
                    let draft = draft.display();
                    self.screen.note(&format!("The draft {draft} stays: {error}."));
                }
                Ok(reply)
            }
            Err(failure) => Err(sheet::kept(failure, &draft)),
        }
    }

    /// The present time by the clock in force.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The data directory, for verbs that need one.
    pub(crate) fn data(&self) -> Result<PathBuf, Failure> {
        self.globals.data.clone().ok_or_else(|| {
            Failure::usage("this needs a data directory")
                .advise("Name it with --data DIR, such as --data ./north.")
        })
    }

    /// The node of `--node`, the one that runs on `--data`, or that of the member's home. Nothing is sent yet, unless the
    /// home is still to learn where it belongs.
    pub(crate) fn remote(&self) -> Result<Remote, Failure> {
        self.remote_at(&self.node()?)
    }

    /// The same for a home that knows where it belongs, without a word and without asking anybody.
    pub(crate) fn remote_at_once(&self) -> Option<Remote> {
        let home = self.home.settings().ok()?.belongs_to()?;
        Some(Remote::new(&self.node().ok()?, home, self.home.key().ok()?))
    }

    /// Where the node is.
    fn node(&self) -> Result<String, Failure> {
        let settings = self.home.settings().map_err(Failure::new)?;
        let running =
            |data: &Option<PathBuf>| Some(NodeFile::read(&DataDirectory::at(data.as_ref()?).node())?.api);
        let node = self
            .globals
            .node
            .clone()
            .or_else(|| running(&self.globals.data))
            .or_else(|| running(&settings.data))
            .or(settings.node);
        Ok(node.unwrap_or_else(|| USUAL_NODE.to_owned()))
    }

    /// A node at a known address, in this member's name.
    pub(crate) fn remote_at(&self, node: &str) -> Result<Remote, Failure> {
        self.warn_of_an_open_home();
        let key = self.home.key()?;
        let settings = self.home.settings().map_err(Failure::new)?;
        let home = match settings.belongs_to() {
            Some(home) => home,
            None => self.introduce(node, &key, settings)?,
        };
        self.talked_to.replace(Some(node.to_owned()));
        Ok(Remote::new(node, home, key))
    }

    /// Lets a home that belongs nowhere yet be told by the node it was given, and remembers it. A node that nobody named
    /// is believed for this once alone.
    fn introduce(&self, node: &str, key: &SecretKey, mut settings: Settings) -> Result<Home, Failure> {
        let home = Remote::home_at(node, key).map_err(|error| {
            let what = format!("this home belongs to no community yet, and {error}");
            let failure = if error.is_unreachable() {
                Failure::unreachable(what)
            } else {
                Failure::new(what)
            };
            failure.advise(
                "Name your organisation's node with `hearth init --node URL`, or take the line that \
                 `hearth member admit` printed for your steward.",
            )
        })?;
        if settings.node.is_some() || self.globals.node.is_some() {
            settings.node = self.globals.node.clone().or(settings.node);
            settings.belong_to(home);
            self.home.keep_settings(&settings).map_err(Failure::new)?;
        }
        Ok(home)
    }

    /// Words that wait lie in the home; one that others can enter is not closed behind its owner's back.
    pub(crate) fn warn_of_an_open_home(&self) {
        if let Some(mode) = self.home.open_to_others() {
            let path = self.home.path().display();
            self.screen.note(&format!(
                "Others on this machine can enter {path} (mode {mode:o}): chmod 700 it."
            ));
        }
    }
}
