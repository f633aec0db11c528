//! The page: HTML that carries everything in itself. Ratings are words before they are colours, charts have their numbers
//! beside them, and every figure says by what command it opens.

use super::Findings;
use super::charts::{Chart, Line};
use super::findings::sections;
use crate::render::figures::{figure, rating, spaced};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

const STYLE: &str = include_str!("page.css");
/// Ids listed under a figure; the rest is counted, and opened by `hearth explain`.
const LISTED: usize = 12;
const DAY: u64 = 86_400_000;
const HOUR: u64 = 3_600_000;

/// The whole page.
pub(super) fn render(findings: &Findings) -> String {
    let framework = &findings.framework;
    let name = findings.community["name"]
        .as_str()
        .unwrap_or("Community of practice");
    let as_of = day(&framework["as_of"]);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (name) " – community report, " (as_of) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the report" }
                header { (head(findings, name, &as_of)) }
                nav aria-label="Dimensions" { (contents(framework)) }
                main id="main" {
                    (overview(findings))
                    (course(findings))
                    @for dimension in list(&framework["dimensions"]) { (dimension_part(findings, dimension)) }
                    (check(findings))
                }
            }
        }
    }
    .into_string()
}

fn head(findings: &Findings, name: &str, as_of: &str) -> Markup {
    let framework = &findings.framework;
    let days = framework["window"].as_u64().unwrap_or(0) / DAY;
    html! {
        p.kind { "Community report" }
        h1 { (name) }
        p { "As of " strong { (as_of) } ", over " (days) " days where nothing else is said." }
        @if framework["clock"] == "simulated" {
            p.notice { strong { "Simulated: " } "this community runs on a made-up clock." }
        }
        @if findings.external {
            p.notice { "For readers outside the community: counts of one to seven people, and of all but so few, are left out. Whoever reads the log itself can count them." }
        }
        @if framework["own_window"] == true { p.notice { "A window of one's own was asked for, so nothing is rated." } }
    }
}

fn contents(framework: &Value) -> Markup {
    html! {
        ul {
            @for dimension in list(&framework["dimensions"]) {
                li { a href=(format!("#{}", anchor(&dimension["title"]))) { (text(&dimension["title"])) } }
            }
            li { a href="#check" { "How to check this" } }
        }
    }
}

fn overview(findings: &Findings) -> Markup {
    let framework = &findings.framework;
    let changed = findings.changed();
    html! {
        section {
            h2 { "At a glance" }
            p { "Seven dimensions, no overall score. A dimension is rated once enough of its statements are." }
            table {
                thead { tr { th scope="col" { "Dimension" } th scope="col" { "Rating" } th scope="col" { "Statements" } } }
                tbody {
                    @for dimension in list(&framework["dimensions"]) {
                        tr {
                            th scope="row" { a href=(format!("#{}", anchor(&dimension["title"]))) { (text(&dimension["title"])) } }
                            td { (badge(&dimension["rating"])) }
                            td { (statements_of(framework, dimension)) }
                        }
                    }
                }
            }
            h3 { "Since the last report" }
            @match &findings.last {
                None => p { "This is the first report made here, so there is none to hold it against." },
                Some(last) if changed.is_empty() => p { "No rating has changed since " (day(&Value::from(last.as_of.as_str()))) "." },
                Some(last) => {
                    p { "Changed since " (day(&Value::from(last.as_of.as_str()))) ":" }
                    ul {
                        @for change in &changed {
                            li { strong { (text(&change["id"])) } ": " (said(&change["before"])) " → " (said(&change["now"])) }
                        }
                    }
                }
            }
        }
    }
}

fn statements_of(framework: &Value, dimension: &Value) -> Markup {
    html! {
        @for id in list(&dimension["computed"]) {
            @if let Some(section) = sections(framework).find(|section| &section["id"] == id) {
                span.small { (text(id)) " " (said(&section["rating"])) } " "
            }
        }
        @for id in list(&dimension["not_computed"]) { span.small { (text(id)) " not computed" } " " }
    }
}

fn dimension_part(findings: &Findings, dimension: &Value) -> Markup {
    let framework = &findings.framework;
    html! {
        section id=(anchor(&dimension["title"])) {
            h2 { (text(&dimension["title"])) " " (badge(&dimension["rating"])) }
            @for id in list(&dimension["computed"]) {
                @if let Some(section) = sections(framework).find(|section| &section["id"] == id) {
                    (statement(findings, section))
                }
            }
            @for id in list(&dimension["not_computed"]) {
                article { h3 { (text(id)) } p.small { "This version does not compute it." } }
            }
        }
    }
}

fn statement(findings: &Findings, section: &Value) -> Markup {
    let id = text(&section["id"]);
    let opened = findings.opened(&section["id"]);
    html! {
        article id=(format!("statement-{id}")) {
            h3 { (id) " " (badge(&section["rating"])) }
            blockquote { (text(&section["statement"])) }
            (figures(findings, section))
            @for missing in list(&section["not_computed"]) { p.small { "Not computed: " (text(missing)) "." } }
            @if let Some(opened) = opened {
                @if let Some(rated) = opened["rated"].as_str() { p.small { (rated) } }
                @if section["rating"] != "established" { (next(opened)) }
                (evidence(opened, &id, &findings.framework))
            }
        }
    }
}

fn figures(findings: &Findings, section: &Value) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th scope="col" { "Figure" } th scope="col" { "Known as" } th scope="col" { "Signed" }
                    th scope="col" { "With imports" } th scope="col" { "Last report" } th scope="col" { "Pending" } th scope="col" { "Left out" }
                }
            }
            tbody {
                @for indicator in list(&section["indicators"]) {
                    tr {
                        th scope="row" { (spaced(&indicator["name"])) }
                        td { (text(&indicator["ground"])) }
                        td { (findings.told(&indicator["signed"])) }
                        td { @if !indicator["all"].is_null() { (findings.told(&indicator["all"])) } }
                        td { @if let Some(before) = findings.before(section, indicator) { (findings.told(before)) } }
                        td { (indicator["signed"]["pending"].as_u64().filter(|n| *n > 0).map(|n| n.to_string()).unwrap_or_default()) }
                        td { (left_out(&indicator["signed"]["excluded"])) }
                    }
                }
            }
        }
    }
}

fn left_out(excluded: &Value) -> String {
    let reasons = excluded.as_object().into_iter().flatten();
    let said: Vec<String> = reasons
        .map(|(reason, count)| format!("{count} {}", reason.replace('_', " ")))
        .collect();
    said.join(", ")
}

/// What would raise the rating, of the figures it is made of.
fn next(opened: &Value) -> Markup {
    let rated = opened["rated"].as_str().unwrap_or_default();
    let named = |indicator: &&Value| {
        let name = text(&indicator["name"]);
        rated.contains(&format!("`{name}`"))
    };
    let raises: Vec<String> = list(&opened["indicators"])
        .iter()
        .filter(named)
        .map(|i| text(&i["raised"]))
        .collect();
    html! {
        @if !raises.is_empty() {
            p { strong { "What to do next: " } (raises.join("; ")) "." }
        }
    }
}

fn evidence(opened: &Value, id: &str, framework: &Value) -> Markup {
    html! {
        details {
            summary { "Evidence of " (id) }
            p.small { "All of it: " code { "hearth explain " (id) " --as-of " (text(&framework["as_of"])) } }
            dl {
                @for indicator in list(&opened["indicators"]) {
                    dt { (spaced(&indicator["name"])) }
                    dd {
                        p.small { (text(&indicator["formula"])) }
                        @for field in ["counted", "uncounted", "pending"] {
                            @let ids = list(&indicator["signed"][field]);
                            @if !ids.is_empty() {
                                p.ids {
                                    (field) " (" (ids.len()) "): "
                                    @for id in ids.iter().take(LISTED) { code title=(text(id)) { (short(id)) } " " }
                                    @if ids.len() > LISTED { "… and " (ids.len() - LISTED) " more" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Findings {
    /// A figure in words; without ids for outsiders.
    fn told(&self, value: &Value) -> String {
        match value["open"].as_array() {
            Some(open) if self.external => format!("{} open", open.len()),
            _ => figure(value),
        }
    }
}

/// The four pictures.
fn course(findings: &Findings) -> Markup {
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

fn indicator<'a>(framework: &'a Value, section: &str, name: &str) -> Option<&'a Value> {
    let section = sections(framework).find(|found| found["id"] == section)?;
    list(&section["indicators"])
        .iter()
        .find(|found| found["name"] == name)
}

/// How many questions still wait after so long.
fn survival(findings: &Findings) -> Markup {
    const WEEKS: u64 = 14 * DAY;
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
        if after <= WEEKS {
            points.push((after / HOUR, Some(waiting.div_ceil(10))));
        }
    }
    let last = points.last().and_then(|(_, left)| *left).unwrap_or(100);
    points.push((WEEKS / HOUR, Some(last)));
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
        most: (WEEKS / HOUR, 100),
        band: None,
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

/// A series out of the trend: oldest first, none where it is left out.
fn series(findings: &Findings, section: &str, name: &str, field: &str) -> Vec<(String, Option<u64>)> {
    let points = list(&findings.trend).iter().rev();
    points
        .map(|point| {
            let found = indicator(point, section, name);
            (
                day(&point["as_of"]),
                found.and_then(|found| found["signed"][field].as_u64()),
            )
        })
        .collect()
}

fn month_marks(series: &[(String, Option<u64>)]) -> Vec<(u64, String)> {
    let every = (series.len() / 6).max(1);
    let marks = (0_u64..).zip(series).step_by(every);
    marks
        .map(|(place, (day, _))| (place, day.chars().skip(2).take(5).collect()))
        .collect()
}

fn line<'a>(name: &'a str, series: &[(String, Option<u64>)]) -> Line<'a> {
    let points = (0_u64..).zip(series).map(|(place, (_, value))| (place, *value));
    Line {
        name,
        points: points.collect(),
        steps: false,
    }
}

fn highest(all: &[&[(String, Option<u64>)]]) -> u64 {
    let values = all
        .iter()
        .flat_map(|series| series.iter())
        .filter_map(|(_, value)| *value);
    values.max().unwrap_or(0).max(4).next_multiple_of(4)
}

fn contributors(findings: &Findings) -> Markup {
    let active = series(findings, "V3", "contributors", "numerator");
    let members = series(findings, "members", "members", "value");
    let chart = Chart {
        id: "contributors",
        title: "Members, and how many of them contributed in the 90 days before",
        told: told(&active, "contributors"),
        most: (
            (active.len() as u64).saturating_sub(1),
            highest(&[&active, &members]),
        ),
        marks: month_marks(&active),
        lines: vec![line("contributors", &active), line("members", &members)],
        band: None,
        unit: "",
    };
    html! {
        figure {
            figcaption { "Contributors over time" }
            (chart.render())
            (numbers(&["as of", "contributors", "members"], active.iter().zip(&members).map(|((day, active), (_, members))| {
                vec![day.clone(), shown(*active), shown(*members)]
            }).collect()))
        }
    }
}

fn membership(findings: &Findings) -> Markup {
    let members = series(findings, "members", "members", "value");
    let chart = Chart {
        id: "membership",
        title: "Members, month by month",
        told: told(&members, "members"),
        most: ((members.len() as u64).saturating_sub(1), highest(&[&members])),
        marks: month_marks(&members),
        lines: vec![line("members", &members)],
        band: None,
        unit: "",
    };
    html! {
        figure {
            figcaption { "Membership" }
            (chart.render())
            (numbers(&["as of", "members"], members.iter().map(|(day, members)| vec![day.clone(), shown(*members)]).collect()))
        }
    }
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
    let count = |from: &str, to: &str| {
        let found = ties.iter().find(|tie| tie["from"] == from && tie["to"] == to);
        found.and_then(|tie| tie["responses"].as_u64()).unwrap_or(0)
    };
    let most = ties
        .iter()
        .filter_map(|tie| tie["responses"].as_u64())
        .max()
        .unwrap_or(1);
    html! {
        figure {
            figcaption { "Who responds to whose questions, over a year" }
            @if ties.is_empty() {
                p.small { "Nobody has responded to anybody yet." }
            } @else {
                table.ties {
                    thead { tr { th scope="col" { "responses of … to" } @for to in &names { th scope="col" { (to) } } } }
                    tbody {
                        @for from in &names {
                            tr {
                                th scope="row" { (from) }
                                @for to in &names {
                                    @let responses = count(from, to);
                                    td.own[from == to] style=(format!("--share:{}%", responses * 60 / most)) { (responses) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn check(findings: &Findings) -> Markup {
    let framework = &findings.framework;
    html! {
        section id="check" {
            h2 { "How to check this" }
            p { "Every number above follows from the entries of this cut, the ruleset and the parameters, and comes out the same on every machine. Nobody has to be trusted for it, the makers of this report included." }
            dl {
                dt { "Community" } dd { code { (text(&framework["community"])) } }
                dt { "Cut" } dd { code { (text(&framework["cut"])) } }
                dt { "As of" } dd { code { (text(&framework["as_of"])) } }
                dt { "Ruleset and parameters" } dd { (framework["ruleset"].to_string()) ", " code { (text(&framework["parameters"])) } }
            }
            table {
                thead { tr { th scope="col" { "Organisation" } th scope="col" { "Entries" } th scope="col" { "Root of its log" } } }
                tbody {
                    @for row in list(&findings.cut) {
                        tr { th scope="row" { (organisation(findings, &row[0])) } td { (row[1].to_string()) } td { code { (text(&row[2])) } } }
                    }
                }
            }
            p { "Verify the logs and ask again:" }
            pre { code {
                "hearth verify --data DIR\n"
                "hearth framework --as-of " (text(&framework["as_of"])) " --data DIR\n"
                "hearth explain V4 --as-of " (text(&framework["as_of"])) " --data DIR"
            } }
        }
    }
}

fn organisation(findings: &Findings, id: &Value) -> String {
    let organisations = list(&findings.community["organisations"]);
    let found = organisations
        .iter()
        .find(|organisation| &organisation["id"] == id);
    found.map_or_else(
        || short(id),
        |found| {
            found["name"]
                .as_str()
                .or(found["slug"].as_str())
                .unwrap_or_default()
                .to_owned()
        },
    )
}

/// The numbers of a chart, for who cannot or would not look.
fn numbers(head: &[&str], rows: Vec<Vec<String>>) -> Markup {
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

fn told(series: &[(String, Option<u64>)], what: &str) -> String {
    let shown = |point: Option<&(String, Option<u64>)>| match point {
        Some((day, Some(value))) => format!("{value} on {day}"),
        Some((day, None)) => format!("left out on {day}"),
        None => "nothing".to_owned(),
    };
    format!(
        "{what}: from {} to {}.",
        shown(series.first()),
        shown(series.last())
    )
}

fn shown(value: Option<u64>) -> String {
    value.map_or_else(|| "left out".to_owned(), |value| value.to_string())
}

/// A rating in words, with as many full marks as its grade.
fn badge(value: &Value) -> Markup {
    let marks = match value.as_str() {
        Some("established") => "●●●",
        Some("developing") => "●●○",
        Some("emerging") => "●○○",
        Some("none") => "○○○",
        _ => "",
    };
    let class = format!("badge {}", value.as_str().unwrap_or("unrated"));
    html! { span class=(class) { @if !marks.is_empty() { span aria-hidden="true" { (marks) " " } } (said(value)) } }
}

fn said(value: &Value) -> String {
    if value.is_null() {
        "not rated".to_owned()
    } else {
        rating(value)
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn short(value: &Value) -> String {
    text(value).chars().take(12).collect()
}

/// The day of an instant.
fn day(value: &Value) -> String {
    text(value).chars().take(10).collect()
}

fn anchor(title: &Value) -> String {
    text(title).to_lowercase().replace(' ', "-")
}
