//! Carries signed entries to the node in the order in which they were written, and keeps what cannot be delivered yet.

use crate::context::Context;
use crate::exit::Failure;
use crate::home::{Outbox, Waiting};
use crate::remote::{Acknowledged, Body, Outcome, Remote, RemoteError, Submission};
use crate::screen::Screen;
use hearth_protocol::codec;
use hearth_protocol::entry::{BodyRef, Entry};
use std::fmt::Display;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

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
    /// It waits on, since its files cannot be read; others may go.
    Unreadable(String),
    Refused(String),
}

/// Why an entry of the outbox has no outcome.
enum Unsent {
    /// It lies with this entry's files, not with the node.
    Unreadable(String),
    Remote(RemoteError),
}

/// What became of the outbox.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Flushed {
    pub(crate) sent: u64,
    pub(crate) refused: u64,
    /// Those that wait on for a reason of their own.
    pub(crate) kept: u64,
    /// That of the first of them.
    pub(crate) kept_for: Option<String>,
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
            (Some(Told::NotYet(why) | Told::Unreadable(why)), _)
            | (None, Some(Stopped { why, for_now: true })) => Ok(Delivered::Later { why }),
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
        match told {
            Told::Refused(why) => {
                self.screen
                    .note(&format!("The node refused something from your outbox: {why}."));
                self.screen.note("It is kept aside; `hearth outbox` shows it.");
            }
            Told::Unreadable(why) => {
                let line = format!("Something in your outbox cannot be read and waits on: {why}.");
                self.screen.note(&line);
            }
            Told::Acknowledged { .. } | Told::NotYet(_) => {}
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
                    flushed.kept += 1;
                    flushed.kept_for.get_or_insert_with(|| error.message.clone());
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
                Err(Unsent::Unreadable(why)) => {
                    flushed.kept += 1;
                    flushed.kept_for.get_or_insert_with(|| why.clone());
                    tell(&waiting, Told::Unreadable(why));
                }
                Err(Unsent::Remote(error)) if error.may_pass() => {
                    flushed.stopped = Some(Stopped {
                        why: error.to_string(),
                        for_now: error.is_for_now(),
                    });
                    return Ok(flushed);
                }
                Err(Unsent::Remote(error)) => {
                    self.set_aside(&waiting, error.to_string(), &mut flushed, &mut tell)?
                }
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

    fn send(&self, waiting: &Waiting) -> Result<Outcome, Unsent> {
        let submission = waiting
            .submission()
            .map_err(|error| unreadable(&waiting.entry, error))?;
        if let Some(path) = &waiting.body {
            let reference = large_body(&submission)
                .ok_or_else(|| unreadable(&waiting.entry, "it names no file, though one lies beside it"))?;
            let (salt, mut bytes) = open_body(path).map_err(|error| unreadable(path, error))?;
            self.remote.put_body(&reference.hash, &salt, &mut bytes)?;
        }
        let mut outcomes = self.remote.submit(&submission)?;
        outcomes.pop().ok_or_else(|| {
            Unsent::Remote(RemoteError::Garbled {
                url: self.remote.base().to_owned(),
                reason: "no outcome".to_owned(),
            })
        })
    }
}

fn unreadable(path: &Path, why: impl Display) -> Unsent {
    Unsent::Unreadable(format!("{}: {why}", path.display()))
}

impl From<RemoteError> for Unsent {
    fn from(error: RemoteError) -> Self {
        Unsent::Remote(error)
    }
}

/// The file among the fields of the one entry of a submission.
fn large_body(submission: &[u8]) -> Option<BodyRef> {
    let submission: Submission = codec::decode(submission).ok()?;
    let entry = Entry::parse(&submission.entries.first()?.0).ok()?;
    entry.payload().act.file().cloned()
}

/// The salt at the beginning of a kept body, and the rest to be read.
fn open_body(path: &Path) -> std::io::Result<([u8; 32], File)> {
    let mut file = File::open(path)?;
    let mut salt = [0; 32];
    file.read_exact(&mut salt)?;
    file.seek(SeekFrom::Start(32))?;
    Ok((salt, file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::home::MemberHome;
    use crate::remote::fake::{Answer, FakeNode};
    use hearth_protocol::entry::{Event, Home, Payload};
    use hearth_protocol::id::Id;
    use hearth_protocol::kind::Interaction;
    use hearth_protocol::sign::SecretKey;
    use hearth_protocol::time::Timestamp;
    use tempfile::TempDir;

    const HOME: Home = Home::NONE;

    fn courier<'a>(home: &TempDir, remote: &'a Remote) -> Courier<'a> {
        Courier {
            remote,
            outbox: MemberHome::at(home.path().to_owned()).outbox().unwrap(),
            screen: Screen::open(false),
        }
    }

    fn remote(node: &FakeNode) -> Remote {
        Remote::new(node.base(), HOME, SecretKey::from_seed([1; 32]))
    }

    fn submission() -> Vec<u8> {
        let payload = Payload::new(Timestamp::EPOCH, Interaction::QueryAnswered);
        let mut submission = Submission::default();
        submission.push(Event::sign(&payload, &SecretKey::from_seed([1; 32]), &HOME), []);
        submission.encode()
    }

    fn acknowledged() -> Answer {
        let id = Id::ZERO;
        Answer::json(200, format!(r#"{{"results":[{{"id":"{id}","index":4}}]}}"#))
    }

    #[test]
    fn an_answer_that_is_not_the_nodes_queues_the_entry() {
        let proxy = || Answer::html(502, "<html>Bad Gateway</html>");
        let cut_off = || Answer::json(200, r#"{"results":[{"id":"00"#.to_owned());
        let nothing = || Answer::json(200, r#"{"results":[]}"#.to_owned());
        let busy = || Answer::json(429, r#"{"error":{"code":"busy","message":"later"}}"#.to_owned());
        for answer in [proxy, cut_off, nothing, busy] {
            let home = tempfile::tempdir().unwrap();
            let node = FakeNode::answering(move |path| (path == "/v1/entries").then(answer));
            let remote = remote(&node);
            let courier = courier(&home, &remote);
            let fate = courier.deliver(&submission(), None).unwrap();
            assert!(matches!(fate, Delivered::Later { .. }));
            assert_eq!(courier.outbox.waiting().unwrap().len(), 1, "it waits");
        }
    }

    #[test]
    fn a_definite_refusal_is_said_at_once() {
        let home = tempfile::tempdir().unwrap();
        let refused = |path: &str| {
            let text = r#"{"error":{"code":"unknown_key","message":"no such member"}}"#.to_owned();
            (path == "/v1/session").then(|| Answer::json(403, text))
        };
        let node = FakeNode::answering(refused);
        let remote = remote(&node);
        let courier = courier(&home, &remote);
        assert!(courier.deliver(&submission(), None).is_err());
        assert!(courier.outbox.waiting().unwrap().is_empty());
    }

    #[test]
    fn a_file_that_cannot_be_read_keeps_its_entry_and_no_other() {
        let home = tempfile::tempdir().unwrap();
        let node = FakeNode::answering(|path| (path == "/v1/entries").then(acknowledged));
        let remote = remote(&node);
        let courier = courier(&home, &remote);
        courier.outbox.keep(&submission(), Some(b"short")).unwrap();
        courier.outbox.keep(&submission(), None).unwrap();
        let waiting = courier.outbox.waiting().unwrap();
        std::fs::remove_file(&waiting[1].entry).unwrap();
        std::fs::create_dir(&waiting[1].entry).unwrap();
        let fate = courier.deliver(&submission(), None).unwrap();
        assert!(matches!(fate, Delivered::Now { index: 4 }));
        let left = courier.outbox.waiting().unwrap();
        assert_eq!(left, waiting, "both wait on");
        let flushed = courier.flush().unwrap();
        assert_eq!((flushed.kept, flushed.stopped), (2, None));
    }
}
