//! The figures as comma-separated values, a row each, for a spreadsheet.

use super::Findings;
use super::findings::sections;
use crate::exit::Failure;
use serde_json::Value;

const HEAD: [&str; 14] = [
    "as_of",
    "cut",
    "statement",
    "rating",
    "indicator",
    "known_as",
    "column",
    "type",
    "numerator",
    "denominator",
    "value",
    "of",
    "pending",
    "step",
];

/// The whole sheet. Where there is a step, numbers are the lower ends of ranges of so many.
pub(super) fn rows(findings: &Findings) -> Result<String, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEAD).map_err(Failure::new)?;
    let framework = &findings.framework;
    for section in sections(framework) {
        for indicator in section["indicators"].as_array().into_iter().flatten() {
            for column in ["signed", "all"] {
                let figure = &indicator[column];
                if figure.is_null() {
                    continue;
                }
                let row = [
                    &framework["as_of"],
                    &framework["cut"],
                    &section["id"],
                    &section["rating"],
                    &indicator["name"],
                    &indicator["ground"],
                    &Value::from(column),
                    &figure["type"],
                    &figure["numerator"],
                    &figure["denominator"],
                    value(figure),
                    &figure["of"],
                    &figure["pending"],
                    &figure["step"],
                ];
                writer.write_record(row.map(cell)).map_err(Failure::new)?;
            }
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Failure::new(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The one number of a figure that is no share; tables and lists as JSON.
fn value(figure: &Value) -> &Value {
    ["value", "parts", "table", "open"]
        .iter()
        .map(|field| &figure[*field])
        .find(|value| !value.is_null())
        .unwrap_or(&Value::Null)
}

/// A text that begins like a formula is none: spreadsheets are told so by a leading apostrophe.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
