//! What a verification found, log by log.

use crate::exit::Exit;
use crate::reply::Reply;
use hearth_protocol::audit::Finding;
use hearth_protocol::community::VoidReason;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Void entries named in the text; `--json` has all.
const SHOWN: usize = 10;

/// The verification of everything that was to be verified.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) logs: Vec<LogReport>,
    /// What is wrong with files beside the logs.
    pub(crate) findings: Vec<Finding>,
}

/// The verification of one log.
#[derive(Debug, Default)]
pub(crate) struct LogReport {
    /// Origin, or what is known instead.
    pub(crate) name: String,
    /// On whose word the log's keys are believed.
    pub(crate) trust: String,
    /// Entries read.
    pub(crate) entries: u64,
    /// The size signed for.
    pub(crate) signed: Option<u64>,
    pub(crate) cosigned_by: BTreeSet<String>,
    /// Cosignatures that could not be checked, since their keys are not known.
    pub(crate) unchecked: BTreeSet<String>,
    /// Entries that count for nothing. Not a fault of the log.
    pub(crate) void: Vec<(u64, VoidReason)>,
    pub(crate) bodies: Bodies,
    /// What is worth knowing and no fault.
    pub(crate) notes: Vec<String>,
    /// What was not looked at, and why.
    pub(crate) not_checked: Vec<String>,
    pub(crate) findings: Vec<Finding>,
}

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Bodies {
    pub(crate) whole: u64,
    pub(crate) erased: u64,
    pub(crate) withheld: u64,
}

impl Report {
    fn is_sound(&self) -> bool {
        self.findings.is_empty() && self.logs.iter().all(|log| log.findings.is_empty())
    }

    /// Everything that is wrong, in words.
    pub(super) fn faults(&self) -> Vec<String> {
        let of_logs = self.logs.iter().flat_map(|log| {
            log.findings
                .iter()
                .map(|finding| format!("{}: {finding}", log.name))
        });
        of_logs
            .chain(self.findings.iter().map(ToString::to_string))
            .collect()
    }

    /// The reply, whose exit code is 0 only if everything is well.
    pub(crate) fn into_reply(self) -> Reply {
        let sound = self.is_sound();
        let logs: Vec<Value> = self.logs.iter().map(LogReport::to_json).collect();
        let json = json!({ "sound": sound, "logs": logs, "findings": as_json(&self.findings) });
        let mut lines: Vec<String> = self.logs.iter().map(LogReport::to_text).collect();
        lines.extend(self.findings.iter().map(|finding| format!("WRONG  {finding}")));
        lines.push(if sound {
            "All is well.".to_owned()
        } else {
            "NOT SOUND.".to_owned()
        });
        Reply::done(json, lines.join("\n")).ending(if sound { Exit::Done } else { Exit::Unsound })
    }
}

impl LogReport {
    fn to_json(&self) -> Value {
        let void: Vec<Value> = self
            .void
            .iter()
            .map(|(index, reason)| json!({ "index": index, "reason": reason }))
            .collect();
        json!({
            "log": self.name,
            "trust": self.trust,
            "entries": self.entries,
            "signed": self.signed,
            "cosigned_by": self.cosigned_by,
            "cosignatures_not_checked": self.unchecked,
            "void": void,
            "bodies": { "whole": self.bodies.whole, "erased": self.bodies.erased, "withheld": self.bodies.withheld },
            "notes": self.notes,
            "not_checked": self.not_checked,
            "findings": as_json(&self.findings),
        })
    }

    fn to_text(&self) -> String {
        let signed = self
            .signed
            .map_or("nothing signed".to_owned(), |size| format!("signed for {size}"));
        let mut lines = vec![
            format!(
                "{}: {}, {signed}, {}",
                self.name,
                counted(self.entries, "entry", "entries"),
                counted(self.cosigned_by.len() as u64, "cosignature", "cosignatures")
            ),
            format!("       trust: {}", self.trust),
        ];
        let Bodies {
            whole,
            erased,
            withheld,
        } = self.bodies;
        if whole + erased + withheld > 0 {
            lines.push(format!(
                "       bodies: {whole} whole, {erased} erased, {withheld} withheld"
            ));
        }
        if !self.void.is_empty() {
            let named: Vec<String> = self
                .void
                .iter()
                .take(SHOWN)
                .map(|(index, reason)| format!("{index} ({reason})"))
                .collect();
            let more = if self.void.len() > SHOWN { " …" } else { "" };
            lines.push(format!(
                "       void entries, which count for nothing: {}: {}{more}",
                self.void.len(),
                named.join(", ")
            ));
        }
        lines.extend(self.notes.iter().map(|note| format!("       {note}")));
        lines.extend(
            self.unchecked
                .iter()
                .map(|name| format!("       not checked: the cosignature of {name}, whose key is not known (name it with --witness)")),
        );
        lines.extend(
            self.not_checked
                .iter()
                .map(|what| format!("       not checked: {what}")),
        );
        lines.extend(self.findings.iter().map(|finding| format!("WRONG  {finding}")));
        lines.join("\n")
    }
}

fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn as_json(findings: &[Finding]) -> Vec<Value> {
    let finding =
        |finding: &Finding| json!({ "place": finding.place.to_string(), "fault": finding.fault.to_string() });
    findings.iter().map(finding).collect()
}
