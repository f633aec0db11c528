//! Taking part in pulses. Every command that talks to the node also asks, quietly, for the tokens of every open pulse, so
//! that asking for them says nothing about whether one will answer. The answer itself goes without a session, under a key
//! that nobody has seen.

use std::fmt::Write as _;

use hearth_node::queries::Query;
use hearth_protocol::entry::{Entry, Event, Home, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Blob, Pulse, PulseAnswered, PulseRequested};
use hearth_protocol::pulse::blinding::{Blinded, Draw};
use hearth_protocol::pulse::{IssuerKey, PREFIX, Receipt, Token, statement};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use serde::Deserialize;

use crate::context::Context;
use crate::exit::Failure;
use crate::home::{Part, Parts};
use crate::remote::{Outcome, Remote, Submission};

/// A pulse as the node tells of it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Told {
    pub(crate) id: Id,
    at: String,
    pub(crate) n: u64,
    pub(crate) items: Vec<String>,
    pub(crate) scale: u64,
    pub(crate) until: Until,
    pub(crate) issuers: [Issuer; 2],
    pub(crate) collector: Collector,
    pub(crate) requests: u64,
    pub(crate) answers: Vec<Id>,
    pub(crate) closed: Option<Id>,
    pub(crate) results: Option<Vec<ItemResult>>,
    pub(crate) flagged: bool,
    mine: std::collections::BTreeMap<String, [Option<String>; 2]>,
}

/// How one statement came out.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ItemResult {
    pub(crate) item: String,
    pub(crate) agreeing: u64,
    pub(crate) answering: u64,
}

/// Its timetable.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Until {
    pub(crate) requests: String,
    pub(crate) answers: String,
}

/// One of its issuers.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Issuer {
    pub(crate) slug: Option<String>,
    entry: Option<Id>,
    key: Option<String>,
    pub(crate) issued: u64,
}

/// Who collects.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Collector {
    pub(crate) organisation: Id,
    pub(crate) slug: Option<String>,
    pub(crate) witness: Option<String>,
}

impl Told {
    fn opened_at(&self) -> Option<Timestamp> {
        self.at.parse().ok()
    }

    /// Whether both issuers have shown their keys.
    pub(crate) fn is_keyed(&self) -> bool {
        self.keys().is_some()
    }

    /// Both keys with their entries, once they are shown.
    fn keys(&self) -> Option<[(Id, IssuerKey); 2]> {
        let key = |issuer: &Issuer| {
            let modulus = hex::decode(issuer.key.as_ref()?).ok()?;
            Some((issuer.entry?, IssuerKey::from_bytes(&modulus).ok()?))
        };
        Some([key(&self.issuers[0])?, key(&self.issuers[1])?])
    }
}

/// Every pulse, with what was issued on these requests.
pub(crate) fn told(remote: &Remote, requests: Vec<Id>) -> Result<Vec<Told>, Failure> {
    let mut answer = remote.query(&Query::Pulses { requests })?;
    serde_json::from_value(answer["pulses"].take()).map_err(Failure::new)
}

/// Asks for tokens where that is due and takes those that were issued. What cannot be done now is done with a later command.
pub(crate) fn attend(context: &Context, remote: &Remote) -> Result<Vec<Told>, Failure> {
    let parts = context.home.parts();
    let pulses = told(remote, Vec::new())?;
    for pulse in pulses.iter().filter(|pulse| pulse.closed.is_none()) {
        if parts.read(pulse.id).map_err(Failure::new)?.is_none() {
            begin(context, remote, &parts, pulse)?;
        }
        ask(remote, &parts, pulse)?;
    }
    let requests = pulses
        .iter()
        .filter_map(|pulse| parts.read(pulse.id).ok().flatten())
        .filter(|part| part.asked && part.tokens.is_none())
        .filter_map(|part| hex::decode(part.request).ok())
        .map(|request| Entry::id_of(&request))
        .collect::<Vec<_>>();
    if requests.is_empty() {
        return Ok(pulses);
    }
    let pulses = told(remote, requests)?;
    for pulse in &pulses {
        collect(remote.home(), &parts, pulse)?;
    }
    Ok(pulses)
}

/// Draws a once-key and blinds what the issuers are to sign.
fn begin(context: &Context, remote: &Remote, parts: &Parts, pulse: &Told) -> Result<(), Failure> {
    let late = pulse
        .until
        .requests
        .parse::<Timestamp>()
        .is_ok_and(|end| context.now() >= end);
    let (Some(keys), false) = (pulse.keys(), late) else {
        return Ok(());
    };
    let once = hearth_node::secret_file::generate().map_err(Failure::new)?;
    let stated = statement(remote.home().community, pulse.id, once.public().bytes());
    let [(first, one), (second, other)] = &keys;
    let blinded = [blind(one, &stated)?, blind(other, &stated)?];
    let act = Pulse::PulseRequested(PulseRequested {
        blinded: (Blob(blinded[0].message.clone()), Blob(blinded[1].message.clone())),
    });
    let mut payload = Payload::new(context.now(), act);
    payload.re = vec![pulse.id, *first, *second];
    let request = Event::sign(&payload, remote.key(), remote.home());
    let part = Part {
        once: hex::encode(once.seed()),
        blindings: blinded.map(|blinded| (hex::encode(blinded.prefix), hex::encode(blinded.inverse))),
        keys: [*first, *second],
        request: hex::encode(request),
        asked: false,
        refused: None,
        tokens: None,
        answer: None,
        receipt: None,
    };
    parts.begin(pulse.id, &part).map(|_| ()).map_err(Failure::new)
}

/// Hands the request in, again and again until it is taken: it is the same each time.
fn ask(remote: &Remote, parts: &Parts, pulse: &Told) -> Result<(), Failure> {
    let Some(mut part) = parts.read(pulse.id).map_err(Failure::new)? else {
        return Ok(());
    };
    if part.asked || part.refused.is_some() {
        return Ok(());
    }
    let mut submission = Submission::default();
    submission.push(hex::decode(&part.request).map_err(Failure::new)?, Vec::new());
    match remote.submit(&submission.encode())?.pop() {
        Some(Outcome::Acknowledged(_)) => part.asked = true,
        Some(Outcome::Refused { error }) if !error.temporary => part.refused = Some(error.message),
        Some(Outcome::Refused { .. }) | None => return Ok(()),
    }
    parts.keep(pulse.id, &part).map_err(Failure::new)
}

/// Makes tokens of what both issuers have signed.
fn collect(home: &Home, parts: &Parts, pulse: &Told) -> Result<(), Failure> {
    let (Some(keys), Some(mut part)) = (pulse.keys(), parts.read(pulse.id).map_err(Failure::new)?) else {
        return Ok(());
    };
    let request = Entry::id_of(&hex::decode(&part.request).map_err(Failure::new)?);
    let Some([Some(one), Some(other)]) = pulse.mine.get(&request.to_string()) else {
        return Ok(());
    };
    if part.tokens.is_some() || part.keys != [keys[0].0, keys[1].0] {
        return Ok(());
    }
    let stated = statement(home.community, pulse.id, once_key(&part)?.public().bytes());
    let mut tokens = Vec::new();
    for (place, signature) in [one, other].into_iter().enumerate() {
        let (prefix, inverse) = &part.blindings[place];
        let blinded = Blinded {
            message: Vec::new(),
            prefix: array::<PREFIX>(prefix)?,
            inverse: hex::decode(inverse).map_err(Failure::new)?,
        };
        let signature = hex::decode(signature).map_err(Failure::new)?;
        let token = keys[place].1.finalize(&stated, &blinded, &signature);
        tokens.push(hex::encode(hearth_protocol::codec::encode(
            &token.map_err(Failure::new)?,
        )));
    }
    part.tokens = tokens.try_into().ok();
    parts.keep(pulse.id, &part).map_err(Failure::new)
}

/// Answers: signs under the once-key and hands it to `to`, without a session. Done again, the same answer goes again;
/// another is refused.
pub(crate) fn answer(
    context: &Context,
    remote: &Remote,
    pulse: &Told,
    choices: Vec<u64>,
    to: &str,
) -> Result<Receipt, Failure> {
    let parts = context.home.parts();
    let Some(mut part) = parts.read(pulse.id).map_err(Failure::new)? else {
        return Err(Failure::new("this home has asked for no tokens of this pulse")
            .advise("Tokens are asked for by every command while the pulse gives them; its time for that may be over."));
    };
    if let Some(why) = &part.refused {
        return Err(Failure::new(format!(
            "no tokens were given to this member: {why}"
        )));
    }
    let entry = if let Some(answer) = &part.answer {
        let entry = hex::decode(answer).map_err(Failure::new)?;
        if chosen(&entry).is_none_or(|before| before != choices) {
            return Err(Failure::new(
                "you have answered this pulse otherwise, and an answer cannot be changed",
            )
            .advise("Nobody can tell which answer is yours, so none can be put in its place."));
        }
        entry
    } else {
        let entry = signed_answer(remote.home(), pulse, &part, choices)?;
        part.answer = Some(hex::encode(&entry));
        parts.keep(pulse.id, &part).map_err(Failure::new)?;
        entry
    };
    let receipt: Receipt = Remote::hand_in(to, &entry)?;
    part.receipt = Some(receipt.clone());
    parts.keep(pulse.id, &part).map_err(Failure::new)?;
    Ok(receipt)
}

/// The choices of a signed answer.
fn chosen(entry: &[u8]) -> Option<Vec<u64>> {
    let entry = Entry::parse(entry).ok()?;
    if let Act::Pulse(Pulse::PulseAnswered(says)) = &entry.payload().act {
        Some(says.choices.clone())
    } else {
        None
    }
}

fn signed_answer(home: &Home, pulse: &Told, part: &Part, choices: Vec<u64>) -> Result<Vec<u8>, Failure> {
    let Some([one, other]) = &part.tokens else {
        return Err(Failure::new("the issuers have not given both tokens yet")
            .advise("They do when their nodes have seen the request: try again in a while."));
    };
    let token = |text: &String| -> Result<Token, Failure> {
        let bytes = hex::decode(text).map_err(Failure::new)?;
        hearth_protocol::codec::decode(&bytes).map_err(Failure::new)
    };
    let act = Pulse::PulseAnswered(PulseAnswered {
        tokens: (token(one)?, token(other)?),
        choices,
    });
    let at = pulse
        .opened_at()
        .ok_or_else(|| Failure::new("the node gives the pulse no time"))?;
    let mut payload = Payload::new(at, act);
    payload.re = vec![pulse.id, part.keys[0], part.keys[1]];
    // For the collector's log, not the member's own.
    let home = Home {
        organisation: pulse.collector.organisation,
        ..*home
    };
    Ok(Event::sign(&payload, &once_key(part)?, &home))
}

fn once_key(part: &Part) -> Result<SecretKey, Failure> {
    Ok(SecretKey::from_seed(array::<32>(&part.once)?))
}

fn array<const N: usize>(text: &str) -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(Failure::new)?;
    Ok(bytes)
}

/// Blinds with numbers drawn until they serve: on average fewer than two draws.
fn blind(key: &IssuerKey, stated: &[u8]) -> Result<Blinded, Failure> {
    for _ in 0..128 {
        let mut draw = Draw {
            prefix: [0; PREFIX],
            salt: [0; 48],
            factor: vec![0; key.as_bytes().len()],
        };
        for part in [&mut draw.prefix[..], &mut draw.salt, &mut draw.factor] {
            getrandom::fill(part).map_err(Failure::new)?;
        }
        if let Ok(blinded) = key.blind(stated, &draw) {
            return Ok(blinded);
        }
    }
    Err(Failure::new(
        "no blinding serves for this issuer's key: it is no honest one",
    ))
}

/// The statements a pulse usually asks about: slug, statement of the framework, and what people read.
pub(crate) const ITEMS: [(&str, &str, &str); 8] = [
    ("explain-its-value", "P2", "I could explain its value to others."),
    (
        "confidence-in-leadership",
        "L1",
        "I have confidence in its leadership.",
    ),
    ("know-whom-to-ask", "L2", "I know whom to ask."),
    ("matters-to-my-work", "V1", "It matters to my work."),
    ("learned-something", "K1", "I learned something I will use."),
    ("safe-to-ask", "K4", "It is safe to ask for help here."),
    (
        "matches-my-experience",
        "I2",
        "What is said of its value matches my experience.",
    ),
    ("ambitious", "S2", "We are ambitious for its growth."),
];

/// What people read for an item.
pub(crate) fn wording(item: &str) -> String {
    let known = ITEMS.iter().find(|(slug, _, _)| *slug == item);
    known.map_or_else(|| item.to_owned(), |(_, _, words)| (*words).to_owned())
}

/// k of n for every item, and the response rate.
pub(crate) fn summary(pulse: &Told) -> String {
    let mut text = String::new();
    for result in pulse.results.iter().flatten() {
        let (item, agreeing, answering) = (wording(&result.item), result.agreeing, result.answering);
        let _ = writeln!(text, "  {agreeing} of {answering} agree: {item}");
    }
    let (answers, n) = (pulse.answers.len(), pulse.n);
    let [one, other] = [&pulse.issuers[0], &pulse.issuers[1]].map(|issuer| issuer.issued);
    let rate = (answers as u64 * 100).checked_div(n).unwrap_or(0);
    let _ = write!(
        text,
        "{answers} of {n} answered ({rate} %); {} asked for tokens, {one} and {other} were issued",
        pulse.requests
    );
    if pulse.flagged {
        text.push_str("\nMore answers than tokens logged by an issuer: these figures say nothing.");
    }
    text
}
