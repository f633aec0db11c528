//! A dimension, its statements, their figures and the evidence of these.

use super::Findings;
use super::findings::sections;
use super::words::{anchor, badge, list, short, text};
use crate::render::figures::{count, figure, spaced, step};
use maud::{Markup, html};
use serde_json::Value;

/// Ids listed under a figure; the rest is counted, and opened by `hearth explain`.
const LISTED: usize = 12;

/// A dimension with its statements.
pub(super) fn dimension(findings: &Findings, dimension: &Value) -> Markup {
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
                (evidence(opened, &id))
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
                        td { (figure(&indicator["signed"])) }
                        td { @if !indicator["all"].is_null() { (figure(&indicator["all"])) } }
                        td { @if let Some(before) = findings.before(section, indicator) { (figure(before)) } }
                        td { (pending(&indicator["signed"])) }
                        td { (left_out(&indicator["signed"])) }
                    }
                }
            }
        }
    }
}

fn pending(figure: &Value) -> String {
    let pending = figure["pending"].as_u64().filter(|number| *number > 0);
    pending.map_or_else(String::new, |number| count(number, step(figure)))
}

fn left_out(figure: &Value) -> String {
    let reasons = figure["excluded"].as_object().into_iter().flatten();
    let said = reasons.filter_map(|(reason, number)| {
        let number = count(number.as_u64()?, step(figure));
        Some(format!("{number} {}", reason.replace('_', " ")))
    });
    said.collect::<Vec<_>>().join(", ")
}

/// What would raise the rating: what raises the figures it follows from.
fn next(opened: &Value) -> Markup {
    let rating = list(&opened["indicators"])
        .iter()
        .filter(|indicator| indicator["rates"] == true);
    let mut raises: Vec<String> = rating.map(|indicator| text(&indicator["raised"])).collect();
    raises.dedup();
    html! {
        @if !raises.is_empty() {
            p { strong { "What to do next: " } (raises.join("; ")) "." }
        }
    }
}

fn evidence(opened: &Value, id: &str) -> Markup {
    html! {
        details {
            summary { "Evidence of " (id) }
            p.small { "All of it: " code { "hearth explain " (id) } " with the options under " a href="#check" { "How to check this" } "." }
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
                                    @for id in ids.iter().take(LISTED) { code title=(text(id)) { (short(&text(id))) } " " }
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
