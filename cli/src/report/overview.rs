//! At a glance: the seven dimensions, and what has changed since the last report.

use super::Findings;
use super::findings::sections;
use super::words::{anchor, badge, day, list, said, text};
use maud::{Markup, html};
use serde_json::Value;

/// The first part of the page.
pub(super) fn overview(findings: &Findings) -> Markup {
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
