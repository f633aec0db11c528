//! The part of a verdict that bytes and home alone decide: form, size, kind, signature, header fields.

use std::sync::Arc;

use crate::codec;
use crate::entry::{Entry, Home, Payload, Record};
use crate::id::{Hash, Id, KeyBytes, Pseudonym};
use crate::kind::{self, Act, Chartered, Deed, Founded, Head, Interaction, Motion, People, Proposed, Pulse};
use crate::limits;
use crate::pulse;
use crate::time::Timestamp;

use super::verdict::VoidReason;

/// What the bytes of one entry say, as far as bytes and home alone can tell. Made by [`check`].
#[derive(Debug, Clone)]
pub struct Checked {
    pub(super) id: Id,
    pub(super) fact: Result<Fact, VoidReason>,
}

/// Whether the signature is still to be verified, or known from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Verify it now.
    Unknown,
    /// An earlier [`check`] of the same bytes for the same home found this.
    Known(bool),
}

/// An entry reduced to what verdicts and figures need.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    pub(super) at: Timestamp,
    pub(super) deed: Deed,
    pub(super) act: Arc<Act>,
    pub(super) voice: Voice,
    pub(super) re: Vec<Id>,
    /// The circle it names.
    pub(super) circle: Option<Id>,
    pub(super) matter: Matter,
    /// The body has at least one byte.
    pub(super) written: bool,
    pub(super) pseudonymous: bool,
}

/// Who vouches for an entry.
#[derive(Debug, Clone, Copy)]
pub(super) enum Voice {
    /// The holder of this key.
    Key(KeyBytes),
    /// The organisation, for something of this source.
    Source {
        source: Hash,
        person: Option<Pseudonym>,
        automaton: bool,
    },
}

/// The header fields that change state.
#[derive(Debug, Clone)]
pub(super) enum Matter {
    /// None that do.
    Plain,
    /// They do not fit the kind.
    Bad,
    Founding(Box<Founded>),
    Charter(Box<Charter>),
    Key(KeyBytes),
    /// What was seen, as counted under this site.
    Heads {
        site: String,
        heads: Vec<Head>,
    },
    /// The organisation's own word about an entry, under this site, once for that entry.
    Own {
        site: String,
    },
}

/// A charter, its own or one to be admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Charter {
    /// The organisation's id.
    pub(super) id: Id,
    pub(super) says: Chartered,
    /// The whole entry.
    pub(super) bytes: Vec<u8>,
}

/// Judges the bytes of an entry in the log of `home`. Depends on nothing else, so its result can be kept.
pub fn check(bytes: &[u8], home: &Home, signature: Signature) -> Checked {
    Checked {
        id: Entry::id_of(bytes),
        fact: read(bytes, home, signature),
    }
}

impl Checked {
    /// The entry's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// False only where a signature was due and does not hold: what a shell remembers, to pass as
    /// [`Signature::Known`] later.
    pub fn signature_holds(&self) -> bool {
        !matches!(self.fact, Err(VoidReason::BadSignature))
    }
}

fn read(bytes: &[u8], home: &Home, signature: Signature) -> Result<Fact, VoidReason> {
    let entry = Entry::parse(bytes).map_err(|_| VoidReason::Malformed)?;
    if bytes.len() > limits::ENTRY {
        return Err(VoidReason::Oversize);
    }
    let deed = Deed::named(entry.payload().act.kind()).ok_or(VoidReason::UnknownKind)?;
    let holds = match (signature, &entry) {
        (Signature::Known(holds), _) => holds,
        (Signature::Unknown, Entry::Event(event)) => event.verify(&home_of(deed, home)).is_ok(),
        (Signature::Unknown, Entry::Record(record)) => record.home == *home,
    };
    let holds = holds && (signature != Signature::Unknown || tokens_hold(&entry, home));
    if !holds {
        return Err(VoidReason::BadSignature);
    }
    let voice = match &entry {
        Entry::Event(event) => Voice::Key(event.kid()),
        Entry::Record(record) => vouched_for(record),
    };
    let payload = entry.payload();
    Ok(Fact {
        at: payload.at,
        deed,
        act: Arc::new(payload.act.clone()),
        voice,
        re: payload.re.clone(),
        circle: payload.circle,
        matter: matter(bytes, payload, &entry, home),
        written: payload.body.as_ref().is_some_and(|body| body.size > 0),
        pseudonymous: matches!(&payload.act, Act::Interaction(Interaction::QueryAsked(query)) if query.pseudonymous),
    })
}

/// The home an event of this kind is signed for: ids that do not exist yet are zeros.
fn home_of(deed: Deed, home: &Home) -> Home {
    if deed == Deed::Founded {
        Home::NONE
    } else if deed == Deed::Chartered {
        Home::of_charter(home.community)
    } else {
        *home
    }
}

/// Whether the signatures of issuers that an entry carries hold under the keys it names: the tokens of an answer, or what
/// an issuer made of a blinded message. Whose keys those are is a verdict.
pub(crate) fn tokens_hold(entry: &Entry, home: &Home) -> bool {
    let payload = entry.payload();
    match (&payload.act, entry, payload.re.first()) {
        (Act::Pulse(Pulse::PulseAnswered(answer)), Entry::Event(event), Some(pulse)) => {
            let statement = pulse::statement(home.community, *pulse, event.kid());
            answer.tokens.0.verify(&statement).is_ok() && answer.tokens.1.verify(&statement).is_ok()
        }
        (Act::Pulse(Pulse::PulseIssued(issue)), _, _) => issue.key.signed(&issue.blinded, &issue.signature),
        _ => true,
    }
}

fn vouched_for(record: &Record) -> Voice {
    let source = &record.source;
    Voice::Source {
        source: Hash::of(&codec::encode(&(&source.site, &source.kind, &source.id))),
        person: source.person,
        automaton: source.automaton,
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "most kinds change no state")]
fn matter(bytes: &[u8], payload: &Payload, entry: &Entry, home: &Home) -> Matter {
    match &payload.act {
        Act::Community(kind::Community::Founded(founded)) => Matter::Founding(Box::new(founded.clone())),
        Act::Community(kind::Community::Chartered(says)) => Matter::Charter(Box::new(Charter {
            id: Entry::id_of(bytes),
            says: says.clone(),
            bytes: bytes.to_vec(),
        })),
        Act::Community(kind::Community::Proposed(Proposed {
            motion: Motion::Admit { charter },
        })) => charter_in(charter, home.community).map_or(Matter::Bad, |c| Matter::Charter(Box::new(c))),
        Act::Community(kind::Community::HeadsSeen(seen)) => heads(entry, &seen.heads),
        Act::Pulse(Pulse::PulseKeyed(_) | Pulse::PulseIssued(_) | Pulse::PulseClosed) => own(entry, payload),
        Act::Bad { .. } => Matter::Bad,
        Act::People(People::MemberAdmitted(admitted)) => Matter::Key(admitted.key.bytes()),
        Act::People(People::KeyAdded(named) | People::KeyRevoked(named)) => Matter::Key(named.key.bytes()),
        _ => Matter::Plain,
    }
}

/// The charter that a proposal embeds, if it is a whole and rightly signed one.
fn charter_in(bytes: &[u8], community: Id) -> Option<Charter> {
    let Ok(Entry::Event(event)) = Entry::parse(bytes) else {
        return None;
    };
    let Act::Community(kind::Community::Chartered(says)) = &event.payload().act else {
        return None;
    };
    let own = says.stewards.iter().any(|steward| steward.bytes() == event.kid());
    let signed = event.verify(&Home::of_charter(community)).is_ok();
    (own && signed).then(|| Charter {
        id: Entry::id_of(bytes),
        says: says.clone(),
        bytes: bytes.to_vec(),
    })
}

/// The organisation's own word, whose source names what it is about: so there is one of each kind about an entry.
fn own(entry: &Entry, payload: &Payload) -> Matter {
    let (Entry::Record(Record { source, .. }), Some(subject)) = (entry, payload.re.first()) else {
        return Matter::Bad;
    };
    if source.kind == payload.act.kind() && source.id == subject.to_string() {
        Matter::Own {
            site: source.site.clone(),
        }
    } else {
        Matter::Bad
    }
}

/// The rows of a `heads.seen` whose source is a decimal counter. Its site is for the log to judge.
fn heads(entry: &Entry, heads: &[Head]) -> Matter {
    let Entry::Record(Record { source, .. }) = entry else {
        return Matter::Bad;
    };
    let counter = source
        .id
        .parse::<u64>()
        .is_ok_and(|counter| counter.to_string() == source.id);
    if counter && source.kind == Deed::HeadsSeen.name() {
        Matter::Heads {
            site: source.site.clone(),
            heads: heads.to_vec(),
        }
    } else {
        Matter::Bad
    }
}
