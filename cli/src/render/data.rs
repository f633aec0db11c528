//! Header fields as a person reads them: names and values in words, no JSON.

use super::card::short;
use super::time::local;
use super::words::harmless;
use hearth_protocol::kind::Kind;
use hearth_protocol::time::{Span, Timestamp};
use serde_json::Value;

/// Numbers from here on are instants: spans and counts are far below.
const INSTANTS: u64 = 1_000_000_000_000;
/// Fields that hold a span.
const SPANS: [&str; 2] = ["window", "tolerance"];

/// What an entry of this kind is, as one says it.
pub(crate) fn noun(kind: &str) -> &'static str {
    Kind::named(kind).map_or("an entry of a kind unknown here", |kind| kind.noun)
}

/// A field's name as one says it.
pub(crate) fn name(field: &str) -> String {
    harmless(&field.replace('_', " "))
}

/// The value of a field: times by the reader's calendar, spans in their largest unit, ids shortened.
pub(crate) fn value(field: &str, value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_u64() {
            Some(millis) if millis >= INSTANTS => local(Timestamp::from_millis(millis)),
            Some(millis) if SPANS.contains(&field) => Span::from_millis(millis).to_string(),
            _ => number.to_string(),
        },
        Value::String(text) => word(text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => "–".to_owned(),
        Value::Array(items) => rows(items, |item| self::value(field, item)),
        Value::Object(fields) => fields
            .iter()
            .map(|(field, value)| format!("{} {}", name(field), self::value(field, value)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// The value of a parameter of the figures: their spans are longer than any other number of theirs.
pub(crate) fn parameter(value: &Value) -> String {
    match value {
        Value::Number(number) => match number
            .as_u64()
            .filter(|millis| *millis >= Span::MINUTE.as_millis())
        {
            Some(millis) => Span::from_millis(millis).to_string(),
            None => number.to_string(),
        },
        Value::Array(values) => values.iter().map(parameter).collect::<Vec<_>>().join(","),
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Object(_) => self::value("", value),
    }
}

/// Every parameter by its key, as in `v4.respond_in`.
pub(crate) fn parameters(values: &Value) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    for (key, value) in values.as_object().into_iter().flatten() {
        if let Some(own) = value.as_object() {
            let own = own
                .iter()
                .map(|(name, value)| (format!("{key}.{name}"), value.clone()));
            leaves.extend(own);
        } else {
            leaves.push((key.clone(), value.clone()));
        }
    }
    leaves
}

fn word(text: &str) -> String {
    let is_id = text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_id { short(text) } else { harmless(text) }
}

/// A list, or rows of a table.
fn rows(items: &[Value], said: impl Fn(&Value) -> String) -> String {
    let row = |item: &Value| match item.as_array() {
        Some(cells) => cells.iter().map(&said).collect::<Vec<_>>().join(" "),
        None => said(item),
    };
    items.iter().map(row).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_said_in_words() {
        let id = "ab".repeat(32);
        let instant = 1_767_225_600_000_u64;
        for (field, given, expected) in [
            ("mode", json!("online"), "online".to_owned()),
            ("holder", json!(id), "abababababab".to_owned()),
            ("consent", json!(true), "yes".to_owned()),
            ("minutes", json!([120, 60]), "120, 60".to_owned()),
            (
                "scores",
                json!([["useful", 4], ["kind", 5]]),
                "useful 4, kind 5".to_owned(),
            ),
            ("window", json!(7_776_000_000_u64), "90d".to_owned()),
            ("closes", json!(instant), local(Timestamp::from_millis(instant))),
            ("as_of", json!(instant), local(Timestamp::from_millis(instant))),
            (
                "potential",
                json!([{ "slug": "oak", "role": "hospice" }]),
                "role hospice, slug oak".to_owned(),
            ),
        ] {
            assert_eq!(value(field, &given), expected, "{field}");
        }
        assert_eq!(name("provided_by"), "provided by");
    }

    #[test]
    fn parameters_are_numbers_and_spans() {
        assert_eq!(parameter(&json!(259_200_000)), "3d");
        assert_eq!(parameter(&json!([50, 80])), "50,80");
        assert_eq!(parameter(&json!(["leader", "host"])), "leader,host");
    }

    #[test]
    fn no_kind_is_shown_by_its_code() {
        for family in hearth_protocol::kind::Family::ALL {
            for kind in family.rows() {
                assert!(!noun(kind.name).contains('.'), "{}", kind.name);
            }
        }
        assert!(!noun("odd.thing").contains('.'));
    }
}
