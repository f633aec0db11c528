//! What an entry says in its header, in a person's words: a line for each thing it says.

use crate::render::data::{name, parameter, parameters, value};
use serde_json::Value;
use std::collections::BTreeMap;

/// What an entry says, by name and value.
pub(crate) type Said = Vec<(String, String)>;

/// What an entry of this kind says with this data, a line each.
pub(crate) fn lines(kind: &str, data: &Value) -> Vec<String> {
    let said = said(kind, data).into_iter();
    said.map(|(name, value)| format!("{name:11} {value}")).collect()
}

/// The same in one line; none where it says nothing.
pub(crate) fn in_a_line(kind: &str, data: &Value) -> Option<String> {
    let said = said(kind, data).into_iter();
    let said: Vec<String> = said.map(|(name, value)| format!("{name} {value}")).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

/// What an entry of this kind says with this data.
pub(crate) fn said(kind: &str, data: &Value) -> Said {
    match kind {
        "terms.adopted" => terms(data),
        "plan.adopted" | "plan.rebaselined" => plan(data),
        "target.set" => vec![line("target", target(data))],
        "parameters.adopted" => {
            let leaves = parameters(data).into_iter();
            leaves.map(|(key, value)| (key, parameter(&value))).collect()
        }
        "decision.proposed" => decision(data),
        "story.told" => story(data),
        "claim.drafted" => claim(data),
        _ => fields(data, &[]),
    }
}

fn line(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn terms(data: &Value) -> Said {
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
    let mut said = vec![
        line("version", data["version"].to_string()),
        line("they have", named(true)),
    ];
    if !named(false).is_empty() {
        said.push(line("they lack", named(false)));
    }
    for field in ["objectives", "review"] {
        if !data[field].is_null() {
            said.push(line(field, value(field, &data[field])));
        }
    }
    said
}

fn plan(data: &Value) -> Said {
    let cell = |cell: &Value| value("", cell);
    let mut said: Said = ["version", "from", "until"]
        .map(|field| line(field, value(field, &data[field])))
        .into();
    for milestone in data["milestones"].as_array().into_iter().flatten() {
        let (slug, due) = (cell(&milestone[0]), cell(&milestone[1]));
        said.push(line("milestone", format!("{slug}, due {due}")));
    }
    for output in data["outputs"].as_array().into_iter().flatten() {
        let (slug, sort, due) = (cell(&output[0]), cell(&output[1]), cell(&output[2]));
        said.push(line("output", format!("{slug} ({sort}), due {due}")));
    }
    said
}

/// A target in one line.
pub(crate) fn target(data: &Value) -> String {
    let what = match data["objective"].as_str() {
        Some("membership") => "membership, net change".to_owned(),
        other => other.unwrap_or_default().to_owned(),
    };
    let [low, high, from, until] = ["low", "high", "from", "until"].map(|field| value(field, &data[field]));
    format!("{what}: {low} to {high}, from {from} until {until}")
}

/// What a proposal says beside its text.
fn decision(data: &Value) -> Said {
    let mut said = fields(data, &["cut", "adopts"]);
    said.push(electorate(&data["cut"]));
    if let Some(kind) = data["adopts"]["do"].as_str() {
        said.push(line("adopts", super::data::noun(kind)));
        said.extend(self::said(kind, &data["adopts"]["data"]));
    }
    said
}

/// A pinned cut: how much of how many logs.
fn electorate(cut: &Value) -> (String, String) {
    let heads = cut.as_array().map_or(&[][..], Vec::as_slice);
    let entries: u64 = heads.iter().filter_map(|head| head["size"].as_u64()).sum();
    line("pins", format!("{entries} entries of {} logs", heads.len()))
}

fn story(data: &Value) -> Said {
    let cycle = match data["cycle"].as_str().unwrap_or_default() {
        "immediate" => "immediate: it was worth it by itself",
        "potential" => "potential: something was learned that may be of use",
        "applied" => "applied: it was put into practice",
        "realised" => "realised: practice became better for it",
        "reframing" => "reframing: what counts as better is seen anew",
        other => other,
    };
    let outside = if data["consent"] == true { "yes" } else { "no" };
    vec![line("value", cycle), line("may be passed on outside", outside)]
}

fn claim(data: &Value) -> Said {
    let amount = match data["value"].as_array().map(Vec::as_slice) {
        Some([part, whole]) => format!("{part} of {whole}"),
        _ => value("value", &data["value"]),
    };
    let effect = match data["effect"].as_str().unwrap_or_default() {
        "better" => "practice became better",
        "none" => "nothing changed: a null result",
        "worse" => "practice became worse",
        other => other,
    };
    let mut said = vec![
        line("objective", value("objective", &data["objective"])),
        line("value", amount),
        line("effect", effect),
    ];
    said.extend(fields(data, &["objective", "value", "effect", "cut"]));
    said.push(electorate(&data["cut"]));
    said
}

/// Fields that have no words of their own here, but for some. A file is shown by itself.
fn fields(data: &Value, but: &[&str]) -> Said {
    let fields: BTreeMap<_, _> = data.as_object().into_iter().flatten().collect();
    fields
        .into_iter()
        .filter(|(field, _)| *field != "file" && !but.contains(&field.as_str()))
        .map(|(field, given)| (name(field), value(field, given)))
        .collect()
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
        assert_eq!(
            in_a_line("meeting.held", &json!({ "minutes": 60 })),
            Some("minutes 60".into())
        );
        assert_eq!(in_a_line("query.answered", &Value::Null), None);
    }

    #[test]
    fn a_claim_is_told_in_words() {
        let data = json!({
            "cut": [{ "organisation": "ab".repeat(32), "size": 40, "root": "cd".repeat(32) }],
            "as_of": 1_767_225_600_000_u64, "value": [57, 89], "effect": "none", "method": "count", "ruleset": 1,
            "indicator": "responded-in-time", "objective": "answer-each-other", "contributors": ["ef".repeat(32)],
        });
        let told = lines("claim.drafted", &data).join("\n");
        for words in [
            "value       57 of 89",
            "effect      nothing changed: a null result",
            "pins        40 entries of 1 logs",
            "contributors efefefefefef",
        ] {
            assert!(told.contains(words), "{words} in\n{told}");
        }
        assert!(!told.contains(['{', '[']), "{told}");
    }

    #[test]
    fn a_proposal_says_what_it_adopts() {
        let adopts = json!({ "do": "parameters.adopted", "data": { "v4": { "respond_in": 172_800_000 }, "few": [5, 10] } });
        let data = json!({ "cut": [], "rule": "members", "quorum": 25, "closes": 0, "adopts": adopts });
        let told = lines("decision.proposed", &data).join("\n");
        assert!(told.contains("a change of parameters"), "{told}");
        assert!(told.contains("v4.respond_in 2d"), "{told}");
    }
}
