//! Meetings as an iCalendar file (RFC 5545), for people's own calendars.

use crate::verbs::meeting::Row;
use hearth_protocol::time::Timestamp;

/// Longest line in bytes, without its break (RFC 5545 §3.1).
const LINE: usize = 75;

/// The whole file.
pub(crate) fn of(rows: &[Row], now: Timestamp) -> String {
    let mut file = String::new();
    line(&mut file, "BEGIN:VCALENDAR");
    line(&mut file, "VERSION:2.0");
    line(&mut file, "PRODID:-//Hearthlog//hearth//EN");
    for row in rows {
        let card = &row.meeting;
        line(&mut file, "BEGIN:VEVENT");
        line(&mut file, &format!("UID:{}@hearth", card.id));
        line(&mut file, &format!("DTSTAMP:{}", utc(now)));
        line(&mut file, &format!("DTSTART:{}", utc(row.begins.0)));
        line(&mut file, &format!("DURATION:PT{}M", row.minutes));
        line(
            &mut file,
            &format!("SUMMARY:{}", escaped(&card.headline(usize::MAX))),
        );
        line(&mut file, &format!("LOCATION:{}", escaped(&row.mode)));
        if let Some(words) = card.words() {
            line(&mut file, &format!("DESCRIPTION:{}", escaped(&words)));
        }
        if !row.topics.is_empty() {
            let topics: Vec<String> = row.topics.iter().map(|topic| escaped(topic)).collect();
            line(&mut file, &format!("CATEGORIES:{}", topics.join(",")));
        }
        line(&mut file, "END:VEVENT");
    }
    line(&mut file, "END:VCALENDAR");
    file
}

/// `20270304T140000Z`.
fn utc(at: Timestamp) -> String {
    let text = at.to_string();
    let second = text.split('.').next().unwrap_or_default();
    format!("{}Z", second.replace(['-', ':'], ""))
}

/// TEXT (RFC 5545 §3.3.11).
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// One content line, folded between characters.
fn line(file: &mut String, text: &str) {
    let mut length = 0;
    for character in text.chars() {
        if length + character.len_utf8() > LINE {
            file.push_str("\r\n ");
            length = 1;
        }
        file.push(character);
        length += character.len_utf8();
    }
    file.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows() -> Vec<Row> {
        let body = json!({ "hash": "00", "size": 1, "type": "text/markdown", "state": "held",
            "text": format!("# Nights; days, and \\ more\n\n{}\nSecond line", "ünïcode ".repeat(20)) });
        let card = json!({ "id": "ab".repeat(32), "organisation": "oak", "index": 3, "kind": "meeting.scheduled",
            "at": "2027-01-01T00:00:00.000Z", "effective": "2027-01-01T00:00:00.000Z", "standing": "counts",
            "column": "signed", "author": { "kind": "member" }, "title": "Nights; days, and \\ more", "body": body });
        let row = json!({ "meeting": card, "begins": "2027-03-04T14:00:00.000Z", "minutes": 90, "mode": "in-person",
            "topics": ["night", "day"], "held": false, "attended": [], "awaiting": [], "evaluations": 0, "scores": {} });
        vec![serde_json::from_value(row).unwrap()]
    }

    /// Unfolded, split into name and value, and unescaped: as RFC 5545 §3.1 and §3.3.11 say.
    fn parsed(file: &str) -> Vec<(String, String)> {
        assert!(file.ends_with("\r\n") && !file.replace("\r\n", "").contains(['\r', '\n']));
        assert!(
            file.split("\r\n").all(|line| line.len() <= 75),
            "no line is longer"
        );
        let unfolded = file.replace("\r\n ", "");
        let lines = unfolded.trim_end().split("\r\n");
        lines
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap();
                let mut text = String::new();
                let mut characters = value.chars();
                while let Some(character) = characters.next() {
                    match character {
                        '\\' => match characters.next().unwrap() {
                            'n' | 'N' => text.push('\n'),
                            other => text.push(other),
                        },
                        other => text.push(other),
                    }
                }
                (name.to_owned(), text)
            })
            .collect()
    }

    #[test]
    fn a_calendar_reads_back() {
        let lines = parsed(&of(&rows(), "2027-02-01T08:30:00Z".parse().unwrap()));
        let of = |name: &str| {
            let found = lines.iter().find(|(found, _)| found == name);
            found.map(|(_, value)| value.as_str()).unwrap()
        };
        let begun = lines.iter().filter(|(name, _)| name == "BEGIN").count();
        assert_eq!(begun, 2);
        assert_eq!(of("DTSTART"), "20270304T140000Z");
        assert_eq!(of("DTSTAMP"), "20270201T083000Z");
        assert_eq!(of("DURATION"), "PT90M");
        assert_eq!(of("SUMMARY"), "Nights; days, and \\ more");
        assert!(of("DESCRIPTION").ends_with("\nSecond line"));
        assert_eq!(of("CATEGORIES"), "night,day");
        assert_eq!(of("UID"), format!("{}@hearth", "ab".repeat(32)));
    }
}
