//! The four pictures: how long questions wait, who contributes, who belongs, who responds to whom.

use super::Findings;
use super::charts::{Chart, Line};
use super::membership::membership;
use super::series::{Series, indicator};
use super::words::{list, text};
use crate::render::figures::count;
use maud::{Markup, html};

const DAY: u64 = 86_400_000;
const HOUR: u64 = 3_600_000;

/// All of them.
pub(super) fn course(findings: &Findings) -> Markup {
    html! {
        section {
            h2 { "In pictures" }
            div.charts {
                (survival(findings))
                (contributors(findings))
                (membership(findings))
                (ties(findings))
            }
        }
    }
}

/// How many questions still wait after so long.
fn survival(findings: &Findings) -> Markup {
    const FORTNIGHT: u64 = 14 * DAY;
    let steps = indicator(&findings.framework, "V4", "response_survival")
        .map(|found| list(&found["signed"]["table"]));
    let Some(steps) = steps.filter(|steps| !steps.is_empty()) else {
        return html! { figure { figcaption { "Time to a first response" } p.small { "No question has been answered in the window." } } };
    };
    // Kaplan–Meier in thousandths, rounded down at each step; the table beside it holds the exact counts.
    let mut waiting = 1000_u64;
    let mut points = vec![(0, Some(100))];
    for step in steps {
        let [after, at_risk, answered] = [0, 1, 2].map(|place| step[place].as_u64().unwrap_or(0));
        waiting = waiting * (at_risk.saturating_sub(answered)) / at_risk.max(1);
        if after <= FORTNIGHT {
            points.push((after / HOUR, Some(waiting.div_ceil(10))));
        }
    }
    let last = points.last().and_then(|(_, left)| *left).unwrap_or(100);
    points.push((FORTNIGHT / HOUR, Some(last)));
    let chart = Chart {
        id: "survival",
        title: "Questions still without a response, by time since they were asked",
        told: format!(
            "{} steps; after 14 days {last} % of the questions still wait. Open questions count as long as they were watched.",
            steps.len()
        ),
        lines: vec![Line {
            name: "waiting",
            points,
            steps: true,
        }],
        marks: [0, 1, 3, 7, 14]
            .map(|days| (days * 24, format!("{days} d")))
            .into(),
        most: (FORTNIGHT / HOUR, 100),
        bands: Vec::new(),
        unit: " %",
    };
    html! {
        figure {
            figcaption { "Time to a first response" }
            (chart.render())
            (numbers(&["after", "still watched", "answered then"], steps.iter().map(|step| {
                let hours = step[0].as_u64().unwrap_or(0) / HOUR;
                vec![format!("{hours} h"), step[1].to_string(), step[2].to_string()]
            }).collect()))
        }
    }
}

fn contributors(findings: &Findings) -> Markup {
    let active = Series::of(findings, "V3", "contributors", "numerator");
    let members = Series::of(findings, "members", "members", "value");
    let days = findings.framework["window"].as_u64().unwrap_or(0) / DAY;
    let title = format!("Members, and how many of them contributed in the {days} days before");
    let chart = Chart {
        id: "contributors",
        title: &title,
        told: format!("{} {}", active.told("contributors"), members.told("members")),
        most: (active.length(), height(active.highest().max(members.highest()))),
        marks: active.marks(),
        lines: vec![active.line("contributors"), members.line("members")],
        bands: Vec::new(),
        unit: "",
    };
    let rows = active.points.iter().zip(&members.points).map(|(point, all)| {
        vec![
            point.day.clone(),
            active.said(point.number),
            members.said(all.number),
        ]
    });
    html! {
        figure {
            figcaption { "Contributors over time" }
            (chart.render())
            (numbers(&["as of", "contributors", "members"], rows.collect()))
        }
    }
}

/// The height of a chart that shows so many: with a middle that is a whole number.
pub(super) fn height(most: u64) -> u64 {
    most.max(4).next_multiple_of(4)
}

/// Who responds to whom, as a table: it is read as well as seen.
fn ties(findings: &Findings) -> Markup {
    let ties = list(&findings.ties["ties"]);
    let mut names: Vec<String> = ties
        .iter()
        .flat_map(|tie| [text(&tie["from"]), text(&tie["to"])])
        .collect();
    names.sort();
    names.dedup();
    let responses = |from: &str, to: &str| {
        let found = ties.iter().find(|tie| tie["from"] == from && tie["to"] == to);
        found.and_then(|tie| tie["responses"].as_u64()).unwrap_or(0)
    };
    let most = ties
        .iter()
        .filter_map(|tie| tie["responses"].as_u64())
        .max()
        .unwrap_or(1);
    let step = findings.ties["step"].as_u64();
    let days = findings.ties["window"].as_u64().unwrap_or(0) / DAY;
    html! {
        figure {
            figcaption { "Who responds to whose questions, over " (days) " days" }
            @if ties.is_empty() {
                p.small { (count(0, step)) " responses between any two." }
            } @else {
                table.ties {
                    thead { tr { th scope="col" { "responses of … to" } @for to in &names { th scope="col" { (to) } } } }
                    tbody {
                        @for from in &names {
                            tr {
                                th scope="row" { (from) }
                                @for to in &names {
                                    @let responses = responses(from, to);
                                    td.own[from == to] style=(format!("--share:{}%", responses * 60 / most)) { (count(responses, step)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The numbers of a chart, for who cannot or would not look.
pub(super) fn numbers(head: &[&str], rows: Vec<Vec<String>>) -> Markup {
    html! {
        details {
            summary { "The numbers" }
            table {
                thead { tr { @for name in head { th scope="col" { (name) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}
