//! Words that came from another organisation: found when they have arrived, gone when they were erased.

use hearth_protocol::entry::Payload;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Care, ContentHidden, ErasureCarriedOut, Interaction, QueryAsked};
use hearth_tests::fleet::{Body, Client, Transport, now};
use hearth_tests::wait::until;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::network::{hears, pair};

fn found(client: &mut Client, words: &str, organisation: &str) -> Vec<Id> {
    let question = json!({ "query": "search", "words": words, "organisation": organisation });
    let answer = client.ask(&question).unwrap();
    assert_eq!(answer["behind"], 0);
    let found = answer["found"].as_array().unwrap();
    found
        .iter()
        .map(|found| found["entry"]["id"].as_str().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn what_others_wrote_is_found_here_until_they_erase_it() {
    let pair = pair(Transport::Tcp);
    let (mut north, mut south) = (
        pair.north.client(&pair.north_node),
        pair.south.client(&pair.south_node),
    );
    let words = "# Quetzalcoatl\n\nWords of the south";
    let (reference, body) = Body::of(words);
    let payload = Payload::new(now(), Interaction::QueryAsked(QueryAsked::default()));
    let entry = pair.south.sign(&payload.with_body(reference.clone()));
    let question = south.submit_one(entry, vec![body]);
    hears(&mut north, question, words);
    assert_eq!(found(&mut north, "south quetzal", "south"), [question]);
    assert!(found(&mut north, "south quetzal", "north").is_empty());

    let dictionaries = || -> BTreeSet<PathBuf> {
        let files = fs::read_dir(pair.north.directory.path().join("search")).unwrap();
        let files = files.map(|file| file.unwrap().path());
        files
            .filter(|file| file.extension().is_some_and(|end| end == "term"))
            .collect()
    };
    let before = dictionaries();
    assert!(!before.is_empty());
    let (ground, hashes) = ("request".parse().unwrap(), vec![reference.hash]);
    let erasure = Care::ErasureCarriedOut(ErasureCarriedOut { ground, hashes });
    south.submit_one(
        pair.south.sign(&Payload::new(now(), erasure).about(question)),
        vec![],
    );
    until("north has erased the words", || {
        north.body(&pair.south.home, &reference).is_none().then_some(())
    });
    assert!(found(&mut north, "quetzalcoatl", "south").is_empty());
    until("the file that held the words is gone", || {
        (!before.is_subset(&dictionaries())).then_some(())
    });
}

#[test]
fn hidden_words_are_found_no_more_and_neither_is_what_corrects_them() {
    let pair = pair(Transport::Tcp);
    let mut south = pair.south.client(&pair.south_node);
    let mut say = |act: Act, about: Option<Id>, words: Option<&str>| {
        let (mut payload, mut bodies) = (Payload::new(now(), act), Vec::new());
        if let Some(words) = words {
            let (reference, body) = Body::of(words);
            payload = payload.with_body(reference);
            bodies.push(body);
        }
        let payload = about.into_iter().fold(payload, Payload::about);
        south.submit_one(pair.south.sign(&payload), bodies)
    };
    let asked = || Interaction::QueryAsked(QueryAsked::default()).into();
    let open = say(asked(), None, Some("Wound care, in the open"));
    let hidden = say(asked(), None, Some("Wound care of Mrs Smith"));
    say(
        Interaction::ContentCorrected.into(),
        Some(hidden),
        Some("Wound care of Mrs S."),
    );
    let mut reader = pair.south.client(&pair.south_node);
    assert_eq!(
        found(&mut reader, "wound", "south").len(),
        2,
        "a correction is shown as what it corrects"
    );
    let ground = "patient-data".parse().unwrap();
    let hiding = Care::ContentHidden(ContentHidden { ground });
    say(hiding.into(), Some(hidden), Some("It says whose wound."));
    assert_eq!(found(&mut reader, "wound", "south"), [open]);
}
