//! The figures of the stories are those worked by hand, and every answer fits its schema.

use std::fs;
use std::path::Path;

use hearth_protocol::framework::Section;
use hearth_stories::expected::Asked;
use hearth_stories::told::stories;
use serde_json::Value;

#[test]
fn every_story_has_the_figures_worked_by_hand() {
    let mut wrong = Vec::new();
    let stories = stories();
    assert!(!stories.is_empty());
    for (file, told) in &stories {
        let asked = Asked::of(told);
        for ask in &told.asks {
            for complaint in asked.differences(ask) {
                wrong.push(format!("{file}, as of {}, {}: {complaint}", ask.as_of.0, ask.why));
            }
        }
    }
    let wrong_ones = wrong.join("\n");
    assert!(wrong.is_empty(), "{} figures differ:\n{wrong_ones}", wrong.len());
}

/// Every answer to every story fits its schema, and so does every explanation.
#[test]
fn every_answer_fits_the_schema() {
    let (framework, explained) = (schema("framework.schema.json"), schema("explain.schema.json"));
    for (file, told) in &stories() {
        let asked = Asked::of(told);
        for ask in &told.asks {
            let opened = Section::computed().map(|section| (&explained, asked.explanation(ask, section)));
            for (schema, document) in std::iter::once((&framework, asked.answer(ask))).chain(opened) {
                let errors = schema.iter_errors(&document).map(|error| error.to_string());
                let errors: Vec<String> = errors.collect();
                assert!(errors.is_empty(), "{file}: {errors:#?}\n{document:#}");
            }
        }
    }
}

pub(crate) fn schema(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}
