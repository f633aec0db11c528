//! Carries signed entries to the node in the order in which they were written, and keeps what cannot be delivered yet.

use crate::context::Context;
use crate::exit::Failure;
use crate::home::{Outbox, Waiting};
use crate::remote::{Acknowledged, Body, Outcome, Remote, RemoteError, Submission};
use crate::screen::Screen;
use hearth_protocol::codec;
use hearth_protocol::entry::{BodyRef, Entry};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

/// Holds the outbox for this process.
pub(super) struct Courier<'a> {
    remote: &'a Remote,
    outbox: Outbox,
    screen: Screen,
}

/// What became of one entry.
pub(super) enum Delivered {
    Now { index: u64 },
    Later { why: String },
}

/// What became of one entry of the outbox.
enum Told {
    Acknowledged {
        index: u64,
    },
    /// It waits on, for a reason of its own; others may go.
    NotYet(String),
    Refused(String),
}

/// What became of the outbox.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Flushed {
    pub(crate) sent: u64,
    pub(crate) refused: u64,
    /// Why the rest still waits.
    pub(crate) stopped: Option<Stopped>,
}

/// Why nothing more was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stopped {
    pub(crate) why: String,
    /// It may pass by itself: no node answered, or one that cannot take entries just now. Otherwise the node lets this
    /// member do nothing.
    pub(crate) for_now: bool,
}

impl<'a> Courier<'a> {
    pub(super) fn new(remote: &'a Remote, context: &Context) -> Result<Self, Failure> {
        let outbox = context.home.outbox().map_err(Failure::new)?;
        Ok(Self {
            remote,
            outbox,
            screen: context.screen,
        })
    }

    /// Delivers one entry after everything that waits. It is kept before it is sent, so that it is not lost with this
    /// process, and taken out again once the node has acknowledged or refused it. Only if it may be taken later it stays.
    pub(super) fn deliver(&self, submission: &[u8], large: Option<Body>) -> Result<Delivered, Failure> {
        let kept = large.map(|body| body.to_bytes());
        let own = self
            .outbox
            .keep(submission, kept.as_deref())
            .map_err(Failure::new)?;
        let mut fate = None;
        let flushed = self.flush_until(|waiting, told| {
            if waiting.number == own {
                fate = Some(told);
            } else {
                self.say(told);
            }
        })?;
        match (fate, flushed.stopped) {
            (Some(Told::Acknowledged { index }), _) => Ok(Delivered::Now { index }),
            (Some(Told::NotYet(why)), _) | (None, Some(Stopped { why, for_now: true })) => {
                Ok(Delivered::Later { why })
            }
            (Some(Told::Refused(why)), _) => {
                // The person hears it now; nothing needs to be kept for them.
                self.outbox.forget_refused(own).map_err(Failure::new)?;
                Err(Failure::new(why))
            }
            (None, Some(Stopped { why, for_now: false })) => {
                self.outbox.withdraw(own).map_err(Failure::new)?;
                Err(Failure::new(why))
            }
            (None, None) => Err(Failure::new("another process took the entry from the outbox")),
        }
    }

    /// Sends everything that waits, oldest first, until the node takes nothing more.
    pub(super) fn flush(&self) -> Result<Flushed, Failure> {
        self.flush_until(|_, told| self.say(told))
    }

    /// Says aloud what the person would not notice otherwise.
    fn say(&self, told: Told) {
        if let Told::Refused(why) = told {
            self.screen
                .note(&format!("The node refused something from your outbox: {why}."));
            self.screen.note("It is kept aside; `hearth outbox` shows it.");
        }
    }

    fn flush_until(&self, mut tell: impl FnMut(&Waiting, Told)) -> Result<Flushed, Failure> {
        let mut flushed = Flushed::default();
        for waiting in self.outbox.waiting().map_err(Failure::new)? {
            match self.send(&waiting) {
                Ok(Outcome::Acknowledged(Acknowledged { index, .. })) => {
                    self.outbox.sent(&waiting).map_err(Failure::new)?;
                    flushed.sent += 1;
                    tell(&waiting, Told::Acknowledged { index });
                }
                Ok(Outcome::Refused { error }) if error.temporary && error.is_of_the_entry() => {
                    tell(&waiting, Told::NotYet(error.message));
                }
                Ok(Outcome::Refused { error }) if error.temporary => {
                    flushed.stopped = Some(Stopped {
                        why: error.message,
                        for_now: true,
                    });
                    return Ok(flushed);
                }
                Ok(Outcome::Refused { error }) => {
                    self.set_aside(&waiting, error.message, &mut flushed, &mut tell)?
                }
                Err(error) if error.may_pass() => {
                    flushed.stopped = Some(Stopped {
                        why: error.to_string(),
                        for_now: error.is_for_now(),
                    });
                    return Ok(flushed);
                }
                Err(error) => self.set_aside(&waiting, error.to_string(), &mut flushed, &mut tell)?,
            }
        }
        Ok(flushed)
    }

    fn set_aside(
        &self,
        waiting: &Waiting,
        why: String,
        flushed: &mut Flushed,
        tell: &mut impl FnMut(&Waiting, Told),
    ) -> Result<(), Failure> {
        self.outbox.refuse(waiting, &why).map_err(Failure::new)?;
        flushed.refused += 1;
        tell(waiting, Told::Refused(why));
        Ok(())
    }

    fn send(&self, waiting: &Waiting) -> Result<Outcome, RemoteError> {
        let garbled = |reason: String| RemoteError::Garbled {
            url: self.remote.base().to_owned(),
            reason,
        };
        if let Some(path) = &waiting.body {
            let reference =
                large_body(&waiting.submission).ok_or_else(|| garbled("the entry names no file".into()))?;
            let (salt, mut bytes) =
                open_body(path).map_err(|error| garbled(format!("{}: {error}", path.display())))?;
            self.remote.put_body(&reference.hash, &salt, &mut bytes)?;
        }
        let mut outcomes = self.remote.submit(&waiting.submission)?;
        outcomes.pop().ok_or_else(|| garbled("no outcome".into()))
    }
}

/// The file among the fields of the one entry of a submission.
fn large_body(submission: &[u8]) -> Option<BodyRef> {
    let submission: Submission = codec::decode(submission).ok()?;
    let entry = Entry::parse(&submission.entries.first()?.0).ok()?;
    entry.payload().act.file().cloned()
}

/// The salt at the beginning of a kept body, and the rest to be read.
fn open_body(path: &std::path::Path) -> std::io::Result<([u8; 32], File)> {
    let mut file = File::open(path)?;
    let mut salt = [0; 32];
    file.read_exact(&mut salt)?;
    file.seek(SeekFrom::Start(32))?;
    Ok((salt, file))
}
