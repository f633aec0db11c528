//! What a decision adopts, in a person's words.

use crate::render::card::short;
use crate::render::time::local;
use crate::render::words::harmless;
use hearth_protocol::kind::Kind;
use hearth_protocol::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Numbers from here on, in what is adopted, are instants: spans and counts are far below.
const INSTANTS: u64 = 1_000_000_000_000;

/// What an entry of this kind is, as one says it.
pub(crate) fn noun(kind: &str) -> &str {
    Kind::named(kind).map_or(kind, |kind| kind.noun)
}

/// The header fields of what is adopted, a line each.
pub(crate) fn lines(kind: &str, data: &Value) -> Vec<String> {
    match kind {
        "terms.adopted" => terms(data),
        "plan.adopted" | "plan.rebaselined" => plan(data),
        "target.set" => vec![target(data)],
        _ => fields(data),
    }
}

fn terms(data: &Value) -> Vec<String> {
    let is_there = |part: &(&str, bool)| part.1;
    let says = |field: &str| data[field] == true;
    let parts = [
        ("purpose", says("purpose")),
        ("measurable objectives", says("measurable")),
        ("term", says("term")),
        ("membership", says("membership")),
        ("date of review", !data["review"].is_null()),
    ];
    let named = |wanted: bool| {
        let named = parts.iter().filter(|part| is_there(part) == wanted);
        named.map(|part| part.0).collect::<Vec<_>>().join(", ")
    };
    let mut lines = vec![
        format!("version     {}", data["version"]),
        format!("they have   {}", named(true)),
    ];
    if !named(false).is_empty() {
        lines.push(format!("they lack   {}", named(false)));
    }
    if let Some(objectives) = data["objectives"].as_array() {
        lines.push(format!("objectives  {}", list(objectives)));
    }
    if !data["review"].is_null() {
        lines.push(format!("review      {}", cell(&data["review"])));
    }
    lines
}

fn plan(data: &Value) -> Vec<String> {
    let mut lines = vec![
        format!("version     {}", data["version"]),
        format!("from        {}", cell(&data["from"])),
        format!("until       {}", cell(&data["until"])),
    ];
    for milestone in data["milestones"].as_array().into_iter().flatten() {
        let (slug, due) = (cell(&milestone[0]), cell(&milestone[1]));
        lines.push(format!("milestone   {slug}, due {due}"));
    }
    for output in data["outputs"].as_array().into_iter().flatten() {
        let (slug, sort, due) = (cell(&output[0]), cell(&output[1]), cell(&output[2]));
        lines.push(format!("output      {slug} ({sort}), due {due}"));
    }
    lines
}

/// A target in one line.
pub(crate) fn target(data: &Value) -> String {
    let what = match data["objective"].as_str() {
        Some("membership") => "membership, net change".to_owned(),
        other => other.unwrap_or_default().to_owned(),
    };
    let [low, high, from, until] = ["low", "high", "from", "until"].map(|field| cell(&data[field]));
    format!("{what}: {low} to {high}, from {from} until {until}")
}

/// Fields of a kind that has no words of its own here.
fn fields(data: &Value) -> Vec<String> {
    let fields: BTreeMap<_, _> = data.as_object().into_iter().flatten().collect();
    fields
        .into_iter()
        .map(|(key, value)| format!("{key:11} {}", cell(value)))
        .collect()
}

fn list(values: &[Value]) -> String {
    values.iter().map(cell).collect::<Vec<_>>().join(", ")
}

/// One value as a person reads it.
fn cell(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_u64().filter(|millis| *millis >= INSTANTS) {
            Some(millis) => local(Timestamp::from_millis(millis)),
            None => number.to_string(),
        },
        Value::String(text) if text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            short(text)
        }
        Value::String(text) => harmless(text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "–".to_owned(),
        Value::Array(values) => values
            .iter()
            .map(|value| match value.as_array() {
                Some(cells) => cells.iter().map(cell).collect::<Vec<_>>().join(" "),
                None => cell(value),
            })
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| format!("{key} {}", cell(value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn terms_say_what_they_lack() {
        let data = json!({
            "term": true, "purpose": true, "version": 2, "measurable": false, "membership": true, "objectives": ["a", "b"],
        });
        assert_eq!(
            lines("terms.adopted", &data),
            [
                "version     2",
                "they have   purpose, term, membership",
                "they lack   measurable objectives, date of review",
                "objectives  a, b",
            ]
        );
    }

    #[test]
    fn what_has_no_words_of_its_own_is_shown_by_its_fields() {
        let id = "ab".repeat(32);
        let data = json!({ "person": id, "minutes": [120, 60], "rows": [["a", 1], ["b", 2]], "yes": true });
        assert_eq!(
            lines("role.granted", &data),
            [
                "minutes     120, 60",
                "person      abababababab",
                "rows        a 1, b 2",
                "yes         yes",
            ]
        );
        assert!(
            target(&json!({ "objective": "membership", "low": -2, "high": 5, "from": 0, "until": 1 }))
                .starts_with("membership, net change: -2 to 5")
        );
    }
}
