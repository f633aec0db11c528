//! What a story expects of the figures, and what they are: judged by the whole chain, check, ingest, view, compute, explain.

use std::collections::BTreeMap;

use hearth_protocol::community::{Community, View};
use hearth_protocol::framework::{Section, compute, explain};
use hearth_protocol::time::Span;
use serde_json::{Value, json};

use crate::story::{Story, pseudonym};
use crate::told::{Ask, Told, tell};

/// A story told, and ready to be asked about.
pub struct Asked<'a> {
    /// What was told.
    pub told: &'a Told,
    /// Its entries.
    pub story: Story,
    community: Community,
    /// From ids, as printed, to the names the story uses.
    names: BTreeMap<String, String>,
}

impl<'a> Asked<'a> {
    /// Tells it.
    pub fn of(told: &'a Told) -> Asked<'a> {
        let story = tell(told);
        let persons = told.persons();
        let imported = persons.map(|person| (pseudonym(person).to_string(), person.to_owned()));
        let entries = story.names().iter();
        let entries = entries.map(|(name, id)| (id.to_string(), name.clone()));
        Asked {
            told,
            names: imported.chain(entries).collect(),
            community: story.community(),
            story,
        }
    }

    /// The answer to what is asked.
    pub fn answer(&self, ask: &Ask) -> Value {
        serde_json::to_value(compute(&self.view(ask), ask.as_of.0, ask.window())).unwrap()
    }

    /// A section of it opened.
    pub fn explanation(&self, ask: &Ask, section: Section) -> Value {
        let opened = explain(&self.view(ask), section, ask.as_of.0, ask.window());
        serde_json::to_value(opened.unwrap()).unwrap()
    }

    /// Each figure that is not as worked out by hand, as a sentence.
    pub fn differences(&self, ask: &Ask) -> Vec<String> {
        let answer = self.answer(ask);
        let mut found = Vec::new();
        for (id, expected) in &ask.expect {
            if id == "entries" {
                for (name, value) in expected {
                    let what = format!("entries.{name}");
                    compare(&mut found, &what, value, &answer["entries"][name]);
                }
            } else if let Some(dimension) = id.strip_prefix("dimension ") {
                let dimensions = answer["dimensions"].as_array().unwrap();
                let named = dimensions.iter().find(|d| d["title"] == dimension);
                let named = named.unwrap_or_else(|| panic!("no dimension {dimension}"));
                for (name, value) in expected {
                    compare(&mut found, &format!("{id} {name}"), value, &named[name]);
                }
            } else {
                self.section(&answer, ask, id, expected, &mut found);
            }
        }
        found
    }

    fn section(
        &self,
        answer: &Value,
        ask: &Ask,
        id: &str,
        expected: &BTreeMap<String, Value>,
        found: &mut Vec<String>,
    ) {
        let sections = answer["statements"].as_array().unwrap();
        let section = sections.iter().find(|section| section["id"] == *id);
        let section = section.unwrap_or_else(|| panic!("no section {id}"));
        let opened = self.explanation(ask, id.parse().unwrap());
        for (name, value) in expected {
            if name == "rating" {
                compare(found, &format!("{id} rating"), value, &section["rating"]);
                continue;
            }
            let of = |indicators: &Value| {
                let all = indicators.as_array().unwrap();
                let named = all.iter().find(|indicator| indicator["name"] == **name);
                named.unwrap_or_else(|| panic!("{id} has no {name}")).clone()
            };
            let (short, long) = (of(&section["indicators"]), of(&opened["indicators"]));
            let columns: BTreeMap<String, Value> = serde_json::from_value(value.clone()).unwrap();
            for (column, expected) in columns {
                let actual = rendered(&short[&column], &long[&column], &self.names);
                for (part, value) in expectation(&expected) {
                    let what = format!("{id} {name} {column} {part}");
                    compare(found, &what, &value, &actual[&part]);
                }
            }
        }
    }

    /// All that the answer follows from.
    pub fn view(&self, ask: &Ask) -> View {
        self.community.view(&self.story.cut(&ask.cut)).unwrap()
    }
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
        "number" | "flag" => figure["value"].clone(),
        "parts" => figure["parts"].clone(),
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
