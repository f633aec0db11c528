//! Words and marks that every part of the page uses.

use crate::render::figures::rating;
use maud::{Markup, html};
use serde_json::Value;

/// A rating in words, with as many full marks as its grade.
pub(super) fn badge(value: &Value) -> Markup {
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

pub(super) fn said(value: &Value) -> String {
    if value.is_null() {
        "not rated".to_owned()
    } else {
        rating(value)
    }
}

pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub(super) fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

/// The day of an instant.
pub(super) fn day(value: &Value) -> String {
    text(value).chars().take(10).collect()
}

pub(super) fn anchor(title: &Value) -> String {
    text(title).to_lowercase().replace(' ', "-")
}
