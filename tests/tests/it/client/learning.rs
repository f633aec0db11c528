//! Meeting, learning from each other, and saying it better.

use super::telling::Bea;
use super::{House, text};
use serde_json::Value;
use std::fs;

/// The id of a member, by name.
fn person(house: &House, name: &str) -> String {
    let members = house.json(["member", "list"]);
    let members = members["members"].as_array().unwrap().clone();
    let found = members.iter().find(|member| member["name"] == name).unwrap();
    text(&found["person"])
}

fn meetings(house: &House) -> Value {
    house.json(["meeting", "list"])["meetings"][0].clone()
}

#[test]
fn a_meeting_from_its_arrangement_to_what_it_was_worth() {
    let house = House::running();
    let bea = Bea::joins(&house);
    let at = "2020-03-04T14:00:00Z";
    let arranged = [
        "meeting",
        "schedule",
        "Volunteers",
        "Bring a question.",
        "--at",
        at,
        "--mode",
        "online",
        "--topic",
        "night",
    ];
    let meeting = house.write(arranged);
    let evaluation = ["meeting", "evaluate", &meeting, "--score", "useful=4"];
    assert!(house.ends(1, evaluation).contains("hearth meeting attend"));

    let sheet = house.write(["meeting", "sign-in", &meeting, &person(&house, "Bea")]);
    assert!(
        house.ends(0, ["meeting", "list"]).contains("Bea"),
        "who has not signed is named"
    );
    bea.writes(&["meeting", "attend", &meeting, "--sheet", &sheet]);
    let not_listed = house.ends(1, ["meeting", "attend", &meeting, "--sheet", &sheet]);
    assert!(not_listed.contains("whom the sheet names"), "{not_listed}");
    house.write(["meeting", "attend", &meeting]);
    house.write(["meeting", "held", &meeting, "Nine of us.", "--minutes", "75"]);
    house.write(evaluation);

    let row = meetings(&house);
    assert_eq!(row["attended"].as_array().unwrap().len(), 2, "{row}");
    assert_eq!(row["awaiting"].as_array().unwrap().len(), 0, "{row}");
    assert_eq!((&row["held"], &row["minutes"]), (&true.into(), &60.into()));
    assert!(house.ends(0, ["meeting", "list"]).contains("useful 4.0 (by 1)"));
    let thread = house.ends(0, ["thread", &meeting]);
    for part in [
        "a meeting · Ada",
        "mode online",
        "an attendance",
        "word that a meeting was held",
        "scores useful 4",
    ] {
        assert!(thread.contains(part), "{part} in\n{thread}");
    }
    assert!(!thread.contains(['{', '"']), "{thread}");

    let calendar = house.path().join("meetings.ics");
    house.ends(0, ["meeting", "calendar", "--out", calendar.to_str().unwrap()]);
    let calendar = fs::read_to_string(calendar).unwrap();
    for line in [
        "DTSTART:20200304T140000Z",
        "DURATION:PT60M",
        "SUMMARY:Volunteers",
        "CATEGORIES:night",
    ] {
        assert!(
            calendar.lines().any(|found| found == line),
            "{line} in\n{calendar}"
        );
    }
}

#[test]
fn corrected_words_take_the_place_of_the_first_ones_which_stay_readable() {
    let house = House::running();
    let bea = Bea::joins(&house);
    let question = house.write(["ask", "How often, by night?", "Every ten hours?"]);
    bea.is_refused(&["correct", &question, "Mine."], "only the author");
    house.write(["correct", &question, "# How often, by night?\n\nEvery two hours?"]);
    for verb in ["thread", "show"] {
        let now = house.ends(0, [verb, &question]);
        assert!(
            now.contains("Every two hours?") && now.contains("corrected on 20"),
            "{now}"
        );
        assert!(!now.contains("ten hours"), "{now}");
        assert!(
            house
                .ends(0, [verb, &question, "--history"])
                .contains("Every ten hours?")
        );
    }
    assert!(
        house
            .ends(0, ["search", "ten", "hours"])
            .contains("Nothing found")
    );
    assert!(
        house
            .ends(0, ["search", "two", "hours"])
            .contains(&question[..12])
    );

    let guide = house.write(["share", "A guide", "Its text."]);
    assert!(
        house
            .ends(1, ["correct", &guide, "Other."])
            .contains("a resource")
    );
}

#[test]
fn what_is_reported_is_hidden_by_a_steward_and_not_found_again() {
    let house = House::running();
    let bea = Bea::joins(&house);
    let question = house.write(["ask", "Who?", "The lady of room seven."]);
    bea.writes(&["report-content", &question, "--ground", "patient-data", "A room."]);
    assert!(house.ends(0, ["thread", &question]).contains("room seven"));
    bea.is_refused(&["hide", &question, "--ground", "patient-data"], "a steward");
    house.write(["hide", &question, "--ground", "patient-data"]);
    for verb in [
        ["thread", question.as_str()],
        ["show", question.as_str()],
        ["threads", "--limit=9"],
    ] {
        assert!(!house.ends(0, verb).contains("room seven"), "{verb:?}");
        assert!(!house.json(verb).to_string().contains("room seven"), "{verb:?}");
    }
    assert!(
        house
            .ends(0, ["thread", &question])
            .contains("(hidden by Ada (north): patient-data)")
    );
    assert!(house.ends(0, ["search", "room"]).contains("Nothing found"));
}

#[test]
fn from_a_question_to_practice_and_back() {
    let house = House::running();
    let bea = Bea::joins(&house);
    let question = house.write(["ask", "Which brushes?"]);
    let answer = bea.writes(&["answer", &question, "Soft ones."]);
    bea.writes(&["answer", &question, "None, I think."]);
    let faq = house.write([
        "faq",
        "publish",
        "Which brushes?",
        "Soft ones.",
        "--source",
        &answer,
    ]);
    bea.writes(&["faq", "endorse", &faq]);
    let guide = house.write(["share", "Soft brushes", "A page.", "--from", &faq]);
    bea.writes(&["applied", &guide, "On both wards."]);
    let better = house.write(["share", "All brushes", "A longer page."]);
    house.write(["supersede", &guide, &better]);
    bea.writes(&["reflect", "I ask earlier now.", "--on", &answer]);

    let listed = &house.json(["faq", "list"])["faqs"][0];
    assert_eq!(
        (&listed["answers"], &listed["endorsements"]),
        (&1.into(), &1.into())
    );
    let lineage = house.ends(0, ["lineage", &faq]);
    let place = |part: &str| {
        lineage
            .find(part)
            .unwrap_or_else(|| panic!("{part} in\n{lineage}"))
    };
    let order = [
        "came from",
        "Soft ones.",
        "a question: Which",
        "led to",
        "a resource: Soft brushes",
        "word that a resource is in use",
    ];
    assert!(order.map(place).is_sorted(), "{lineage}");
    assert!(lineage.contains("a resource: All brushes"), "{lineage}");
    let onward = house.ends(0, ["lineage", &question]);
    assert!(
        onward.contains("collected answers") && onward.contains("a reflection"),
        "{onward}"
    );
    assert!(!onward.contains("None, I think"), "nothing came of it\n{onward}");

    let (ada, bea_is) = (person(&house, "Ada"), person(&house, "Bea"));
    house.write(["introduce", &ada, &bea_is, "You both train volunteers."]);
    house.write(["mentor", &bea_is, "--as", "mentor"]);
    let mentee = bea.writes(&["mentor", &ada, "--as", "mentee"]);
    let shown = house.ends(0, ["show", &mentee]);
    assert!(
        shown.contains("as        mentee") && !shown.contains('{'),
        "{shown}"
    );
    assert!(house.ends(2, ["introduce", &ada, &ada]).contains("two people"));
}

/// Nothing that a pseudonymous asker does about their question names them, whatever lists it.
#[test]
fn who_asks_under_a_pseudonym_is_named_nowhere() {
    let house = House::running();
    let bea = Bea::joins(&house);
    let question = bea.writes(&["ask", "Am I too slow?", "Daily rounds.", "--pseudonym"]);
    let answer = house.write(["answer", &question, "No."]);
    bea.writes(&["accept", &answer]);
    bea.writes(&["reply", &answer, "A relief: rounds."]);
    bea.writes(&["correct", &question, "# Am I too slow?\n\nWeekly rounds."]);
    bea.writes(&["withdraw", &question, "Enough of rounds."]);
    let bea_is = person(&house, "Bea");
    let log = house.json(["log", "--limit", "50"])["entries"].clone();
    let entries = log.as_array().unwrap().iter();
    let about: Vec<&Value> = entries
        .skip_while(|entry| entry["kind"] != "query.asked")
        .collect();
    assert_eq!(about.len(), 6, "{log}");
    for listing in [
        &["thread", question.as_str()][..],
        &["thread", answer.as_str()],
        &["threads"],
        &["search", "rounds"],
        &["lineage", question.as_str()],
    ] {
        let shown = house.ends(0, listing.iter().copied());
        let json = house.json(listing.iter().copied()).to_string();
        assert!(!shown.contains("Bea"), "{listing:?}\n{shown}");
        assert!(
            !json.contains("Bea") && !json.contains(&bea_is),
            "{listing:?}\n{json}"
        );
    }
    for entry in about {
        let id = text(&entry["id"]);
        let shown = house.ends(0, ["show", &id]);
        assert!(!entry.to_string().contains(&bea_is), "{entry}");
        assert!(!shown.contains("Bea"), "{shown}");
    }
}
