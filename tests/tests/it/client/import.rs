//! Importing history: every quirk of a dump, and nothing twice.

use super::{House, text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// Six posts: a question by 7 with two answers (7 itself, 8), one by a deleted user, one by a system account, a tag wiki;
/// an answer before its question; an answer to nothing; rows that cannot be read.
const POSTS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<posts>
  <row Id="3" PostTypeId="2" ParentId="4" CreationDate="2020-01-02T00:00:00.000" Body="early" OwnerUserId="8" />
  <row Id="4" PostTypeId="1" AcceptedAnswerId="3" CreationDate="2020-01-01T10:00:00.500" Title="Why &lt;this&gt;?" Tags="&lt;food&gt;&lt;c++&gt;" Body="&lt;p&gt;a&lt;/p&gt;" OwnerUserId="7" />
  <row Id="5" PostTypeId="2" ParentId="4" CreationDate="2020-01-01T11:00:00.000" Body="self" OwnerUserId="7" />
  <row Id="6" PostTypeId="1" AcceptedAnswerId="9" CreationDate="2020-01-03T00:00:00.000" Title="Gone" Body="b" OwnerDisplayName="user6" />
  <row Id="7" PostTypeId="5" CreationDate="2020-01-03T00:00:00.000" Body="" OwnerUserId="-1" />
  <row Id="8" PostTypeId="2" ParentId="99" CreationDate="2020-01-03T00:00:00.000" Body="to nothing" OwnerUserId="8" />
  <row Id="9" PostTypeId="2" ParentId="6" CreationDate="2020-01-04T00:00:00.000" Body="by a bot" OwnerUserId="-1" />
  <row Id="ten" PostTypeId="1" CreationDate="2020-01-04T00:00:00.000" Body="" />
  <row Id="11" PostTypeId="1" CreationDate="2020-01-04T00:00:00.000" Body="a < b" />
</posts>
"#;

const COMMENTS: &str = r#"<comments>
  <row Id="1" PostId="4" Text="a comment" CreationDate="2020-01-05T00:00:00.000" UserId="8" />
  <row Id="2" PostId="3" Text="another" CreationDate="2020-01-05T00:00:00.000" UserDisplayName="gone" />
  <row Id="3" PostId="98" Text="on nothing" CreationDate="2020-01-05T00:00:00.000" UserId="8" />
</comments>
"#;

const VOTES: &str = r#"<votes>
  <row Id="1" PostId="3" VoteTypeId="1" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="2" PostId="3" VoteTypeId="2" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="3" PostId="4" VoteTypeId="3" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="4" PostId="4" VoteTypeId="5" CreationDate="2020-01-07T00:00:00.000" UserId="8" />
  <row Id="5" PostId="97" VoteTypeId="2" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="6" PostId="97" VoteTypeId="10" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="7" PostId="7" VoteTypeId="16" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="8" PostId="5" VoteTypeId="1" CreationDate="2020-01-06T00:00:00.000" />
  <row Id="9" PostId="4" VoteTypeId="15" CreationDate="2020-01-06T00:00:00.000" />
</votes>
"#;

fn dump(house: &House) -> PathBuf {
    let directory = house.path().join("example.org");
    fs::create_dir_all(&directory).unwrap();
    for (name, text) in [
        ("Posts.xml", POSTS),
        ("Comments.xml", COMMENTS),
        ("Votes.xml", VOTES),
    ] {
        fs::write(directory.join(name), format!("\u{feff}{text}")).unwrap();
    }
    directory
}

fn import(house: &House, directory: &Path) -> Value {
    house.json(["import", "stackexchange", directory.to_str().unwrap()])
}

fn entries(house: &House) -> Vec<Value> {
    house.json(["log", "--from", "0", "--limit", "500"])["entries"]
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn what_was_imported_reads_as_text_and_its_site_is_named() {
    let house = House::running();
    let directory = dump(&house);
    let said = house.ends(0, ["import", "stackexchange", directory.to_str().unwrap()]);
    assert!(
        said.contains("Site: example.org") && said.contains("--site"),
        "{said}"
    );
    let threads = house.ends(0, ["threads"]);
    assert!(
        threads.contains("Why <this>?") && !threads.contains("<h1>"),
        "{threads}"
    );
    let found = house.ends(0, ["search", "this"]);
    assert!(
        found.contains("Why <this>?") && !found.contains("<h1>") && !found.contains("<p>"),
        "{found}"
    );
}

fn count(value: &Value) -> u64 {
    value
        .as_object()
        .unwrap()
        .values()
        .map(|count| count.as_u64().unwrap())
        .sum()
}

#[test]
fn every_row_is_accounted_for() {
    let house = House::running();
    let report = import(&house, &dump(&house));
    let made = serde_json::json!({
        "questions": 2, "answers": 3, "comments": 2, "acceptances": 2, "up_votes": 1, "down_votes": 1, "favourites": 1
    });
    assert_eq!(report["made"], made, "{report:#}");
    let skipped = &report["skipped"];
    for (reason, expected) in [
        ("votes on a post that does not exist", 2),
        ("votes on a post that is neither question nor answer", 1),
        ("answers on a post that does not exist", 1),
        ("comments on a post that does not exist", 1),
        ("posts of type 5 (neither question nor answer)", 1),
        ("votes of type 1 on an answer that is no longer accepted", 1),
        ("votes of type 15", 1),
    ] {
        assert_eq!(skipped[reason], expected, "{reason} in {report:#}");
    }
    assert_eq!(report["acceptances_without_a_vote"], 1);
    assert_eq!(report["malformed"]["count"], 2);
    let first = &report["malformed"]["first"];
    assert_eq!(
        (&first[0]["file"], &first[0]["line"]),
        (&"Posts.xml".into(), &10.into())
    );
    assert!(text(&first[0]["reason"]).contains("Id=\"ten\""));
    // Rows read = made or left out, but for the two acceptances, one of which is a vote.
    let rows = count(&report["rows"]);
    let acceptances_without_a_row = 1;
    assert_eq!(
        rows + acceptances_without_a_row,
        count(&report["made"]) + count(skipped) + 1,
        "a row that says ten is read, too"
    );
}

#[test]
fn records_say_what_the_rows_said() {
    let house = House::running();
    import(&house, &dump(&house));
    let entries = entries(&house);
    let of = |kind: &str| {
        entries
            .iter()
            .filter(|entry| entry["kind"] == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert!(
        entries
            .iter()
            .skip(4)
            .all(|entry| entry["column"] == "imported" && entry["standing"] == "counts"),
        "{entries:#?}"
    );
    let asked = &of("query.asked")[0];
    assert_eq!(
        (&asked["at"], &asked["data"]["topics"]),
        (&"2020-01-01T10:00:00.500Z".into(), &serde_json::json!(["food"]))
    );
    assert_eq!(asked["body"]["text"], "<h1>Why &lt;this&gt;?</h1>\n<p>a</p>");
    let accepted = of("query.accepted");
    assert_eq!(accepted[0]["at"], "2020-01-06T23:59:59.999Z");
    assert_eq!(
        accepted[0]["author"]["person"], asked["author"]["person"],
        "by the asker"
    );
    assert_eq!(
        accepted[1]["at"], "2020-01-07T23:59:59.999Z",
        "no vote dates it: the newest row of the dump"
    );
    assert_eq!(of("query.asked")[1]["author"]["kind"], "unknown");
    let bots = of("query.answered")
        .into_iter()
        .filter(|answer| answer["author"]["kind"] == "automaton");
    assert_eq!(bots.count(), 1);
    assert!(
        of("reaction.given")
            .iter()
            .all(|given| given["author"]["kind"] == "unknown"),
        "votes have nobody behind them"
    );
    let persons: Vec<_> = entries
        .iter()
        .filter(|e| e["author"]["kind"] == "imported")
        .map(|e| text(&e["author"]["person"]))
        .collect();
    let distinct: std::collections::BTreeSet<_> = persons.iter().collect();
    assert_eq!(distinct.len(), 2, "users 7 and 8, whatever they did");
}

#[test]
fn a_second_run_adds_nothing_and_a_newer_dump_what_is_new() {
    let house = House::running();
    let directory = dump(&house);
    let first = import(&house, &directory);
    let size = entries(&house).len();
    let again = import(&house, &directory);
    assert_eq!(count(&again["made"]), 0);
    assert_eq!(again["there_before"], first["made"]);
    assert_eq!(entries(&house).len(), size);
    let newer = r#"<row Id="4" PostId="4" Text="new" CreationDate="2020-01-08T00:00:00.000" UserId="7" /></comments>"#;
    fs::write(
        directory.join("Comments.xml"),
        COMMENTS.replace("</comments>", newer),
    )
    .unwrap();
    assert_eq!(
        import(&house, &directory)["made"],
        serde_json::json!({ "comments": 1 })
    );
    let last = entries(&house).pop().unwrap();
    let asked = entries(&house)
        .into_iter()
        .find(|entry| entry["kind"] == "query.asked")
        .unwrap();
    assert_eq!(
        last["author"]["person"], asked["author"]["person"],
        "the same person under the same salt"
    );
}

#[test]
fn an_erased_salt_makes_the_pseudonyms_final() {
    let house = House::running();
    let directory = dump(&house);
    import(&house, &directory);
    let announced = entries(&house)
        .into_iter()
        .find(|entry| entry["kind"] == "import.made")
        .unwrap();
    house.write(["erase", &text(&announced["id"]), "--ground", "request"]);
    let said = house.ends(1, ["import", "stackexchange", directory.to_str().unwrap()]);
    assert!(
        said.contains("has been erased") && said.contains("--site"),
        "{said}"
    );
}

#[test]
fn what_cannot_be_imported_is_said_plainly() {
    let house = House::running();
    let directory = dump(&house);
    let path = directory.to_str().unwrap();
    let said = house.ends(1, ["import", "stackexchange", path, "--strict"]);
    assert!(said.contains("Posts.xml, line 10, byte"), "{said}");
    fs::write(directory.join("Posts.xml"), b"7z\xbc\xaf\x27\x1c").unwrap();
    assert!(
        house
            .ends(1, ["import", "stackexchange", path])
            .contains("still compressed")
    );
    fs::remove_file(directory.join("Posts.xml")).unwrap();
    assert!(
        house
            .ends(1, ["import", "stackexchange", path])
            .contains("no Posts.xml")
    );
    assert!(
        house
            .ends(1, ["import", "stackexchange", "/nowhere"])
            .contains("not a directory")
    );
}

/// The counts of SOURCE.txt beside the archive, and of an independent reading of its votes.
#[test]
fn a_real_archive_has_its_known_counts() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/stackexchange-french-meta");
    if !archive.is_dir() {
        return;
    }
    let house = House::running();
    let report = import(&house, &archive);
    let made = serde_json::json!({
        "questions": 227, "answers": 426, "comments": 1212, "acceptances": 77,
        "up_votes": 3278, "down_votes": 253, "favourites": 107
    });
    assert_eq!(report["made"], made);
    assert_eq!(report["skipped"]["votes on a post that does not exist"], 110);
    assert_eq!(report["malformed"]["count"], 0);
}

#[test]
fn imported_history_is_a_members_once_both_have_said_so() {
    let house = House::running();
    import(&house, &dump(&house));
    let people = || {
        let explained = house.json(["explain", "V3"]);
        explained["indicators"][0]["all"]["denominator"].as_u64().unwrap()
    };
    let asked = entries(&house)
        .into_iter()
        .find(|entry| entry["author"]["kind"] == "imported")
        .unwrap();
    let before = people();
    let own = house.write(["ask", "Mine?"]);
    let refused = house.ends(1, ["me", "link", &own]);
    assert!(refused.contains("not of an imported person"), "{refused}");
    let claim = house.write(["me", "link", asked["id"].as_str().unwrap()]);
    assert_eq!(people(), before, "one of two says so");
    house.write(["me", "confirm", &claim]);
    assert_eq!(people(), before - 1, "they are one person");
}
