//! A number that was taken month by month, out of the trend.

use super::Findings;
use super::charts::Line;
use super::findings::sections;
use super::words::{day, list};
use crate::render::figures::{count, step};
use hearth_protocol::time::Timestamp;
use serde_json::Value;

/// The same indicator at several instants, the oldest first.
pub(super) struct Series {
    pub(super) points: Vec<Point>,
    /// The size of the ranges its numbers are told in; none where they are exact.
    pub(super) step: Option<u64>,
}

pub(super) struct Point {
    pub(super) at: Timestamp,
    /// As it is written.
    pub(super) day: String,
    /// The lower end of its range, where it is told as one.
    pub(super) number: Option<u64>,
}

impl Series {
    /// One field of one indicator.
    pub(super) fn of(findings: &Findings, section: &str, name: &str, field: &str) -> Series {
        let mut series = Series {
            points: Vec::new(),
            step: None,
        };
        for answer in list(&findings.trend).iter().rev() {
            let found = indicator(answer, section, name).map(|found| &found["signed"]);
            let at: Option<Timestamp> = answer["as_of"].as_str().and_then(|at| at.parse().ok());
            series.step = series.step.or_else(|| found.and_then(step));
            series.points.extend(at.map(|at| Point {
                at,
                day: day(&answer["as_of"]),
                number: found.and_then(|found| found[field].as_u64()),
            }));
        }
        series
    }

    /// Days from the first instant to another; zero for what lies before it.
    pub(super) fn place(&self, at: Timestamp) -> u64 {
        self.points
            .first()
            .map_or(0, |first| at.day().saturating_sub(first.at.day()))
    }

    /// The place of the last instant.
    pub(super) fn length(&self) -> u64 {
        self.points.last().map_or(0, |last| self.place(last.at))
    }

    pub(super) fn line<'a>(&self, name: &'a str) -> Line<'a> {
        let points = self.points.iter();
        Line {
            name,
            points: points.map(|point| (self.place(point.at), point.number)).collect(),
            steps: false,
        }
    }

    /// Months below the axis, at most seven.
    pub(super) fn marks(&self) -> Vec<(u64, String)> {
        let marks = self.points.iter().step_by((self.points.len() / 6).max(1));
        marks
            .map(|point| {
                let month = point.day.chars().skip(2).take(5).collect();
                (self.place(point.at), month)
            })
            .collect()
    }

    pub(super) fn highest(&self) -> u64 {
        let numbers = self.points.iter().filter_map(|point| point.number);
        numbers.max().unwrap_or(0)
    }

    /// A number of it in words.
    pub(super) fn said(&self, number: Option<u64>) -> String {
        number.map_or_else(|| "unknown".to_owned(), |number| count(number, self.step))
    }

    /// From where to where it went.
    pub(super) fn told(&self, what: &str) -> String {
        let said = |point: Option<&Point>| {
            point.map_or_else(
                || "nothing".to_owned(),
                |point| format!("{} on {}", self.said(point.number), point.day),
            )
        };
        format!(
            "{what}: from {} to {}.",
            said(self.points.first()),
            said(self.points.last())
        )
    }
}

/// An indicator of an answer.
pub(super) fn indicator<'a>(framework: &'a Value, section: &str, name: &str) -> Option<&'a Value> {
    let section = sections(framework).find(|found| found["id"] == section)?;
    list(&section["indicators"])
        .iter()
        .find(|found| found["name"] == name)
}
