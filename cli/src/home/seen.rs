//! `seen`: ids this home was shown last, so that they can be shortened where no node is there to ask. Ids alone, one in a
//! line, newest first.

use crate::durable::write_privately;
use serde_json::Value;
use std::path::Path;
use std::{fs, io};

/// Most ids that are kept.
const MOST: usize = 2000;

/// Remembers the ids an answer shows. Nothing is written where all of them come first already.
pub(super) fn remember(file: &Path, answer: &Value) -> io::Result<()> {
    let mut ids = Vec::new();
    collect(answer, &mut ids);
    let kept = read(file);
    if kept.starts_with(&ids) {
        return Ok(());
    }
    let known: Vec<String> = kept.into_iter().filter(|id| !ids.contains(id)).collect();
    ids.extend(known);
    ids.truncate(MOST);
    write_privately(file, (ids.join("\n") + "\n").as_bytes())
}

/// The ids that begin so.
pub(super) fn recall(file: &Path, beginning: &str) -> Vec<String> {
    let mut found = read(file);
    found.retain(|id| id.starts_with(beginning));
    found
}

fn read(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines()
        .filter(|line| is_id(line))
        .map(str::to_owned)
        .collect()
}

/// The values of `id` and of `person` that are ids, however deep.
fn collect(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let id = field
                    .as_str()
                    .filter(|text| ["id", "person"].contains(&name.as_str()) && is_id(text));
                match id {
                    Some(id) if ids.len() < MOST && !ids.iter().any(|known| known == id) => {
                        ids.push(id.to_owned());
                    }
                    Some(_) => {}
                    None => collect(field, ids),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, ids)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_remembered_newest_first_and_recalled_by_their_beginning() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("seen");
        let (one, two) = ("1a".repeat(32), "1b".repeat(32));
        remember(
            &file,
            &json!({ "threads": [{ "thread": { "id": one, "title": "words" } }] }),
        )
        .unwrap();
        remember(&file, &json!({ "id": two, "hash": "2c".repeat(32) })).unwrap();
        assert_eq!(recall(&file, "1a1a"), std::slice::from_ref(&one));
        assert_eq!(recall(&file, "1"), [two.clone(), one.clone()]);
        assert_eq!(
            fs::read_to_string(&file).unwrap(),
            format!("{two}\n{one}\n"),
            "ids alone"
        );
        assert!(recall(&file, "2c").is_empty());
    }
}
