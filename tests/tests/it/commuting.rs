//! Nothing but what the logs hold makes a figure: not the order in which they arrived, nor in what portions, nor a restart in
//! between, nor a body that is gone since. The stories of tests/vectors/figures are the material.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use hearth_node::projector::Projector;
use hearth_node::store::{BodyState, LogNumber, NewLog, Store};
use hearth_protocol::community::{Community, Cut, View};
use hearth_protocol::entry::{BodyRef, Entry};
use hearth_protocol::framework::{Section, Statement, compute, explain};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{Act, Care, ErasureCarriedOut};
use hearth_protocol::time::{Span, Timestamp};
use hearth_stories::story::{Said, Story, charter, steward};
use hearth_stories::told::{Told, stories, tell};
use hearth_tests::world::{Random, seeds};
use serde_json::Value;

/// A question that a story asks.
struct Asked {
    cut: Cut,
    as_of: Timestamp,
    window: Option<Span>,
}

/// The last question of a story, and the last about all of it.
fn asked(story: &Story, told: &Told) -> Vec<Asked> {
    let whole = told.asks.iter().rfind(|ask| ask.cut.is_empty());
    let asks = whole.into_iter().chain(told.asks.last());
    asks.map(|ask| Asked {
        cut: story.cut(&ask.cut),
        as_of: ask.as_of.0,
        window: ask.window(),
    })
    .collect()
}

/// All statements with all that is behind them, as bytes.
fn answers(view: impl Fn(&Cut) -> View, asked: &[Asked]) -> String {
    let mut text = String::new();
    for Asked { cut, as_of, window } in asked {
        let view = view(cut);
        text += &serde_json::to_string(&compute(&view, *as_of, *window)).unwrap();
        for section in Section::computed() {
            text += &serde_json::to_string(&explain(&view, section, *as_of, *window)).unwrap();
        }
    }
    text
}

fn answers_of(community: &Community, asked: &[Asked]) -> String {
    answers(|cut| community.view(cut).unwrap(), asked)
}

fn answers_by(projector: &Projector, asked: &[Asked]) -> String {
    answers(|cut| View::clone(&projector.view(Some(cut)).unwrap()), asked)
}

#[test]
fn in_whatever_order_the_logs_arrive_every_answer_is_the_same_bytes() {
    for (file, told) in stories() {
        let story = tell(&told);
        let asked = asked(&story, &told);
        let expected = answers_of(&story.community(), &asked);
        for seed in seeds(2) {
            let mut random = Random::new(seed);
            let mut community = Community::new(story.community);
            let mut open: Vec<usize> = (0..story.organisations()).collect();
            while !open.is_empty() {
                let place = random.below(open.len());
                let portion = 1 + random.below(5);
                if !(0..portion).all(|_| story.ingest_next(&mut community, open[place])) {
                    open.swap_remove(place);
                }
                // Looking in between leaves no trace.
                if random.happens(5)
                    && let Some(Ok(view)) = community.present().map(|cut| community.view(&cut))
                {
                    compute(&view, view.default_as_of(), None);
                }
            }
            assert!(
                answers_of(&community, &asked) == expected,
                "{file} differs with seed {seed}"
            );
        }
    }
}

#[test]
fn in_whatever_portions_and_with_restarts_a_node_answers_the_same_bytes() {
    for (file, told) in stories() {
        let story = tell(&told);
        let asked = asked(&story, &told);
        let expected = answers_of(&story.community(), &asked);
        for seed in seeds(1) {
            let mut random = Random::new(seed);
            let shelf = Shelf::new();
            let cache = tempfile::tempdir().unwrap();
            let open = || Projector::open(shelf.store.clone(), story.community, Some(cache.path())).unwrap();
            let mut projector = open();
            let mut held = vec![0; story.organisations()];
            while (0..held.len()).any(|number| held[number] < story.entries(number).len()) {
                let number = random.below(held.len());
                let until = (held[number] + 1 + random.below(9)).min(story.entries(number).len());
                shelf.takes(&story, number, held[number], until).unwrap();
                held[number] = until;
                if random.happens(60) {
                    projector.follow().unwrap();
                }
                if random.happens(8) {
                    if random.happens(50) {
                        projector.keep().unwrap();
                    }
                    drop(projector);
                    projector = open();
                }
            }
            projector.follow().unwrap();
            assert!(
                answers_by(&projector, &asked) == expected,
                "{file} differs with seed {seed}"
            );
            let rebuilt = Projector::open(shelf.store.clone(), story.community, None).unwrap();
            assert!(
                answers_by(&rebuilt, &asked) == expected,
                "{file} rebuilt differs with seed {seed}"
            );
        }
    }
}

#[test]
fn erasing_every_body_changes_no_figure_of_any_statement() {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for (file, told) in stories() {
        let mut story = tell(&told);
        let asked = asked(&story, &told);
        let shelf = Shelf::new();
        let held: Vec<usize> = (0..story.organisations())
            .map(|number| story.entries(number).len())
            .collect();
        for (number, held) in held.iter().enumerate() {
            shelf.takes(&story, number, 0, *held).unwrap();
        }
        let projector = Projector::open(shelf.store.clone(), story.community, None).unwrap();
        let before = answers_by(&projector, &asked);
        let statements = statements(&projector, &asked[0].cut, &asked[0], &mut shown);

        let mut erased = Vec::new();
        for number in 0..held.len() {
            erased.extend(erase_all(&mut story, number));
        }
        for (number, held) in held.iter().enumerate() {
            shelf
                .takes(&story, number, *held, story.entries(number).len())
                .unwrap();
        }
        projector.follow().unwrap();
        while projector.note_bodies().unwrap() {}
        // What an organisation logs once it is out is void, its erasures too: the others are asked to take words down.
        let view = projector.view(None).unwrap();
        let is_out = |number: usize| {
            let id = story.home(number).organisation;
            view.organisations()
                .iter()
                .any(|of| of.id == id && of.limit.is_some())
        };
        for (number, hash) in erased.iter().filter(|(number, _)| !is_out(*number)) {
            let state = shelf.body(&story, *number, hash);
            assert!(matches!(state, BodyState::Erased { .. }), "{file}: {state:?}");
        }
        let rebuilt = Projector::open(shelf.store.clone(), story.community, None).unwrap();
        for projector in [&projector, &rebuilt] {
            assert!(answers_by(projector, &asked) == before, "{file} differs");
        }
        let now = story.cut(&BTreeMap::new());
        let with_erasures = self::statements(&rebuilt, &now, &asked[0], &mut BTreeSet::new());
        assert!(
            with_erasures == statements,
            "{file}: the entries that erase are in a figure"
        );
    }
    let all = Statement::ALL.map(|statement| statement.id().to_owned());
    let missing: Vec<&String> = all.iter().filter(|id| !shown.contains(*id)).collect();
    assert!(missing.is_empty(), "no story has anything to say of {missing:?}");
}

/// The statements of an answer; notes of which of them there is anything to say.
fn statements(projector: &Projector, cut: &Cut, asked: &Asked, shown: &mut BTreeSet<String>) -> Vec<Value> {
    let view = projector.view(Some(cut)).unwrap();
    let opened = Section::computed().map(|section| {
        let explained = explain(&view, section, asked.as_of, asked.window).unwrap();
        let explained = serde_json::to_value(explained).unwrap();
        let says = |indicator: &Value| {
            let some = |list: &str| {
                indicator["signed"][list]
                    .as_array()
                    .is_some_and(|ids| !ids.is_empty())
            };
            some("counted") || some("uncounted")
        };
        if explained["indicators"].as_array().unwrap().iter().any(says) {
            shown.insert(section.id().to_owned());
        }
        explained["indicators"].clone()
    });
    opened.collect()
}

/// The steward of a log carries out the erasure of every body its entries refer to; gives them.
fn erase_all(story: &mut Story, number: usize) -> Vec<(usize, BodyHash)> {
    let organisation = story.slugs().nth(number).unwrap().to_owned();
    let mut bodies: Vec<(Id, BodyHash)> = Vec::new();
    for bytes in story.entries(number) {
        for body in bodies_of(bytes) {
            if bodies.iter().all(|(_, known)| *known != body.hash) {
                bodies.push((Entry::id_of(bytes), body.hash));
            }
        }
    }
    for (place, (entry, hash)) in bodies.iter().enumerate() {
        let erasure = ErasureCarriedOut {
            ground: "request".parse().unwrap(),
            hashes: vec![*hash],
        };
        let said = Said {
            at: Timestamp::from_millis(1 + place as u64),
            act: Act::from(Care::ErasureCarriedOut(erasure)),
            re: std::slice::from_ref(entry),
            words: None,
        };
        let name = format!("erasure {place} in {organisation}");
        story.say(&name, &steward(&organisation), said);
    }
    bodies.into_iter().map(|(_, hash)| (number, hash)).collect()
}

/// The words an entry of a story refers to: x as often as it says.
fn bodies_of(entry: &[u8]) -> Vec<BodyRef> {
    let Ok(entry) = Entry::parse(entry) else {
        return Vec::new();
    };
    let is_words = |body: &BodyRef| {
        let words = usize::try_from(body.size).is_ok_and(|size| size < 1000);
        words && BodyRef::to(&[0; 32], &words_of(body), "text/markdown").hash == body.hash
    };
    entry
        .payload()
        .bodies()
        .filter(|body| is_words(body))
        .cloned()
        .collect()
}

fn words_of(body: &BodyRef) -> Vec<u8> {
    vec![b'x'; usize::try_from(body.size).unwrap()]
}

/// The store of a node, to which the logs of a story come as replicas, with the bodies of their entries.
struct Shelf {
    store: Store,
}

impl Shelf {
    fn new() -> Shelf {
        Shelf {
            store: Store::in_memory(),
        }
    }

    /// A portion of a log arrives.
    fn takes(&self, story: &Story, number: usize, from: usize, until: usize) -> Result<(), Box<dyn Error>> {
        let organisation = story.home(number).organisation;
        let charter = charter(story.slugs().nth(number).unwrap());
        let entries = story.entries(number)[from..until].to_vec();
        let root = story.tree_head(number, until).root;
        let words: Vec<BodyRef> = entries.iter().flat_map(|entry| bodies_of(entry)).collect();
        self.store.write(|batch| -> Result<(), Box<dyn Error>> {
            let log: LogNumber = batch.hold_log(NewLog::of_charter(organisation, &charter, false))?;
            batch.append_replica(&organisation, from as u64, entries, root)?;
            for body in &words {
                batch.put_body(log, &body.hash, &[0; 32], &words_of(body))?;
            }
            Ok(())
        })
    }

    fn body(&self, story: &Story, number: usize, hash: &BodyHash) -> BodyState {
        let snapshot = self.store.read().unwrap();
        let organisation = story.home(number).organisation;
        let log = snapshot.log(&organisation).unwrap().unwrap();
        snapshot.body(log.number, hash).unwrap()
    }
}
