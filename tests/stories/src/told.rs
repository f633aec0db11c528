//! A story as a file of tests/vectors/figures, and told as real signed entries.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hearth_protocol::entry::Source;
use hearth_protocol::framework::Parameters;
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{Act, Admitted, Kind, Presence, invitation_code};
use hearth_protocol::time::{BadTime, Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::story::{self, Said, Story, policy, pseudonym};
use crate::survey::{self, Survey};

/// A story file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    about: String,
    /// The first founds the community and admits the others.
    organisations: Vec<String>,
    founded: Timestamp8601,
    #[serde(default)]
    liars: Vec<(u64, u64)>,
    /// Admitted at the founding.
    members: BTreeMap<String, Vec<String>>,
    events: Vec<Happened>,
    pub asks: Vec<Ask>,
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
    /// "code:x" what an invitation says of the code "hash:x", "pseudonym:zoe" hers, "key:ann" her public key, "@cut" everything
    /// told so far as a pinned cut. {"@parameters": …} are the default ones with these changed.
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
pub struct Ask {
    pub why: String,
    pub as_of: Timestamp8601,
    pub window: Option<String>,
    /// Sizes of logs, where not all of them.
    #[serde(default)]
    pub cut: BTreeMap<String, usize>,
    /// By section its rating and figures, by `entries` their numbers, by `dimension Purpose` its rating.
    pub expect: BTreeMap<String, BTreeMap<String, Value>>,
}

/// What the `data` of `"do": "pulse"` says: the first two organisations issue, the third collects, every member may answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Round {
    items: Vec<String>,
    /// By member, a choice for each item: 0 is none, 4 and 5 agree.
    #[serde(default)]
    answers: BTreeMap<String, Vec<u64>>,
    /// Answers under these once-keys for which no token was issued.
    #[serde(default)]
    minted: Vec<String>,
    closed: Option<Timestamp8601>,
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
pub struct Timestamp8601(pub Timestamp);

impl TryFrom<String> for Timestamp8601 {
    type Error = BadTime;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Timestamp8601)
    }
}

/// Every story by the name of its file, ascending; with `HEARTH_STORIES=v4-` only those whose names begin so.
pub fn stories() -> Vec<(String, Told)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/figures");
    let begins = std::env::var("HEARTH_STORIES").unwrap_or_default();
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let named = files.into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?;
        let is_one = name.starts_with(&begins) && name.ends_with(".json");
        is_one.then(|| (name.to_owned(), Told::read(&path)))
    });
    named.collect()
}

/// Tells a story.
pub fn tell(told: &Told) -> Story {
    let slugs: Vec<&str> = told.organisations.iter().map(String::as_str).collect();
    let mut story = Story::of(&slugs, told.founded.0, policy(&told.liars));
    for (organisation, names) in &told.members {
        for name in names {
            story.admit(organisation, name, told.founded.0);
        }
    }
    for (number, event) in told.events.iter().enumerate() {
        if event.kind == "pulse" {
            story = run(story, event);
        } else {
            happen(&mut story, event, &format!("entry {number}"));
        }
    }
    story
}

/// A whole pulse at once, see [`Round`].
fn run(story: Story, event: &Happened) -> Story {
    let name = event.name.as_deref().unwrap_or("pulse");
    let round: Round = serde_json::from_value(event.data.clone().unwrap()).unwrap();
    let items: Vec<&str> = round.items.iter().map(String::as_str).collect();
    let opened = survey::opening(&story, event.at.0, 1, &items);
    let mut survey = Survey::of(story, name, event.at.0, opened);
    for (person, choices) in &round.answers {
        survey.take_part(person, choices);
    }
    for once in &round.minted {
        let tokens = survey.minted(once);
        survey.answer(once, tokens, &vec![survey::SCALE; items.len()]);
    }
    if let Some(closed) = round.closed {
        survey.close(closed.0);
    }
    survey.story
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
        let steward = event
            .by
            .clone()
            .unwrap_or_else(|| story::steward(&organisation()));
        story.admit_as(&organisation(), name, &steward, admitted, at);
        return;
    }
    if event.kind == "governance.proposed" {
        match event.data.as_ref().and_then(|data| data["act"].as_str()) {
            Some(act) => story.decide(story.motion(act, &organisation()), at),
            None => {
                story.charter(&organisation(), at);
                story.admit_organisation(&organisation(), at)
            }
        };
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
        Value::Object(fields) if fields.contains_key("@parameters") => {
            let mut parameters = serde_json::to_value(Parameters::default()).unwrap();
            change(&mut parameters, &fields["@parameters"]);
            header(&parameters, story)
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

/// Puts other values in the place of these.
fn change(whole: &mut Value, other: &Value) {
    match (whole, other) {
        (Value::Object(whole), Value::Object(other)) => {
            for (key, value) in other {
                change(&mut whole[key], value);
            }
        }
        (whole, other) => *whole = other.clone(),
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
        "key" => story::key(rest).public().bytes().as_bytes().to_vec().into(),
        "pseudonym" => pseudonym(rest).as_bytes().to_vec().into(),
        "code" => invitation_code(&Hash::of(rest.as_bytes()))
            .as_bytes()
            .to_vec()
            .into(),
        _ => text.into(),
    }
}

impl Told {
    fn read(path: &Path) -> Told {
        let told: Result<Told, _> = serde_json::from_str(&fs::read_to_string(path).unwrap());
        let told = told.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!told.about.is_empty(), "{} says what it is about", path.display());
        told
    }

    /// Every organisation of the story, those that are admitted on the way included.
    pub fn organisations(&self) -> impl Iterator<Item = &str> {
        let later = self
            .events
            .iter()
            .filter(|event| event.kind == "governance.proposed" && event.data.is_none());
        let later = later.filter_map(|event| event.organisation.as_deref());
        self.organisations.iter().map(String::as_str).chain(later)
    }

    /// The persons of imported history.
    pub fn persons(&self) -> impl Iterator<Item = &str> {
        self.events.iter().filter_map(|event| event.person.as_deref())
    }
}

impl Ask {
    /// The asker's own window.
    pub fn window(&self) -> Option<Span> {
        self.window.as_ref().map(|window| window.parse().unwrap())
    }
}
