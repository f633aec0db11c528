//! How to check the report.

use super::Findings;
use super::words::{list, short, text};
use hearth_protocol::community::Cut;
use hearth_protocol::id::Id;
use maud::{Markup, html};

/// From what the numbers follow, and how they come out again.
pub(super) fn check(findings: &Findings) -> Markup {
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
                    @for row in findings.at.cut.iter().flat_map(Cut::rows) {
                        tr { th scope="row" { (organisation(findings, row.organisation())) } td { (row.size()) } td { code { (row.root()) } } }
                    }
                }
            }
            p { "Verify the logs and ask again; DIR is the data directory of any node of the community:" }
            pre { code { (commands(findings)) } }
        }
    }
}

fn organisation(findings: &Findings, id: Id) -> String {
    let id = id.to_string();
    let mut organisations = list(&findings.community["organisations"]).iter();
    let found = organisations.find(|organisation| organisation["id"] == id.as_str());
    let name = found.and_then(|found| found["name"].as_str().or(found["slug"].as_str()));
    name.map_or_else(|| short(&id), str::to_owned)
}

/// What prints the same numbers anywhere. An explanation consists of ids, so it is for members.
fn commands(findings: &Findings) -> String {
    let flags = findings.flags();
    let (readers, explain) = if findings.external {
        (" --external", String::new())
    } else {
        ("", format!("\nhearth explain V4{flags} --data DIR"))
    };
    format!("hearth verify --data DIR\nhearth framework{flags}{readers} --data DIR{explain}")
}
