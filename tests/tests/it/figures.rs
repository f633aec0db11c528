//! The figures worked by hand in tests/vectors/figures/, each story told as real signed entries and judged by the whole
//! chain: check, ingest, view, compute, explain.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use hearth_protocol::entry::Source;
use hearth_protocol::framework::{Definition, Dimension, Parameters, Section, Statement, compute, explain};
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{Act, Admitted, Kind, Presence, invitation_code};
use hearth_protocol::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::story::{self, Said, Story, policy, pseudonym};

/// A story file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    about: String,
    /// The first founds the community and admits the others.
    organisations: Vec<String>,
    founded: Timestamp8601,
    #[serde(default)]
    liars: Vec<(u64, u64)>,
    /// Admitted at the founding.
    members: BTreeMap<String, Vec<String>>,
    events: Vec<Happened>,
    pub(crate) asks: Vec<Ask>,
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
    #[serde(default)]
    re: Names,
    /// Header fields: "@ann" is the id of that name, "ms:2026-03-01" an instant, "d:30" and "h:72" spans, "hash:x" a hash,
    /// "code:x" what an invitation says of the code "hash:x", "pseudonym:zoe" hers, "@cut" everything told so far as a pinned cut.
    data: Option<Value>,
    /// The circle it happens in, by name.
    circle: Option<String>,
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
pub(crate) struct Ask {
    pub(crate) why: String,
    pub(crate) as_of: Timestamp8601,
    pub(crate) window: Option<String>,
    /// Sizes of logs, where not all of them.
    #[serde(default)]
    pub(crate) cut: BTreeMap<String, usize>,
    expect: BTreeMap<String, BTreeMap<String, Value>>,
}

/// One name, or several.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Names {
    #[default]
    None,
    One(String),
    Several(Vec<String>),
}

impl Names {
    fn as_slice(&self) -> &[String] {
        match self {
            Names::None => &[],
            Names::One(name) => std::slice::from_ref(name),
            Names::Several(names) => names,
        }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Timestamp8601(pub(crate) Timestamp);

impl TryFrom<String> for Timestamp8601 {
    type Error = hearth_protocol::time::BadTime;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Timestamp8601)
    }
}

pub(crate) fn folder() -> PathBuf {
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
    for definition in Section::computed().flat_map(Section::definitions) {
        for key in definition.parameters {
            let pointer = format!("/{}", key.replace('.', "/"));
            assert!(
                parameters.pointer(&pointer).is_some(),
                "{}: {key}",
                definition.name
            );
        }
    }
}

/// What the program says of itself stands in the document, word for word: its last part is made of the definitions.
/// `HEARTH_BLESS=1` writes it.
#[test]
fn the_document_says_what_the_program_does() {
    const BEGINS: &str = "<!-- from here on made of the definitions -->\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/framework.md");
    let text = fs::read_to_string(&path).unwrap();
    let (own, made) = text.split_once(BEGINS).expect("docs/framework.md has its mark");
    let expected = document();
    if std::env::var_os("HEARTH_BLESS").is_some() {
        fs::write(&path, format!("{own}{BEGINS}{expected}")).unwrap();
    } else {
        assert_eq!(
            made, expected,
            "docs/framework.md is behind the definitions (HEARTH_BLESS=1 writes it)"
        );
    }
}

/// The parameters, the members, and every statement under its heading.
fn document() -> String {
    let mut text = String::new();
    parameters_table(&mut text);
    writeln!(
        text,
        "\n## 3. Members\n\nNo statement by itself, and without rating.\n"
    )
    .unwrap();
    indicators_table(&mut text, Section::Members);
    writeln!(text, "\n## 4. Dimensions and statements").unwrap();
    for dimension in Dimension::ALL {
        writeln!(text, "\n### {}", dimension.title()).unwrap();
        for statement in Statement::ALL.into_iter().filter(|s| s.dimension() == dimension) {
            let section = Section::Statement(statement);
            writeln!(text, "\n**{}** {}\n", statement.id(), statement.words()).unwrap();
            if section.definitions().is_empty() {
                writeln!(text, "Not computed yet.").unwrap();
                continue;
            }
            writeln!(text, "{}\n", section.rated()).unwrap();
            indicators_table(&mut text, section);
            if !section.not_computed().is_empty() {
                writeln!(text, "\nNot computed yet: {}.", section.not_computed().join(", ")).unwrap();
            }
        }
    }
    text
}

fn indicators_table(text: &mut String, section: Section) {
    writeln!(
        text,
        "| indicator | known as | formula | raised by | gamed by | countered by |\n|---|---|---|---|---|---|"
    )
    .unwrap();
    for definition in section.definitions() {
        let Definition {
            name,
            ground,
            formula,
            raised,
            gamed,
            countered,
            ..
        } = definition;
        let ground = serde_json::to_value(ground).unwrap();
        let ground = ground.as_str().unwrap();
        writeln!(
            text,
            "| `{name}` | {ground} | {formula} | {raised} | {gamed} | {countered} |"
        )
        .unwrap();
    }
}

fn parameters_table(text: &mut String) {
    let parameters = Parameters::default();
    writeln!(text, "
Version 1, by its hash `{}`: SHA-256 of `\"hearth/parameters/v1\" ‖ 0x00 ‖` canonical CBOR of the map below, the parameters of a statement in a map of their own under its name. Spans are milliseconds, pairs are [developing, established] in per cent; `few` is [no rating below, at most developing below].

| key | value | of |\n|---|---|---|", parameters.hash()).unwrap();
    for (key, value) in leaves(&serde_json::to_value(&parameters).unwrap()) {
        let definitions = Section::computed().flat_map(Section::definitions);
        let users = definitions.filter(|definition| definition.parameters.contains(&key.as_str()));
        let users: Vec<String> = users.map(|definition| format!("`{}`", definition.name)).collect();
        let value = value.to_string().replace(',', ", ");
        writeln!(text, "| `{key}` | {value} | {} |", users.join(", ")).unwrap();
    }
}

/// The parameters by their keys, those of a statement as in `v4.respond_in`.
fn leaves(parameters: &Value) -> Vec<(String, &Value)> {
    let mut leaves = Vec::new();
    for (key, value) in parameters.as_object().unwrap() {
        match value {
            Value::Object(of) => leaves.extend(of.iter().map(|(own, value)| (format!("{key}.{own}"), value))),
            value => leaves.push((key.clone(), value)),
        }
    }
    leaves
}

pub(crate) fn tell(told: &Told) -> Story {
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
        // Somebody known is admitted again.
        let holder = event.re.as_slice().first().map_or(name, String::as_str);
        let admitted = admitted(event, holder, story);
        story.admit_as(&organisation(), name, admitted, at);
        return;
    }
    if event.kind == "governance.proposed" {
        story.charter(&organisation(), at);
        story.admit_organisation(&organisation(), at);
        return;
    }
    let re: Vec<_> = event.re.as_slice().iter().map(|re| story.id(re)).collect();
    let said = Said {
        at,
        act: act(event, story),
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
        match &event.circle {
            Some(circle) => story.say_inside(story.id(circle), name, &by, said),
            None => story.say(name, &by, said),
        };
    }
}

/// The admission of the holder of a key, with what the event says of it.
fn admitted(event: &Happened, holder: &str, story: &Story) -> Admitted {
    let said = event.data.as_ref().unwrap_or(&Value::Null);
    let code = said["code"].as_str().and_then(|code| code.strip_prefix("hash:"));
    let inviter = said["inviter"].as_str().and_then(|name| name.strip_prefix('@'));
    Admitted {
        code: code.map(|code| Hash::of(code.as_bytes())),
        applied: said["applied"] == true,
        inviter: inviter.map(|name| story.id(name)),
        ..Admitted::new(story::key(holder).public())
    }
}

fn words(kind: &str) -> Option<usize> {
    Kind::named(kind)
        .is_some_and(|kind| kind.body == Presence::Required)
        .then_some(1)
}

fn act(event: &Happened, story: &Story) -> Act {
    let data = match event.data.as_ref().unwrap_or(&Value::Null) {
        Value::Null => match event.kind.as_str() {
            "query.asked" if event.pseudonymous => json!({ "pseudonymous": true }),
            "reaction.given" => json!({ "reaction": "thanks" }),
            _ => json!({}),
        },
        data => data.clone(),
    };
    let mut bytes = Vec::new();
    ciborium::into_writer(&header(&data, story), &mut bytes).unwrap();
    Act::of(&event.kind, &bytes).unwrap_or_else(|reason| panic!("{}: {reason}: {data}", event.kind))
}

/// Header fields in CBOR, keys in canonical order.
fn header(data: &Value, story: &Story) -> ciborium::Value {
    match data {
        Value::Null => ciborium::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => number.as_i64().expect("headers hold whole numbers").into(),
        Value::String(text) => field(text, story),
        Value::Array(items) => {
            let mut written: Vec<_> = items.iter().map(|item| header(item, story)).collect();
            // Persons in a header ascend, and a story does not know their ids.
            if items
                .iter()
                .all(|item| item.as_str().is_some_and(|text| text.starts_with('@')))
            {
                written.sort_by(|a, b| a.as_bytes().cmp(&b.as_bytes()));
            }
            written.into()
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| (key.len(), key.as_str()));
            let fields = fields.into_iter();
            ciborium::Value::Map(
                fields
                    .map(|(key, value)| (key.as_str().into(), header(value, story)))
                    .collect(),
            )
        }
    }
}

fn field(text: &str, story: &Story) -> ciborium::Value {
    let (form, rest) = text.split_once(':').unwrap_or(("", text));
    let days = || rest.parse::<u64>().unwrap();
    match form {
        "" => match text.strip_prefix('@') {
            Some("cut") => ciborium::Value::serialized(&story.cut(&BTreeMap::new())).unwrap(),
            Some(name) => story.id(name).as_bytes().to_vec().into(),
            None => text.into(),
        },
        "ms" => rest.parse::<Timestamp>().unwrap().as_millis().into(),
        "d" => Span::days(days()).as_millis().into(),
        "h" => Span::hours(days()).as_millis().into(),
        "hash" => Hash::of(rest.as_bytes()).as_bytes().to_vec().into(),
        "pseudonym" => pseudonym(rest).as_bytes().to_vec().into(),
        "code" => invitation_code(&Hash::of(rest.as_bytes()))
            .as_bytes()
            .to_vec()
            .into(),
        _ => text.into(),
    }
}

impl Told {
    /// Every organisation of the story, those that are admitted on the way included.
    pub(crate) fn organisations(&self) -> impl Iterator<Item = &str> {
        let later = self
            .events
            .iter()
            .filter(|event| event.kind == "governance.proposed");
        let later = later.filter_map(|event| event.organisation.as_deref());
        self.organisations.iter().map(String::as_str).chain(later)
    }
}

/// The answers to all that is asked of the whole story.
pub(crate) fn whole_answers(story: &Story, told: &Told) -> Vec<Value> {
    let whole = told.asks.iter().filter(|ask| ask.cut.is_empty());
    whole.map(|ask| answers(story, ask).0).collect()
}

/// The answer, and the explanation of each section in it.
pub(crate) fn answers(story: &Story, ask: &Ask) -> (Value, BTreeMap<String, Value>) {
    let view = story.community().view(&story.cut(&ask.cut)).unwrap();
    let window: Option<Span> = ask.window.as_ref().map(|window| window.parse().unwrap());
    let answer = compute(&view, ask.as_of.0, window);
    let opened = Section::computed().map(|section| {
        let explanation = explain(&view, section, ask.as_of.0, window).unwrap();
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
