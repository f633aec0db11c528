//! The page: HTML that carries everything in itself. Ratings are words before they are colours, charts have their numbers
//! beside them, and every figure says by what command it opens.

use super::Findings;
use super::check::check;
use super::course::course;
use super::overview::overview;
use super::statement::dimension;
use super::words::{anchor, day, list, text};
use crate::render::figures::OUTSIDE;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

const STYLE: &str = include_str!("page.css");
const DAY: u64 = 86_400_000;

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
                    @for part in list(&framework["dimensions"]) { (dimension(findings, part)) }
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
            p.notice { (OUTSIDE) }
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
