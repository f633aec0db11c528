//! Finding words: how they may be written, what narrows the search, and an index that may be lost at any time.

use super::House;
use hearth_tests::wait::until;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn found<'a>(house: &House, arguments: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let answer = house.json(["search"].into_iter().chain(arguments));
    assert_eq!(answer["behind"], 0, "{answer}");
    ids(&answer)
}

fn ids(answer: &Value) -> Vec<String> {
    let found = answer["found"].as_array().unwrap();
    found
        .iter()
        .map(|found| super::text(&found["entry"]["id"]))
        .collect()
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort();
    ids
}

fn files(house: &House) -> Vec<PathBuf> {
    let files = fs::read_dir(house.data().join("search")).unwrap();
    files.map(|file| file.unwrap().path()).collect()
}

/// The files that hold which words there are. Each is written once.
fn dictionaries(house: &House) -> BTreeSet<PathBuf> {
    let is_one = |file: &PathBuf| file.extension().is_some_and(|end| end == "term");
    files(house).into_iter().filter(is_one).collect()
}

#[test]
fn words_are_found_in_every_spelling_and_shown_with_their_place() {
    let house = House::running();
    let question = house.write([
        "ask",
        "Quels soins de bouche à l'hôpital ?",
        "Les bâtonnets en mousse sont refusés la nuit.",
        "--topic",
        "mouth-care",
    ]);
    let answer = house.write([
        "answer",
        &question,
        "Des brosses douces, à l'hôpital comme ailleurs.",
    ]);
    let quiet = house.write(["ask", "Foam swabs at night?", "--pseudonym", "--topic", "swabs"]);

    for words in ["hopital", "HÔPITAL", "hôpi", "l'hopital"] {
        assert_eq!(
            sorted(found(&house, [words])),
            sorted(vec![question.clone(), answer.clone()]),
            "{words}"
        );
    }
    assert_eq!(
        found(&house, ["batonnets", "nuit"]),
        std::slice::from_ref(&question)
    );
    assert_eq!(
        found(&house, ["soins de bouche"]),
        std::slice::from_ref(&question),
        "together"
    );
    assert!(found(&house, ["bouche de soins"]).is_empty());
    assert_eq!(
        found(&house, ["bouche", "de", "soins"]),
        std::slice::from_ref(&question)
    );
    assert_eq!(found(&house, ["hopital"])[0], question, "the title weighs more");
    assert!(found(&house, ["Ada"]).is_empty(), "names are not searched");

    let said = house.ends(0, ["search", "nuit"]);
    let row = said.lines().nth(1).unwrap();
    for shown in [
        &question[..12],
        "a question",
        "Ada (north)",
        "Quels soins",
        "refusés la nuit.",
    ] {
        assert!(row.contains(shown), "{shown} in\n{said}");
    }
    assert!(!said.contains('\u{1b}'), "plain in a pipe: {said:?}");
    let answered = house.json(["search", "nuit"]);
    let marks = &answered["found"][0]["marks"][0];
    let excerpt: Vec<char> = super::text(&answered["found"][0]["excerpt"]).chars().collect();
    let (from, to) = (
        marks[0].as_u64().unwrap() as usize,
        marks[1].as_u64().unwrap() as usize,
    );
    assert_eq!(excerpt[from..to].iter().collect::<String>(), "nuit");

    let said = house.ends(0, ["search", "foam"]);
    assert!(
        said.contains("under a pseudonym") && !said.contains("Ada"),
        "{said}"
    );
    assert_eq!(found(&house, ["foam"]), [quiet]);
}

#[test]
fn a_search_is_narrowed_and_what_cannot_be_asked_is_said() {
    let house = House::running();
    let question = house.write(["ask", "Night care?", "--topic", "mouth-care"]);
    let answer = house.write(["answer", &question, "Care at night."]);
    let reply = house.write(["reply", &answer, "Night care, too."]);
    let talk = house.write(["discuss", "Night shifts, and care", "--topic", "shifts"]);
    let all = sorted(vec![
        question.clone(),
        answer.clone(),
        reply.clone(),
        talk.clone(),
    ]);
    let search = |more: &[&str]| found(&house, ["night", "care"].into_iter().chain(more.iter().copied()));

    assert_eq!(sorted(search(&[])), all);
    assert_eq!(
        search(&["--newest"]),
        [talk, reply.clone(), answer.clone(), question.clone()]
    );
    assert_eq!(search(&["--kind", "answer"]), std::slice::from_ref(&answer));
    assert_eq!(
        sorted(search(&["--kind", "question", "--kind", "thread.replied"])),
        sorted(vec![question.clone(), reply.clone()])
    );
    assert_eq!(
        sorted(search(&["--topic", "mouth-care"])),
        sorted(vec![question.clone(), answer, reply]),
        "and what was said about it"
    );
    assert!(search(&["--topic", "food"]).is_empty());
    assert_eq!(sorted(search(&["--organisation", "north"])), all);
    assert_eq!(sorted(search(&["--since", "2026-01-01"])), all);
    assert!(search(&["--until", "2026-01-01"]).is_empty());
    assert!(search(&["--since", "2999-01-01"]).is_empty());
    let two = house.json(["search", "night", "--limit", "2"]);
    assert_eq!((ids(&two).len(), &two["more"]), (2, &true.into()));
    house.write(["withdraw", &question]);
    assert_eq!(search(&["--kind", "question"]), [] as [String; 0], "taken back");

    for (arguments, words) in [
        (vec!["\"night care"], "not closed"),
        (vec!["?!"], "no word to look for"),
        (
            vec!["night", "--kind", "rumour"],
            "no kind of entry is called rumour",
        ),
        (
            vec!["night", "--organisation", "south"],
            "no organisation here is called south",
        ),
    ] {
        let said = house.ends(1, ["search"].into_iter().chain(arguments));
        assert!(said.contains(words), "{words} in {said}");
    }
    assert!(
        house
            .ends(2, ["search", "a", "--since", "yesterday"])
            .contains("yesterday")
    );
    assert!(
        house
            .ends(0, ["search", "night shift"])
            .contains("try without them")
    );
}

#[test]
fn erased_words_are_found_by_nobody_and_leave_no_trace_in_the_index() {
    let mut house = House::running();
    let question = house.write([
        "ask",
        "About Mrs. Quetzalcoatl",
        "She was xylophilous, and slept.",
    ]);
    let answer = house.write(["answer", &question, "Everybody slept."]);
    assert_eq!(found(&house, ["quetzal"]), std::slice::from_ref(&question));
    let before = dictionaries(&house);
    assert!(!before.is_empty());
    house.write(["erase", &question, "--ground", "patient-data"]);
    assert!(found(&house, ["quetzalcoatl"]).is_empty());
    assert_eq!(found(&house, ["slept"]), std::slice::from_ref(&answer));
    until("the file that held the words is gone", || {
        (!before.is_subset(&dictionaries(&house))).then_some(())
    });
    house.kill();
    assert!(found(&house, ["quetzalcoatl"]).is_empty());
    assert_eq!(found(&house, ["slept"]), [answer]);
}

#[test]
fn the_index_may_be_lost_or_damaged_and_the_node_killed() {
    let mut house = House::running();
    let mut written = Vec::new();
    for number in 0..5 {
        written.push(house.write(["ask", &format!("Wound care {number}?")]));
        let last = written.last().unwrap().clone();
        assert_eq!(found(&house, ["wound", &number.to_string()]), [last], "at once");
        if number % 2 == 0 {
            house.kill();
            house.start();
        }
    }
    let all = sorted(written.clone());
    let finds_all = |house: &House, when: &str| assert_eq!(sorted(found(house, ["wound"])), all, "{when}");
    finds_all(&house, "after several deaths");

    house.kill();
    finds_all(&house, "without a node");
    fs::remove_dir_all(house.data().join("search")).unwrap();
    finds_all(&house, "without a node and without an index");
    fs::remove_dir_all(house.data().join("search")).unwrap();
    house.start();
    finds_all(&house, "after the index was lost");

    house.kill();
    for file in files(&house) {
        let mut bytes = fs::read(&file).unwrap();
        if let Some(byte) = bytes.get_mut(10) {
            *byte ^= 0x55;
        }
        fs::write(&file, bytes).unwrap();
    }
    house.start();
    finds_all(&house, "after the index was damaged");

    // Lost while the node runs: what was read stays readable, and what is written next brings all of it back.
    fs::remove_dir_all(house.data().join("search")).unwrap();
    finds_all(&house, "while the node runs");
    let more = house.write(["ask", "More wound care?"]);
    assert_eq!(found(&house, ["wound"]).len(), all.len() + 1);
    assert_eq!(found(&house, ["more", "wound"]), [more]);
}
