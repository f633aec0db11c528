//! Header fields as a person reads them: names and values, no JSON.

use super::card::short;
use super::time::local;
use super::words::harmless;
use hearth_protocol::time::Timestamp;
use serde_json::Value;

/// Fields that hold an instant.
const TIMES: [&str; 4] = ["at", "review", "until", "deadline"];

/// `mode online, minutes 60`; none where there is nothing.
pub(crate) fn plainly(data: &Value) -> Option<String> {
    let fields = data.as_object().filter(|fields| !fields.is_empty())?;
    let fields: Vec<String> = fields
        .iter()
        // A file is shown by itself.
        .filter(|(name, _)| *name != "file")
        .map(|(name, value)| format!("{} {}", name.replace('_', " "), said(name, value)))
        .collect();
    (!fields.is_empty()).then(|| harmless(&fields.join(", ")))
}

/// Times by the reader's calendar, ids shortened.
fn said(name: &str, value: &Value) -> String {
    match value {
        Value::String(text) if text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            short(text)
        }
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| said(name, item)).collect();
            items.join(" ")
        }
        Value::Object(_) => plainly(value).unwrap_or_default(),
        Value::Number(number) if TIMES.contains(&name) => match number.as_u64() {
            Some(millis) => local(Timestamp::from_millis(millis)),
            None => number.to_string(),
        },
        Value::Null | Value::Number(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn header_fields_are_said_plainly() {
        let data = json!({ "mode": "online", "minutes": 60, "scores": [["useful", 4]], "persons": ["ab".repeat(32)] });
        let said = plainly(&data).unwrap();
        for part in [
            "mode online",
            "minutes 60",
            "scores useful 4",
            "persons abababababab",
        ] {
            assert!(said.contains(part), "{said}");
        }
        assert!(!said.contains(['{', '[', '"']), "{said}");
        assert_eq!(plainly(&Value::Null), None);
    }
}
