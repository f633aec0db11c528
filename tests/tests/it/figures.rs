//! The figures worked by hand in tests/vectors/figures/, each story told as real signed entries and judged by the whole
//! chain: check, ingest, view, compute, explain.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hearth_protocol::entry::Source;
use hearth_protocol::framework::{
    Definition, Dimension, Indicator, Parameters, Section, Statement, compute, explain,
};
use hearth_protocol::kind::{
    Act, Interaction, Learning, People, QueryAsked, ReactionGiven, ResourcePublished, ThreadOpened,
};
use hearth_protocol::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::story::{self, Said, Story, policy, pseudonym};

/// A story file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    about: String,
    /// The first founds the community and admits the others.
    organisations: Vec<String>,
    founded: Timestamp8601,
    #[serde(default)]
    liars: Vec<(u64, u64)>,
    /// Admitted at the founding.
    members: BTreeMap<String, Vec<String>>,
    events: Vec<Happened>,
    asks: Vec<Ask>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Happened {
    at: Timestamp8601,
    #[serde(rename = "do")]
    kind: String,
    /// Whose key signs it; none for a record, or for a steward.
    by: Option<String>,
    /// In whose log, where no member signs.
    #[serde(rename = "in")]
    organisation: Option<String>,
    /// The name it goes by in this story.
    #[serde(rename = "as")]
    name: Option<String>,
    re: Option<String>,
    /// Bytes of its body, 1 where there must be one.
    words: Option<usize>,
    #[serde(default)]
    pseudonymous: bool,
    /// Of a record: imported, by this person of the source.
    person: Option<String>,
    #[serde(default)]
    automaton: bool,
    #[serde(default)]
    imported: bool,
    /// Of a record: its id at the source, if not its name.
    source: Option<String>,
    /// Of heads.seen: of whom.
    #[serde(default)]
    of: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ask {
    why: String,
    as_of: Timestamp8601,
    window: Option<String>,
    /// Sizes of logs, where not all of them.
    #[serde(default)]
    cut: BTreeMap<String, usize>,
    expect: BTreeMap<String, BTreeMap<String, Value>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Timestamp8601(Timestamp);

impl TryFrom<String> for Timestamp8601 {
    type Error = hearth_protocol::time::BadTime;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Timestamp8601)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/figures")
}

#[test]
fn every_story_has_the_figures_worked_by_hand() {
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = Vec::new();
    for path in files {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let told: Told = serde_json::from_str(&fs::read_to_string(&path).unwrap())
            .unwrap_or_else(|e| panic!("{file}: {e}"));
        assert!(!told.about.is_empty(), "{file} says what it is about");
        let story = tell(&told);
        for ask in &told.asks {
            for complaint in differences(&story, &told, ask) {
                wrong.push(format!("{file}, as of {}, {}: {complaint}", ask.as_of.0, ask.why));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} figures differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// Every answer to every story fits its schema, and so does every explanation.
#[test]
fn every_answer_fits_the_schema() {
    let (framework, explained) = (schema("framework.schema.json"), schema("explain.schema.json"));
    for file in fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()) {
        let told: Told = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let story = tell(&told);
        for ask in &told.asks {
            let (answer, opened) = answers(&story, ask);
            let opened = opened.values().map(|explanation| (&explained, explanation));
            for (schema, document) in std::iter::once((&framework, &answer)).chain(opened) {
                let errors = schema.iter_errors(document).map(|error| error.to_string());
                let errors: Vec<String> = errors.collect();
                assert!(errors.is_empty(), "{}: {errors:#?}\n{document:#}", file.display());
            }
        }
    }
}

/// An indicator names parameters that there are.
#[test]
fn every_indicator_names_its_parameters() {
    let parameters = serde_json::to_value(Parameters::default()).unwrap();
    for indicator in Indicator::ALL {
        let definition = indicator.definition();
        for key in definition.parameters {
            assert!(parameters.get(key).is_some(), "{}: {key}", definition.name);
        }
    }
}

/// What the program says of itself stands in the document, word for word.
#[test]
fn the_document_says_what_the_program_does() {
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/framework.md")).unwrap();
    for statement in Statement::ALL {
        let line = format!("**{}** {}", statement.id(), statement.words());
        assert!(text.contains(&line), "docs/framework.md lacks: {line}");
    }
    for indicator in Indicator::ALL {
        let Definition {
            name,
            formula,
            raised,
            gamed,
            countered,
            ..
        } = indicator.definition();
        let line = format!("| `{name}` | {formula} | {raised} | {gamed} | {countered} |");
        assert!(text.contains(&line), "docs/framework.md lacks: {line}");
    }
    let parameters = Parameters::default();
    assert!(
        text.contains(&parameters.hash().to_string()),
        "docs/framework.md names the parameters by their hash"
    );
    for (key, value) in serde_json::to_value(&parameters).unwrap().as_object().unwrap() {
        let row = format!("| `{key}` | {} |", value.to_string().replace(',', ", "));
        assert!(text.contains(&row), "docs/framework.md lacks: {row}");
    }
    for dimension in Dimension::ALL {
        assert!(text.contains(&format!("### {}\n", dimension.title())));
    }
}

fn tell(told: &Told) -> Story {
    let slugs: Vec<&str> = told.organisations.iter().map(String::as_str).collect();
    let mut story = Story::of(&slugs, told.founded.0, policy(&told.liars));
    for (organisation, names) in &told.members {
        for name in names {
            story.admit(organisation, name, told.founded.0);
        }
    }
    for (number, event) in told.events.iter().enumerate() {
        happen(&mut story, event, &format!("entry {number}"));
    }
    story
}

fn happen(story: &mut Story, event: &Happened, unnamed: &str) {
    let name = event.name.as_deref().unwrap_or(unnamed);
    let at = event.at.0;
    let organisation = || {
        event
            .organisation
            .clone()
            .unwrap_or_else(|| panic!("`{name}` needs `in`"))
    };
    if event.kind == "heads.seen" {
        let of: Vec<&str> = event.of.iter().map(String::as_str).collect();
        story.sees(&organisation(), &of, at);
        return;
    }
    if event.kind == "member.admitted" {
        match &event.re {
            Some(known) => story.admit_key(&organisation(), name, known, at),
            None => story.admit(&organisation(), name, at),
        };
        return;
    }
    if event.kind == "governance.proposed" {
        story.charter(&organisation(), at);
        story.admit_organisation(&organisation(), at);
        return;
    }
    let re: Vec<_> = event.re.iter().map(|re| story.id(re)).collect();
    let said = Said {
        at,
        act: act(event),
        re: &re,
        words: event.words.or(words(&event.kind)),
    };
    if event.imported {
        let source = Source {
            id: event.source.clone().unwrap_or_else(|| name.to_owned()),
            kind: event.kind.clone(),
            site: "elsewhere".to_owned(),
            person: event.person.as_deref().map(pseudonym),
            automaton: event.automaton,
        };
        story.record(name, &organisation(), source, said);
    } else {
        let by = event
            .by
            .clone()
            .unwrap_or_else(|| story::steward(&organisation()));
        story.say(name, &by, said);
    }
}

fn words(kind: &str) -> Option<usize> {
    matches!(
        kind,
        "query.asked" | "query.answered" | "thread.opened" | "thread.replied" | "resource.published"
    )
    .then_some(1)
}

fn act(event: &Happened) -> Act {
    match event.kind.as_str() {
        "member.left" => People::Left.into(),
        "query.asked" => Interaction::QueryAsked(QueryAsked {
            pseudonymous: event.pseudonymous,
            ..QueryAsked::default()
        })
        .into(),
        "query.answered" => Interaction::QueryAnswered.into(),
        "query.accepted" => Interaction::QueryAccepted.into(),
        "query.withdrawn" => Interaction::QueryWithdrawn.into(),
        "thread.opened" => Interaction::ThreadOpened(ThreadOpened::default()).into(),
        "thread.replied" => Interaction::ThreadReplied.into(),
        "reaction.given" => Interaction::ReactionGiven(ReactionGiven {
            reaction: "thanks".parse().unwrap(),
        })
        .into(),
        "resource.published" => Learning::ResourcePublished(ResourcePublished::default()).into(),
        "resource.withdrawn" => Learning::ResourceWithdrawn.into(),
        "resource.validated" => Learning::ResourceValidated.into(),
        "resource.disputed" => Learning::ResourceDisputed.into(),
        kind => panic!("no story tells of `{kind}` yet"),
    }
}

/// The answer, and the explanation of each section in it.
fn answers(story: &Story, ask: &Ask) -> (Value, BTreeMap<String, Value>) {
    let view = story.community().view(&story.cut(&ask.cut)).unwrap();
    let window: Option<Span> = ask.window.as_ref().map(|window| window.parse().unwrap());
    let parameters = Parameters::default();
    let answer = compute(&view, ask.as_of.0, window, &parameters);
    let opened = Section::COMPUTED.into_iter().map(|section| {
        let explanation = explain(&view, section, ask.as_of.0, window, &parameters).unwrap();
        (
            section.id().to_owned(),
            serde_json::to_value(explanation).unwrap(),
        )
    });
    (serde_json::to_value(&answer).unwrap(), opened.collect())
}

fn differences(story: &Story, told: &Told, ask: &Ask) -> Vec<String> {
    let (answer, opened) = answers(story, ask);
    let names = names(story, told);
    let mut found = Vec::new();
    for (id, expected) in &ask.expect {
        if id == "entries" {
            for (name, value) in expected {
                compare(
                    &mut found,
                    &format!("entries.{name}"),
                    value,
                    &answer["entries"][name],
                );
            }
            continue;
        }
        let sections = answer["statements"].as_array().unwrap();
        let section = sections
            .iter()
            .find(|s| s["id"] == **id)
            .unwrap_or_else(|| panic!("no section {id}"));
        for (name, value) in expected {
            if name == "rating" {
                compare(&mut found, &format!("{id} rating"), value, &section["rating"]);
                continue;
            }
            let of = |indicators: &Value| {
                let all = indicators.as_array().unwrap();
                all.iter()
                    .find(|i| i["name"] == **name)
                    .unwrap_or_else(|| panic!("{id} has no {name}"))
                    .clone()
            };
            let (short, long) = (of(&section["indicators"]), of(&opened[id]["indicators"]));
            let columns: BTreeMap<String, Value> = serde_json::from_value(value.clone()).unwrap();
            for (column, expected) in columns {
                let actual = rendered(&short[&column], &long[&column], &names);
                let shown = expectation(&expected);
                for (part, value) in shown {
                    compare(
                        &mut found,
                        &format!("{id} {name} {column} {part}"),
                        &value,
                        &actual[&part],
                    );
                }
            }
        }
    }
    found
}

fn compare(found: &mut Vec<String>, what: &str, expected: &Value, actual: &Value) {
    if expected != actual {
        found.push(format!("{what} is {actual}, by hand {expected}"));
    }
}

/// `"3/5"`, `7`, `"72h"` and the like mean `{"is": …}`.
fn expectation(expected: &Value) -> serde_json::Map<String, Value> {
    expected
        .as_object()
        .cloned()
        .unwrap_or_else(|| json!({ "is": expected }).as_object().unwrap().clone())
}

/// A figure as the stories write it: its value in short, ids by name. Lists and counts must agree.
fn rendered(short: &Value, long: &Value, names: &BTreeMap<String, String>) -> Value {
    if short.is_null() {
        return json!({ "is": "no such column" });
    }
    let named = |list: &Value| -> Vec<String> {
        let mut names: Vec<String> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|id| name(names, id))
            .collect();
        names.sort();
        names
    };
    let excluded: BTreeMap<String, Value> = long["excluded"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (name(names, &e["id"]), e["reason"].clone()))
        .collect();
    assert_eq!(short["pending"], json!(long["pending"].as_array().unwrap().len()));
    let left_out: u64 = short["excluded"]
        .as_object()
        .unwrap()
        .values()
        .map(|n| n.as_u64().unwrap())
        .sum();
    assert_eq!(json!(left_out), json!(long["excluded"].as_array().unwrap().len()));
    json!({
        "is": value(short, names),
        "interval": short["interval"],
        "of": short["of"],
        "counted": named(&long["counted"]),
        "uncounted": named(&long["uncounted"]),
        "pending": named(&long["pending"]),
        "excluded": excluded,
    })
}

fn value(figure: &Value, names: &BTreeMap<String, String>) -> Value {
    let wait = |ms: &Value| json!(Span::from_millis(ms.as_u64().unwrap()).to_string());
    match figure["type"].as_str().unwrap() {
        "share" => json!(format!("{}/{}", figure["numerator"], figure["denominator"])),
        "number" => figure["value"].clone(),
        "wait" if figure["reached"] == json!(false) => json!("not reached"),
        "wait" if figure["value"].is_null() => json!("nothing"),
        "wait" => wait(&figure["value"]),
        "survival" => {
            let rows = figure["table"].as_array().unwrap().iter();
            rows.map(|row| json!([wait(&row[0]), row[1], row[2]])).collect()
        }
        "oldest" => figure["open"]
            .as_array()
            .unwrap()
            .iter()
            .map(|open| json!(name(names, &open["id"])))
            .collect(),
        other => panic!("no figure is a {other}"),
    }
}

fn name(names: &BTreeMap<String, String>, id: &Value) -> String {
    let id = id.as_str().unwrap();
    names.get(id).cloned().unwrap_or_else(|| id.to_owned())
}

/// From ids, as printed, to the names the story uses.
fn names(story: &Story, told: &Told) -> BTreeMap<String, String> {
    let persons = told.events.iter().filter_map(|event| event.person.as_deref());
    let imported = persons.map(|person| (pseudonym(person).to_string(), person.to_owned()));
    let entries = story
        .names()
        .iter()
        .map(|(name, id)| (id.to_string(), name.clone()));
    imported.chain(entries).collect()
}
