//! What docs/framework.md says of the parameters and indicators is made of their definitions.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use hearth_protocol::framework::{Definition, Dimension, Parameters, Section, Statement};
use serde_json::Value;

/// An indicator names parameters that there are.
#[test]
fn every_indicator_names_its_parameters() {
    let parameters = serde_json::to_value(Parameters::default()).unwrap();
    for definition in Section::computed().flat_map(Section::definitions) {
        for key in definition.parameters {
            let pointer = format!("/{}", key.replace('.', "/"));
            assert!(
                parameters.pointer(&pointer).is_some(),
                "{}: {key}",
                definition.name
            );
        }
    }
}

/// What the program says of itself stands in the document, word for word: its last part is made of the definitions.
/// `HEARTH_BLESS=1` writes it.
#[test]
fn the_document_says_what_the_program_does() {
    const BEGINS: &str = "<!-- from here on made of the definitions -->\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/framework.md");
    let text = fs::read_to_string(&path).unwrap();
    let (own, made) = text.split_once(BEGINS).expect("docs/framework.md has its mark");
    let expected = document();
    if std::env::var_os("HEARTH_BLESS").is_some() {
        fs::write(&path, format!("{own}{BEGINS}{expected}")).unwrap();
    } else {
        assert_eq!(
            made, expected,
            "docs/framework.md is behind the definitions (HEARTH_BLESS=1 writes it)"
        );
    }
}

/// The parameters, the members, and every statement under its heading.
fn document() -> String {
    let mut text = String::new();
    parameters_table(&mut text);
    writeln!(
        text,
        "\n## 3. Members\n\nNo statement by itself, and without rating.\n"
    )
    .unwrap();
    indicators_table(&mut text, Section::Members);
    writeln!(text, "\n## 4. Dimensions and statements").unwrap();
    for dimension in Dimension::ALL {
        writeln!(text, "\n### {}", dimension.title()).unwrap();
        for statement in Statement::ALL.into_iter().filter(|s| s.dimension() == dimension) {
            let section = Section::Statement(statement);
            writeln!(text, "\n**{}** {}\n", statement.id(), statement.words()).unwrap();
            if section.definitions().is_empty() {
                writeln!(text, "Not computed yet.").unwrap();
                continue;
            }
            writeln!(text, "{}\n", section.rated()).unwrap();
            indicators_table(&mut text, section);
            if !section.not_computed().is_empty() {
                writeln!(text, "\nNot computed yet: {}.", section.not_computed().join(", ")).unwrap();
            }
        }
    }
    text
}

fn indicators_table(text: &mut String, section: Section) {
    writeln!(
        text,
        "| indicator | known as | formula | raised by | gamed by | countered by |\n|---|---|---|---|---|---|"
    )
    .unwrap();
    for definition in section.definitions() {
        let Definition {
            name,
            ground,
            formula,
            raised,
            gamed,
            countered,
            ..
        } = definition;
        let ground = serde_json::to_value(ground).unwrap();
        let ground = ground.as_str().unwrap();
        writeln!(
            text,
            "| `{name}` | {ground} | {formula} | {raised} | {gamed} | {countered} |"
        )
        .unwrap();
    }
}

fn parameters_table(text: &mut String) {
    let parameters = Parameters::default();
    writeln!(text, "
Version 1, by its hash `{}`: SHA-256 of `\"hearth/parameters/v1\" ‖ 0x00 ‖` canonical CBOR of the map below, the parameters of a statement in a map of their own under its name. Spans are milliseconds, pairs are [developing, established] in per cent; `few` is [no rating below, at most developing below].

| key | value | of |\n|---|---|---|", parameters.hash()).unwrap();
    for (key, value) in leaves(&serde_json::to_value(&parameters).unwrap()) {
        let definitions = Section::computed().flat_map(Section::definitions);
        let users = definitions.filter(|definition| definition.parameters.contains(&key.as_str()));
        let users: Vec<String> = users.map(|definition| format!("`{}`", definition.name)).collect();
        let value = value.to_string().replace(',', ", ");
        writeln!(text, "| `{key}` | {value} | {} |", users.join(", ")).unwrap();
    }
}

/// The parameters by their keys, those of a statement as in `v4.respond_in`.
fn leaves(parameters: &Value) -> Vec<(String, &Value)> {
    let mut leaves = Vec::new();
    for (key, value) in parameters.as_object().unwrap() {
        match value {
            Value::Object(of) => leaves.extend(of.iter().map(|(own, value)| (format!("{key}.{own}"), value))),
            value => leaves.push((key.clone(), value)),
        }
    }
    leaves
}
