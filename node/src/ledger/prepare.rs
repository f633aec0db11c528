//! What of an entry can be judged without knowing the log: its bytes, its home, its signature. Done by whoever submits,
//! on every core, so that the writer thread has only to sequence.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use hearth_protocol::community::{self, Checked, Signature, VoidReason};
use hearth_protocol::entry::{Entry, Home};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::Deed;
use hearth_protocol::limits;

use super::refused::Refused;
use super::submission::{Submission, SubmittedBody};
use crate::store::{NewEntry, SourceKey};

/// Fewer entries than this are checked by one thread.
const SHARE: usize = 16;

/// An entry that is well-formed, at home here and rightly signed.
pub(super) struct Prepared {
    pub(super) entry: Entry,
    pub(super) checked: Checked,
    pub(super) new: NewEntry,
}

/// Who hands a submission in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Anybody,
    /// The node itself, which alone writes some kinds.
    TheNode,
}

/// A submission ready for the writer.
pub(super) struct PreparedSubmission {
    pub(super) entries: Vec<Result<Prepared, Refused>>,
    pub(super) bodies: BTreeMap<BodyHash, SubmittedBody>,
}

impl PreparedSubmission {
    /// The answers where nothing is taken: entries that are wrong in themselves are told so.
    pub(super) fn refuse<T>(self, refused: &Refused) -> Vec<Result<T, Refused>> {
        self.entries
            .into_iter()
            .map(|entry| Err(entry.err().unwrap_or_else(|| refused.clone())))
            .collect()
    }
}

/// Checks a whole submission. `homes` gives the organisations of the community, to say for whom a stray entry was made.
pub(super) fn prepare(
    submission: Submission,
    by: By,
    home: Home,
    homes: &(impl Fn() -> Vec<Id> + Sync),
) -> PreparedSubmission {
    let Submission { entries, bodies } = submission;
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = entries.len().div_ceil(threads).max(SHARE);
    let check = |entry: Vec<u8>| match by {
        By::Anybody => prepare_entry(entry, home, homes),
        By::TheNode => prepare_own(entry, home),
    };
    let mut entries = entries.into_iter();
    let entries = thread::scope(|scope| {
        let own: Vec<_> = entries.by_ref().take(share).collect();
        let mut others = Vec::new();
        loop {
            let part: Vec<_> = entries.by_ref().take(share).collect();
            if part.is_empty() {
                break;
            }
            others.push(scope.spawn(move || part.into_iter().map(check).collect::<Vec<_>>()));
        }
        let mut checked: Vec<_> = own.into_iter().map(check).collect();
        for other in others {
            checked.extend(other.join().expect("checking an entry does not panic"));
        }
        checked
    });
    let bodies = bodies.into_iter().map(|body| (body.hash(), body)).collect();
    PreparedSubmission { entries, bodies }
}

/// Checks one entry.
pub(super) fn prepare_entry(
    bytes: Vec<u8>,
    home: Home,
    homes: impl Fn() -> Vec<Id>,
) -> Result<Prepared, Refused> {
    if bytes.len() > limits::ENTRY {
        return Err(Refused::Oversize { size: bytes.len() });
    }
    let entry = Entry::parse(&bytes).map_err(Refused::Malformed)?;
    if let Some(kind) = reserved(&entry) {
        return Err(Refused::Reserved(kind));
    }
    prepare_parsed(bytes, entry, home, homes)
}

/// Checks one entry of the node's own.
fn prepare_own(bytes: Vec<u8>, home: Home) -> Result<Prepared, Refused> {
    let entry = Entry::parse(&bytes).map_err(Refused::Malformed)?;
    prepare_parsed(bytes, entry, home, Vec::<Id>::new)
}

/// The kind, where the node alone writes it: what it saw, and its part in pulses, of which the answers come all at once.
fn reserved(entry: &Entry) -> Option<&'static str> {
    const OWN: [Deed; 5] = [
        Deed::HeadsSeen,
        Deed::PulseKeyed,
        Deed::PulseIssued,
        Deed::PulseAnswered,
        Deed::PulseClosed,
    ];
    let deed = entry.payload().act.deed()?;
    OWN.contains(&deed).then(|| deed.name())
}

/// Checks home and signature of an entry that parses.
pub(super) fn prepare_parsed(
    bytes: Vec<u8>,
    entry: Entry,
    home: Home,
    homes: impl Fn() -> Vec<Id>,
) -> Result<Prepared, Refused> {
    if let Entry::Record(record) = &entry
        && record.home != home
    {
        let here = record.home.community == home.community;
        return Err(Refused::WrongHome {
            organisation: here.then_some(record.home.organisation),
        });
    }
    let checked = community::check(&bytes, &home, Signature::Unknown);
    if !checked.signature_holds() {
        return Err(foreign_home(&entry, home, homes()));
    }
    let new = NewEntry {
        id: checked.id(),
        source: SourceKey::of_entry(&entry),
        bytes,
    };
    Ok(Prepared { entry, checked, new })
}

/// For whom an event was signed whose signature does not hold here.
fn foreign_home(entry: &Entry, home: Home, organisations: Vec<Id>) -> Refused {
    let Entry::Event(event) = entry else {
        return VoidReason::BadSignature.into();
    };
    let made_for = |home: &Home| event.verify(home).is_ok();
    if made_for(&Home::NONE) || made_for(&Home::of_charter(home.community)) {
        return Refused::WrongHome { organisation: None };
    }
    let organisation = organisations
        .into_iter()
        .find(|&organisation| made_for(&Home { organisation, ..home }));
    match organisation {
        Some(organisation) => Refused::WrongHome {
            organisation: Some(organisation),
        },
        None => VoidReason::BadSignature.into(),
    }
}
