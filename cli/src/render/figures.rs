//! The framework and the explanation of a statement, for people (docs/framework.schema.json).

use super::card::{short, when};
use super::data::parameter;
use super::table::Table;
use crate::screen::Screen;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Ids shown per list; `--json` has all.
const SHOWN: usize = 20;

/// A value, as far as it is shown.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Figure {
    Share {
        numerator: u64,
        denominator: u64,
        of: String,
    },
    Number {
        value: Option<u64>,
    },
    Flag {
        value: bool,
    },
    Parts {
        parts: BTreeMap<String, u64>,
    },
    Wait {
        value: Option<u64>,
        reached: bool,
    },
    Survival {
        table: Vec<[u64; 3]>,
    },
    Oldest {
        open: Vec<Open>,
    },
}

#[derive(Debug, Deserialize)]
struct Open {
    /// None for outsiders.
    id: Option<String>,
    since: String,
}

/// The framework as a table: a row per indicator, its statement in front.
pub(crate) fn framework(answer: &Value, screen: &Screen) -> String {
    let mut table = Table::new(["", "rating", "indicator", "signed", "with imports", "pending"]);
    for section in list(&answer["statements"]) {
        let mut front = [word(&section["id"]), rating(&section["rating"])];
        for indicator in list(&section["indicators"]) {
            let [id, rating] = std::mem::take(&mut front);
            let pending = indicator["signed"]["pending"].as_u64().unwrap_or(0);
            table.row([
                id,
                rating,
                spaced(&indicator["name"]),
                figure(&indicator["signed"]),
                figure(&indicator["all"]),
                if pending == 0 {
                    String::new()
                } else {
                    count(pending, step(&indicator["signed"]))
                },
            ]);
        }
    }
    format!(
        "{}\n{}\n\n{}",
        basis(answer),
        table.render(screen),
        dimensions(answer, screen)
    )
}

/// What a figure was computed from, in one line, and what the reader must know.
fn basis(answer: &Value) -> String {
    let mut lines = vec![format!(
        "As of {} · window {} days · cut {} · ruleset {} · parameters {}",
        word(&answer["as_of"]),
        answer["window"].as_u64().unwrap_or(0) / 86_400_000,
        short(&word(&answer["cut"])),
        answer["ruleset"],
        short(&word(&answer["parameters"])),
    )];
    if answer["clock"] == "simulated" {
        lines.push("SIMULATED: this community runs on a made-up clock.".to_owned());
    }
    if answer["own_window"] == true {
        lines.push("Values over a window of your own are not rated.".to_owned());
    }
    if is_for_outsiders(answer) {
        lines.push(OUTSIDE.to_owned());
    }
    let unwitnessed = answer["entries"]["unwitnessed"].as_u64().unwrap_or(0);
    if unwitnessed > 0 {
        lines.push(format!(
            "{unwitnessed} signed entries have only their author's word for their time."
        ));
    }
    lines.join("\n")
}

/// How an answer for outsiders is to be read.
pub(crate) const OUTSIDE: &str = "For readers outside the community: numbers of people are told as ranges of eight, and no entry is named, so that nobody is pointed at. Whoever reads the log itself can count.";

fn is_for_outsiders(answer: &Value) -> bool {
    let sections = list(&answer["statements"]).iter();
    let mut indicators = sections.flat_map(|section| list(&section["indicators"]));
    indicators.any(|indicator| step(&indicator["signed"]).is_some())
}

fn dimensions(answer: &Value, screen: &Screen) -> String {
    let mut table = Table::new(["dimension", "rating", "computed", "not yet"]);
    for dimension in list(&answer["dimensions"]) {
        let names = |field: &str| {
            list(&dimension[field])
                .iter()
                .map(word)
                .collect::<Vec<_>>()
                .join(" ")
        };
        table.row([
            word(&dimension["title"]),
            rating(&dimension["rating"]),
            names("computed"),
            names("not_computed"),
        ]);
    }
    table.render(screen)
}

/// One statement with the ids behind its figures.
pub(crate) fn explanation(answer: &Value, screen: &Screen) -> String {
    let mut text = vec![format!("{} · {}", word(&answer["id"]), rating(&answer["rating"]))];
    text.extend(answer["statement"].as_str().map(|words| format!("“{words}”")));
    text.push(basis(answer));
    text.extend(answer["rated"].as_str().map(str::to_owned));
    for missing in list(&answer["not_computed"]) {
        text.push(format!("Not computed by this version: {}", word(missing)));
    }
    for indicator in list(&answer["indicators"]) {
        text.push(format!("\n{}", spaced(&indicator["name"])));
        text.extend(prose(indicator, "ground", "known as"));
        text.extend(prose(indicator, "formula", "formula"));
        if indicator["of_people"] == true {
            text.push("  of people: outsiders are told ranges of eight".to_owned());
        }
        text.push(format!("  window: {}", extent(answer, indicator)));
        text.extend(parameters(answer, indicator));
        for (column, name) in [("signed", "signed"), ("all", "with imports")] {
            if !indicator[column].is_null() {
                text.push(opened(name, &indicator[column], screen));
            }
        }
        text.extend(prose(indicator, "raised", "raised by"));
        text.extend(prose(indicator, "gamed", "gamed by"));
        text.extend(prose(indicator, "countered", "countered by"));
    }
    for (field, name) in [
        ("clamped", "Counted at another time than claimed"),
        ("late", "Claimed over 72 hours too early"),
        ("unwitnessed", "Time borne out by nobody else"),
    ] {
        let ids = list(&answer[field]);
        if !ids.is_empty() {
            text.push(format!("\n{name}: {}", named(ids)));
        }
    }
    text.join("\n")
}

/// One thing that an indicator says of itself.
fn prose(indicator: &Value, field: &str, name: &str) -> Option<String> {
    Some(format!("  {name}: {}", indicator[field].as_str()?))
}

/// Over what time an indicator is taken.
fn extent(answer: &Value, indicator: &Value) -> String {
    let key = match indicator["window"].as_str() {
        Some("as_of") => return "what there is at the instant".to_owned(),
        Some("year") if answer["own_window"] != true => "year",
        _ => "window",
    };
    let span = match key {
        "year" => &answer["parameter_values"]["year"],
        _ => &answer["window"],
    };
    span.as_u64().map_or_else(
        || "–".to_owned(),
        |span| format!("{} before the instant", lasting(span)),
    )
}

/// The parameters an indicator depends on, with their values; none where it depends on none.
fn parameters(answer: &Value, indicator: &Value) -> Option<String> {
    let keys = list(&indicator["parameters"]);
    let named: Vec<String> = keys
        .iter()
        .filter_map(Value::as_str)
        .map(|key| {
            let pointer = format!("/parameter_values/{}", key.replace('.', "/"));
            let value = answer.pointer(&pointer).unwrap_or(&Value::Null);
            format!("{key} {}", parameter(value))
        })
        .collect();
    (!named.is_empty()).then(|| format!("  parameters: {}", named.join(" · ")))
}

/// A figure with its evidence.
fn opened(name: &str, figure_value: &Value, screen: &Screen) -> String {
    let mut lines = vec![format!("  {name}: {}", figure(figure_value))];
    for field in ["counted", "uncounted", "pending"] {
        let things = list(&figure_value[field]);
        if !things.is_empty() {
            lines.push(format!("    {field} ({}): {}", things.len(), named(things)));
        }
    }
    let mut reasons: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for left_out in list(&figure_value["excluded"]) {
        reasons
            .entry(spaced(&left_out["reason"]))
            .or_default()
            .push(&left_out["id"]);
    }
    for (reason, ids) in reasons {
        let ids: Vec<Value> = ids.into_iter().cloned().collect();
        lines.push(format!("    left out, {reason} ({}): {}", ids.len(), named(&ids)));
    }
    if let Ok(Figure::Survival { table }) = Figure::deserialize(figure_value) {
        let mut rows = Table::new(["within", "at risk", "answered"]);
        table
            .iter()
            .for_each(|[t, risk, answered]| rows.row([lasting(*t), risk.to_string(), answered.to_string()]));
        lines.push(rows.render(screen));
    }
    lines.join("\n")
}

/// The size of the ranges that a figure's numbers are told in; none where they are exact.
pub(crate) fn step(figure: &Value) -> Option<u64> {
    figure["step"].as_u64()
}

/// A number, or the range it lies in by its lower end.
pub(crate) fn count(number: u64, step: Option<u64>) -> String {
    match step {
        None => number.to_string(),
        Some(step) if number == 0 => format!("fewer than {step}"),
        Some(step) => format!("{number}–{}", number + step - 1),
    }
}

/// A value in a cell.
pub(crate) fn figure(value: &Value) -> String {
    if value.is_null() {
        return "–".to_owned();
    }
    let step = step(value);
    let count = |number| count(number, step);
    match Figure::deserialize(value) {
        Ok(Figure::Share {
            numerator,
            denominator,
            of,
        }) if denominator == 0 || step.is_some() => {
            format!("{} of {} {of}", count(numerator), count(denominator))
        }
        Ok(Figure::Share {
            numerator,
            denominator,
            of,
        }) => {
            let percent = u128::from(numerator) * 100 / u128::from(denominator);
            format!("{numerator} of {denominator} {of} ({percent} %)")
        }
        Ok(Figure::Number { value }) => value.map_or_else(|| "–".to_owned(), count),
        Ok(Figure::Flag { value }) => if value { "yes" } else { "no" }.to_owned(),
        Ok(Figure::Parts { parts }) if parts.is_empty() => match step {
            None => "none".to_owned(),
            Some(step) => format!("fewer than {step} of each"),
        },
        Ok(Figure::Parts { parts }) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|(sort, number)| format!("{} {sort}", count(*number)))
                .collect();
            parts.join(", ")
        }
        Ok(Figure::Wait { reached: false, .. }) => "not reached".to_owned(),
        Ok(Figure::Wait { value, .. }) => value.map_or_else(|| "–".to_owned(), lasting),
        Ok(Figure::Survival { table }) => match table.len() {
            1 => "1 step".to_owned(),
            steps => format!("{steps} steps"),
        },
        Ok(Figure::Oldest { open }) => match open.first() {
            Some(Open { id: Some(id), since }) => {
                format!("{} open, oldest {} since {}", open.len(), short(id), when(since))
            }
            Some(Open { id: None, since }) => format!("{} open, oldest since {}", open.len(), when(since)),
            None => "none open".to_owned(),
        },
        Err(_) => {
            let form = word(&value["type"]);
            format!("of a form this version cannot show ({form}); --json has it")
        }
    }
}

/// Milliseconds in the largest unit that fits.
fn lasting(millis: u64) -> String {
    match millis {
        0..60_000 => format!("{} s", millis / 1000),
        60_000..3_600_000 => format!("{} min", millis / 60_000),
        3_600_000..172_800_000 => format!("{} h", millis / 3_600_000),
        _ => format!("{} d", millis / 86_400_000),
    }
}

fn named(things: &[Value]) -> String {
    let shown: Vec<String> = things
        .iter()
        .take(SHOWN)
        .map(|thing| short(&word(thing)))
        .collect();
    let more = things.len().saturating_sub(SHOWN);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more (--json)")
    };
    format!("{}{more}", shown.join(" "))
}

pub(crate) fn rating(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| "–".to_owned(), |rating| rating.replace('_', " "))
}

pub(crate) fn spaced(value: &Value) -> String {
    word(value).replace('_', " ")
}

/// A text as it is; anything else in one line.
fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_explanation_goes_from_the_statement_to_what_counters_gaming() {
        let share = json!({"type": "share", "numerator": 1, "denominator": 2, "of": "members", "interval": null,
            "counted": ["aa"], "uncounted": ["bb"], "pending": [], "excluded": [{"id": "cc", "reason": "automaton"}]});
        let answer = json!({
            "id": "V3", "statement": "Words.", "rating": "emerging", "window": 7_776_000_000_u64,
            "parameter_values": {"window": 7_776_000_000_u64, "few": [5, 10]},
            "indicators": [{"name": "contributors", "countered": "C", "formula": "F", "gamed": "G", "raised": "R",
                "window": "window", "parameters": ["window", "few"], "signed": share, "all": null}],
        });
        let text = explanation(&answer, &Screen::open(false));
        let order = [
            "“Words.”",
            "formula: F",
            "window: 90 d",
            "few 5,10",
            "counted (1): aa",
            "left out, automaton (1): cc",
            "raised by: R",
            "gamed by: G",
            "countered by: C",
        ];
        let places: Vec<Option<usize>> = order.iter().map(|part| text.find(part)).collect();
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{places:?}\n{text}"
        );
    }

    #[test]
    fn figures_are_said_in_words() {
        let share =
            json!({"type": "share", "numerator": 1, "denominator": 3, "of": "members", "interval": null});
        assert_eq!(figure(&share), "1 of 3 members (33 %)");
        assert_eq!(
            figure(&json!({"type": "share", "numerator": 0, "denominator": 0, "of": "members"})),
            "0 of 0 members"
        );
        assert_eq!(
            figure(&json!({"type": "wait", "value": null, "reached": false})),
            "not reached"
        );
        assert_eq!(
            figure(&json!({"type": "wait", "value": 7_200_000, "reached": true})),
            "2 h"
        );
        assert_eq!(figure(&json!({"type": "number", "value": null})), "–");
        assert_eq!(figure(&Value::Null), "–");
        let unknown = figure(&json!({"type": "histogram", "bars": [1]}));
        assert!(unknown.contains("cannot show (histogram)"), "{unknown}");
    }

    #[test]
    fn outsiders_read_ranges() {
        let told = |mut value: Value| {
            value["step"] = json!(8);
            figure(&value)
        };
        let share =
            |k: u64, n: u64| json!({"type": "share", "numerator": k, "denominator": n, "of": "members"});
        assert_eq!(told(share(32, 40)), "32–39 of 40–47 members");
        assert_eq!(told(share(0, 8)), "fewer than 8 of 8–15 members");
        assert_eq!(told(share(0, 0)), "fewer than 8 of fewer than 8 members");
        assert_eq!(told(json!({"type": "number", "value": 0})), "fewer than 8");
        assert_eq!(
            told(json!({"type": "parts", "parts": {"query": 8}})),
            "8–15 query"
        );
        assert_eq!(
            told(json!({"type": "parts", "parts": {}})),
            "fewer than 8 of each"
        );
        let open = json!({"type": "oldest", "open": [{"since": "2026-01-02T00:00:00.000Z"}]});
        assert_eq!(figure(&open), "1 open, oldest since 2026-01-02 00:00");
    }
}
