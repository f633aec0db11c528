//! Pulses: what each asks, how far it is, and how it came out.

use std::collections::BTreeMap;

use hearth_protocol::community::PulseState;
use hearth_protocol::id::Id;
use serde_json::{Value, json};

use super::Reader;

/// `{"pulses": [{"id", "at", "opener", "n", "items", "scale", "until", "issuers": [{"organisation", "slug", "entry"?, "key"?,
/// "issued"}, …], "collector": {"organisation", "slug", "witness"}, "requests", "answers", "closed"?, "results"?,
/// "flagged", "mine": {request: [signature?, signature?]}} …]}`, the newest first. Answers stand in no order that means
/// anything, and nothing says whose they are.
pub(super) fn pulses(reader: &Reader, requests: &[Id]) -> Value {
    let community = reader.projector().read();
    let organisations: BTreeMap<Id, (String, String)> = community
        .organisations()
        .into_iter()
        .map(|organisation| {
            let charter = organisation.charter;
            (
                organisation.id,
                (charter.slug.to_string(), charter.witness.bytes().to_string()),
            )
        })
        .collect();
    let mut pulses = community.pulses(|_| true);
    drop(community);
    pulses.sort_by_key(|pulse| (std::cmp::Reverse(pulse.at), pulse.id));
    let pulses: Vec<Value> = pulses
        .iter()
        .map(|pulse| card(pulse, requests, &organisations))
        .collect();
    json!({ "pulses": pulses })
}

fn card(pulse: &PulseState, requests: &[Id], organisations: &BTreeMap<Id, (String, String)>) -> Value {
    let says = &pulse.says;
    let slug = |id: &Id| organisations.get(id).map(|(slug, _)| slug);
    let issuers = [says.issuers.0, says.issuers.1];
    let issuers: Vec<Value> = (0..2)
        .map(|place| {
            let key = pulse.keys[place].as_ref();
            json!({
                "organisation": issuers[place],
                "slug": slug(&issuers[place]),
                "entry": key.map(|(entry, _)| entry),
                "key": key.map(|(_, key)| key),
                "issued": pulse.issued[place].len(),
            })
        })
        .collect();
    let mine: BTreeMap<String, [Option<String>; 2]> = requests
        .iter()
        .filter(|request| pulse.requests.contains_key(request))
        .map(|request| {
            let signed = |place: usize| pulse.issued[place].get(request).map(hex::encode);
            (request.to_string(), [signed(0), signed(1)])
        })
        .collect();
    let until = &says.until;
    json!({
        "id": pulse.id,
        "at": pulse.at.to_string(),
        "opener": slug(&pulse.opener),
        "n": says.n,
        "items": says.items,
        "scale": says.scale,
        "until": {
            "keys": until.keys.to_string(),
            "requests": until.requests.to_string(),
            "answers": until.answers.to_string(),
        },
        "issuers": issuers,
        "collector": {
            "organisation": says.collector,
            "slug": slug(&says.collector),
            "witness": organisations.get(&says.collector).map(|(_, witness)| witness),
        },
        "requests": pulse.requests.len(),
        "answers": pulse.answers.keys().collect::<Vec<_>>(),
        "closed": pulse.closed,
        "results": pulse.closed.map(|_| results(pulse)),
        "flagged": pulse.is_flagged(),
        "mine": mine,
    })
}

/// Per item how many agree, of how many who chose.
fn results(pulse: &PulseState) -> Vec<Value> {
    let items = pulse.says.items.iter().enumerate();
    items
        .map(|(place, item)| {
            let (agreeing, answering) = pulse.result(place);
            json!({ "item": item, "agreeing": agreeing, "answering": answering })
        })
        .collect()
}
