//! What a node does for the pulses of its community, by itself: shows keys and signs blinded messages where its organisation
//! issues, keeps answers where it collects, and closes in time. Looked at once a second; each look does what is due and can
//! be repeated, since a record's source says what it is about and counts once.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hearth_protocol::community::{self, PulseState, Refusal, Signature};
use hearth_protocol::entry::{Entry, Home, Payload, Record, Source};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Pulse, PulseIssued, PulseKeyed};
use hearth_protocol::log::Origin;
use hearth_protocol::pulse::Receipt;
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;

use super::answers::{Answers, Kept};
use super::declined::Declined;
use super::secret::{IssuerError, IssuerSecret};
use crate::clock::Clock;
use crate::ledger::{Ledger, Submission};
use crate::projector::Projector;

/// Largest answer that is read: a little more than tokens of the longest keys need.
pub const ANSWER: usize = 8 * 1024;
/// Tokens signed in one look.
const SIGNED: usize = 256;
/// Answers looked at at once, and how fast more may come: judging one costs less than a millisecond, so that a flood of
/// false ones takes a fraction of one core and leaves room for true ones.
const BURST: u32 = 500;
const EVERY: Duration = Duration::from_millis(5);

/// What a desk works with.
pub struct Setup {
    /// The community and the organisation.
    pub home: Home,
    /// The own log's name.
    pub origin: Origin,
    /// Where keys and answers are kept.
    pub directory: PathBuf,
    /// Signs receipts.
    pub witness: SecretKey,
    /// What is known of the community.
    pub projector: Projector,
    /// Where records go.
    pub ledger: Ledger,
    /// The time.
    pub clock: Clock,
}

/// The node's part in pulses. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    setup: Arc<Setup>,
    answers: Arc<Answers>,
    pace: Arc<Mutex<Pace>>,
    /// Pulses whose collection is at its end.
    closing: Arc<Mutex<BTreeSet<Id>>>,
    /// Pulses that are closed and of which nothing is left here.
    forgotten: Arc<Mutex<BTreeSet<Id>>>,
}

/// A bucket that fills with time: one answer each [`EVERY`].
struct Pace {
    left: u32,
    since: Instant,
}

impl Desk {
    /// Opens it. Nothing is done yet.
    pub fn new(setup: Setup) -> Desk {
        Desk {
            answers: Arc::new(Answers::under(&setup.directory)),
            setup: Arc::new(setup),
            pace: Arc::new(Mutex::new(Pace {
                left: BURST,
                since: Instant::now(),
            })),
            closing: Arc::default(),
            forgotten: Arc::default(),
        }
    }

    /// Does what is due now.
    pub async fn look(&self) {
        let desk = self.clone();
        let Ok(submissions) = tokio::task::spawn_blocking(move || desk.due()).await else {
            return;
        };
        for submission in submissions {
            self.log(submission).await;
        }
    }

    /// Whose node collects the answers to the pulse that an answer names; what it must look like is looked at there.
    pub fn collector_of(&self, entry: &[u8]) -> Result<Id, Declined> {
        let (pulse, _) = named_by(entry)?;
        Ok(self.pulse(pulse)?.says.collector)
    }

    /// Takes an answer, and gives the word that it will be published. The same answer again has the same receipt.
    pub fn take(&self, entry: &[u8]) -> Result<Receipt, Declined> {
        let (pulse, once_key) = named_by(entry)?;
        let pulse = self.pulse(pulse)?;
        if !self.pace.lock().unwrap_or_else(PoisonError::into_inner).allows() {
            return Err(Declined::Busy);
        }
        let Setup { home, clock, .. } = &*self.setup;
        if pulse.says.collector != home.organisation {
            return Err(Declined::NotCollected);
        }
        let checked = community::check(entry, home, Signature::Unknown);
        let id = checked.id();
        // Whoever closes waits for those that are being taken, and those that come later see that it is closed.
        let closing = self.closing.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.now();
        if pulse.closed.is_some() || closing.contains(&pulse.id) || now >= pulse.says.until.answers {
            return Err(Declined::Closed);
        }
        let told = self
            .setup
            .projector
            .read()
            .may_submit(home.organisation, &checked, now);
        told.map_err(|refusal| match refusal {
            Refusal::Void(reason) => Declined::Void(reason.told(community_deed(), None)),
            Refusal::Missing(_) | Refusal::Future { .. } => Declined::NotYet,
        })?;
        match self.answers.keep(pulse.id, &once_key, entry)? {
            Kept::New | Kept::Same => {}
            Kept::Another => return Err(Declined::Answered),
        }
        let witness = &self.setup.witness;
        Ok(Receipt::sign(
            home.community,
            home.organisation,
            pulse.id,
            id,
            witness,
        ))
    }

    /// Publishes what was collected and closes, before its time where a steward wants it.
    pub async fn close(&self, pulse: Id) -> Result<(), Declined> {
        let pulse = self.pulse(pulse)?;
        if pulse.says.collector != self.setup.home.organisation {
            return Err(Declined::NotCollected);
        }
        if pulse.closed.is_some() {
            return Err(Declined::Closed);
        }
        let id = pulse.id;
        let closed = self.close_now(pulse).await;
        if closed.is_err() {
            // It is open still: answers go on being taken until its time comes or somebody tries again.
            self.closing
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&id);
        }
        closed
    }

    async fn close_now(&self, pulse: PulseState) -> Result<(), Declined> {
        let desk = self.clone();
        let submission =
            tokio::task::spawn_blocking(move || desk.closing(&pulse, desk.setup.clock.now())).await;
        let submission = submission.map_err(|_| Declined::Failed)??;
        if self.log(submission).await {
            Ok(())
        } else {
            Err(Declined::Failed)
        }
    }

    /// Hands records of the node's own in; says whether all were taken.
    async fn log(&self, submission: Submission) -> bool {
        let results = self.setup.ledger.submit_own(submission).await;
        for refused in results.iter().filter_map(|result| result.as_ref().err()) {
            tracing::warn!(%refused, "a part of a pulse was not logged; it will be tried again");
        }
        results.iter().all(Result::is_ok)
    }

    fn pulse(&self, id: Id) -> Result<PulseState, Declined> {
        let mut found = self.setup.projector.read().pulses(|pulse| pulse == id);
        found.pop().ok_or(Declined::Unknown)
    }

    /// What is to be logged now. Blocks: keys are made and messages signed here.
    fn due(&self) -> Vec<Submission> {
        let pulses = {
            let community = self.setup.projector.read();
            if !community.has_pulses() {
                return Vec::new();
            }
            let forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
            community.pulses(|pulse| !forgotten.contains(&pulse))
        };
        let now = self.setup.clock.now();
        let (closed, open): (Vec<_>, Vec<_>) = pulses.iter().partition(|pulse| pulse.closed.is_some());
        for pulse in closed {
            self.forget(pulse);
        }
        open.into_iter()
            .flat_map(|pulse| self.due_for(pulse, now))
            .collect()
    }

    fn due_for(&self, pulse: &PulseState, now: Timestamp) -> Vec<Submission> {
        let own = self.setup.home.organisation;
        let mut due = Vec::new();
        if let Some(issuer) = pulse.says.issuer(own) {
            let issuing = match &pulse.keys[issuer] {
                None if now < pulse.says.until.keys => self.key(pulse, now).map(|record| vec![record]),
                None => Ok(Vec::new()),
                Some(_) if now < pulse.says.until.answers => self.issues(pulse, issuer, now),
                Some(_) => {
                    self.forget_key(pulse.id);
                    Ok(Vec::new())
                }
            };
            match issuing {
                Ok(records) if records.is_empty() => {}
                Ok(entries) => due.push(Submission {
                    entries,
                    bodies: Vec::new(),
                }),
                Err(error) => tracing::error!(pulse = %pulse.id, %error, "no tokens are issued"),
            }
        }
        if pulse.says.collector == own && now >= pulse.says.until.answers {
            match self.closing(pulse, now) {
                Ok(submission) => due.push(submission),
                Err(error) => tracing::error!(pulse = %pulse.id, %error, "the pulse is not closed yet"),
            }
        }
        due
    }

    fn key(&self, pulse: &PulseState, now: Timestamp) -> Result<Vec<u8>, IssuerError> {
        make_directory(&self.setup.directory);
        let secret = IssuerSecret::open(&self.key_file(pulse.id))?;
        let key = secret.key().clone();
        Ok(self.record(Pulse::PulseKeyed(PulseKeyed { key }), &[pulse.id], now))
    }

    /// Answers to the requests that have none of this issuer yet.
    fn issues(&self, pulse: &PulseState, issuer: usize, now: Timestamp) -> Result<Vec<Vec<u8>>, IssuerError> {
        let issued = &pulse.issued[issuer];
        let mut waiting = pulse
            .requests
            .iter()
            .filter(|(id, _)| !issued.contains_key(id))
            .peekable();
        let Some((shown, key)) = pulse.keys[issuer].as_ref().filter(|_| waiting.peek().is_some()) else {
            return Ok(Vec::new());
        };
        let secret = IssuerSecret::read(&self.key_file(pulse.id))?;
        waiting
            .take(SIGNED)
            .map(|(request, asked)| {
                let blinded = asked.blinded[issuer].clone();
                let signature = secret.sign(&blinded)?;
                let issue = PulseIssued {
                    key: key.clone(),
                    blinded,
                    signature,
                };
                Ok(self.record(Pulse::PulseIssued(issue), &[*request, *shown], now))
            })
            .collect()
    }

    /// All answers in the order of their ids, and the end.
    fn closing(&self, pulse: &PulseState, now: Timestamp) -> Result<Submission, Declined> {
        self.closing
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(pulse.id);
        let mut entries = self.answers.of(pulse.id)?;
        entries.sort_by_cached_key(|entry| Entry::id_of(entry));
        entries.push(self.record(Pulse::PulseClosed, &[pulse.id], now));
        Ok(Submission {
            entries,
            bodies: Vec::new(),
        })
    }

    /// The organisation's own word: its source names what it is about.
    fn record(&self, act: Pulse, re: &[Id], now: Timestamp) -> Vec<u8> {
        let act = Act::from(act);
        let source = Source {
            id: re[0].to_string(),
            kind: act.kind().to_owned(),
            site: self.setup.origin.to_string(),
            person: None,
            automaton: false,
        };
        let mut payload = Payload::new(now, act);
        payload.re = re.to_vec();
        Record {
            payload,
            home: self.setup.home,
            source,
        }
        .encode()
    }

    /// The key and the answers of a pulse that is over go: whoever finds this disk later finds nothing to forge with.
    fn forget(&self, pulse: &PulseState) {
        self.forget_key(pulse.id);
        let is_published = |entry: &[u8]| pulse.answers.contains_key(&Entry::id_of(entry));
        match self.answers.forget(pulse.id, is_published) {
            Ok(0) => {}
            Ok(left) => {
                tracing::error!(pulse = %pulse.id, left, "answers with a receipt were not published; they stay beside the log");
            }
            Err(error) => {
                tracing::warn!(%error, pulse = %pulse.id, "published answers stay beside the log");
            }
        }
        self.forgotten
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(pulse.id);
    }

    /// No token is signed after the last answer.
    fn forget_key(&self, pulse: Id) {
        let key = self.key_file(pulse);
        match fs::remove_file(&key) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, file = %key.display(), "an issuer's key of a closed pulse stays");
            }
            Ok(()) | Err(_) => {}
        }
    }

    fn key_file(&self, pulse: Id) -> PathBuf {
        self.setup.directory.join(format!("{pulse}.key"))
    }
}

impl Pace {
    fn allows(&mut self) -> bool {
        let more = self.since.elapsed().as_millis() / EVERY.as_millis();
        if more > 0 {
            self.left = BURST.min(self.left.saturating_add(u32::try_from(more).unwrap_or(BURST)));
            self.since = Instant::now();
        }
        let allows = self.left > 0;
        self.left = self.left.saturating_sub(1);
        allows
    }
}

fn make_directory(path: &std::path::Path) {
    use std::os::unix::fs::DirBuilderExt;
    if let Err(error) = fs::DirBuilder::new().recursive(true).mode(0o700).create(path) {
        tracing::warn!(%error, path = %path.display(), "a directory was not made");
    }
}

const fn community_deed() -> hearth_protocol::kind::Deed {
    hearth_protocol::kind::Deed::PulseAnswered
}

/// The pulse that an answer names, and its once-key.
fn named_by(entry: &[u8]) -> Result<(Id, String), Declined> {
    if entry.len() > ANSWER {
        return Err(Declined::NoAnswer);
    }
    match Entry::parse(entry) {
        Ok(Entry::Event(event)) if matches!(event.payload().act, Act::Pulse(Pulse::PulseAnswered(_))) => {
            let pulse = event.payload().re.first().copied();
            pulse
                .map(|pulse| (pulse, event.kid().to_string()))
                .ok_or(Declined::NoAnswer)
        }
        Ok(_) | Err(_) => Err(Declined::NoAnswer),
    }
}
