//! The membership month by month, against the bands it was to grow within.

use super::Findings;
use super::charts::{Band, Chart};
use super::course::{height, numbers};
use super::series::Series;
use super::words::{list, text};
use crate::render::figures::count;
use hearth_protocol::time::Timestamp;
use maud::{Markup, html};
use serde_json::Value;

/// The picture with its numbers.
pub(super) fn membership(findings: &Findings) -> Markup {
    let members = Series::of(findings, "members", "members", "value");
    let targets: Vec<Target> = list(&findings.bands["bands"])
        .iter()
        .filter_map(|band| Target::of(band, findings.bands["step"].as_u64()))
        .filter(|target| {
            members
                .points
                .first()
                .is_some_and(|first| first.at < target.until)
        })
        .collect();
    let bands: Vec<Band> = targets
        .iter()
        .filter_map(|target| target.band(&members))
        .collect();
    let top = bands
        .iter()
        .flat_map(|band| band.ends.map(|(_, _, high)| high))
        .max();
    let expected: Vec<String> = targets.iter().map(Target::told).collect();
    let chart = Chart {
        id: "membership",
        title: "Members, month by month, and the band they were to grow within",
        told: format!("{} {}", members.told("members"), expected.join(" ")),
        most: (members.length(), height(members.highest().max(top.unwrap_or(0)))),
        marks: members.marks(),
        lines: vec![members.line("members")],
        bands,
        unit: "",
    };
    html! {
        figure {
            figcaption { "Membership" }
            (chart.render())
            @if targets.is_empty() {
                p.small { "No band is in force that the membership is held against (S1)." }
            } @else {
                p.small { "Shaded: from the members at the beginning of the period to what was expected at its end." }
            }
            (numbers(&["as of", "members"], members.points.iter().map(|point| {
                vec![point.day.clone(), members.said(point.number)]
            }).collect()))
            @if !targets.is_empty() {
                (numbers(&["period", "members then", "to grow by"], targets.iter().map(Target::row).collect()))
            }
        }
    }
}

/// By how much the membership was to grow.
struct Target {
    from: Timestamp,
    until: Timestamp,
    period: String,
    members: u64,
    step: Option<u64>,
    low: i64,
    high: i64,
}

impl Target {
    fn of(band: &Value, step: Option<u64>) -> Option<Target> {
        let days = ["from", "until"].map(|field| text(&band[field]).chars().take(10).collect::<String>());
        Some(Target {
            from: band["from"].as_str()?.parse().ok()?,
            until: band["until"].as_str()?.parse().ok()?,
            period: days.join(" to "),
            members: band["members"].as_u64()?,
            step,
            low: band["low"].as_i64()?,
            high: band["high"].as_i64()?,
        })
    }

    /// As far as it lies within the picture.
    fn band(&self, members: &Series) -> Option<Band> {
        let (first, last) = (members.points.first()?.at, members.points.last()?.at);
        let end = |at: Timestamp| {
            (
                members.place(at),
                self.expected(at, self.low),
                self.expected(at, self.high),
            )
        };
        let (from, until) = (self.from.max(first), self.until.min(last));
        (from < until).then(|| Band {
            ends: [end(from), end(until)],
        })
    }

    /// How many members there would be at an instant of the period if they grew evenly by so many.
    fn expected(&self, at: Timestamp, growth: i64) -> u64 {
        let gone = i128::from(at.since(self.from).as_millis());
        let whole = i128::from(self.until.since(self.from).as_millis()).max(1);
        let expected = i128::from(self.members) + i128::from(growth) * gone / whole;
        u64::try_from(expected.max(0)).unwrap_or(u64::MAX)
    }

    fn told(&self) -> String {
        let [_, members, growth] = self.said();
        format!(
            "Over {}: {members} members at its beginning, to grow by {growth}.",
            self.period
        )
    }

    fn row(&self) -> Vec<String> {
        self.said().into()
    }

    fn said(&self) -> [String; 3] {
        [
            self.period.clone(),
            count(self.members, self.step),
            format!("{} to {}", self.low, self.high),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::series::Point;
    use super::*;
    use hearth_node::queries::At;
    use serde_json::json;

    fn at(day: &str) -> Timestamp {
        day.parse().unwrap()
    }

    fn target(from: &str, until: &str) -> Target {
        let band = json!({ "from": format!("{from}T00:00:00.000Z"), "until": format!("{until}T00:00:00.000Z"),
            "members": 40, "low": -10, "high": 20 });
        Target::of(&band, None).unwrap()
    }

    fn members(days: &[&str]) -> Series {
        let points = days.iter().map(|day| Point {
            at: at(day),
            day: (*day).to_owned(),
            number: Some(40),
        });
        Series {
            points: points.collect(),
            step: None,
        }
    }

    #[test]
    fn a_band_opens_evenly_from_the_members_at_its_beginning() {
        let year = members(&["2026-01-01", "2026-01-11", "2026-01-21"]);
        let ends = |from: &str, until: &str| target(from, until).band(&year).map(|band| band.ends);
        assert_eq!(
            ends("2026-01-01", "2026-01-21"),
            Some([(0, 40, 40), (20, 30, 60)]),
            "the whole picture"
        );
        assert_eq!(
            ends("2026-01-11", "2026-01-31"),
            Some([(10, 40, 40), (20, 35, 50)]),
            "half of it is yet to come"
        );
        assert_eq!(
            ends("2025-12-22", "2026-01-11"),
            Some([(0, 35, 50), (10, 30, 60)]),
            "it had begun before"
        );
        assert_eq!(ends("2025-11-01", "2025-12-01"), None);
    }

    fn findings(bands: Value) -> Findings {
        let point = |as_of: &str| {
            let members = json!({ "name": "members", "signed": { "type": "number", "value": 40 } });
            json!({ "as_of": format!("{as_of}T00:00:00.000Z"), "statements": [{ "id": "members", "indicators": [members] }] })
        };
        Findings {
            framework: Value::Null,
            last: None,
            trend: json!([point("2026-01-21"), point("2026-01-11"), point("2026-01-01")]),
            ties: Value::Null,
            bands,
            opened: Vec::new(),
            community: Value::Null,
            external: false,
            at: At::default(),
        }
    }

    #[test]
    fn the_picture_shows_the_band_that_is_in_force_and_its_numbers() {
        let band = json!({ "from": "2026-01-11T00:00:00.000Z", "until": "2026-01-31T00:00:00.000Z", "members": 40, "low": 2, "high": 8 });
        let page = membership(&findings(json!({ "step": null, "bands": [band] }))).into_string();
        for part in [
            "<polygon class=\"band\"",
            "40 members at its beginning, to grow by 2 to 8.",
            "<td>2026-01-11 to 2026-01-31</td><td>40</td><td>2 to 8</td>",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        let band = json!({ "from": "2025-01-11T00:00:00.000Z", "until": "2025-12-31T00:00:00.000Z", "members": 8, "low": 2, "high": 8 });
        for none in [json!([]), json!([band])] {
            let page = membership(&findings(json!({ "step": 8, "bands": none }))).into_string();
            assert!(
                !page.contains("<polygon") && page.contains("No band is in force"),
                "{page}"
            );
        }
    }

    #[test]
    fn no_membership_is_below_nobody() {
        let shrinking = Target {
            low: -100,
            ..target("2026-01-01", "2026-01-21")
        };
        assert_eq!(shrinking.expected(at("2026-01-21"), shrinking.low), 0);
        assert_eq!(
            shrinking.told(),
            "Over 2026-01-01 to 2026-01-21: 40 members at its beginning, to grow by -100 to 20."
        );
    }
}
