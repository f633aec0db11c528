//! What was agreed in the stories of tests/vectors/figures, recomputed by the program in tests/independent, which was
//! written from the documents alone.

use crate::figures::{Told, folder, tell};
use crate::independent::reader;
use hearth_protocol::framework::compute;
use hearth_protocol::time::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

#[test]
fn what_was_agreed_is_the_same_by_an_independent_program() {
    let Some(script) = reader("stories.py") else {
        return;
    };
    let mut dump: Vec<Value> = Vec::new();
    for file in fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if ["p1-", "p2-", "p3-", "g1-"]
            .iter()
            .any(|begins| name.starts_with(begins))
        {
            let told = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
            dump.extend(answers(&name, &told));
        }
    }
    assert!(dump.len() > 30, "{} answers", dump.len());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump.json");
    fs::write(&file, Value::from(dump).to_string()).unwrap();
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(file)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Each answer that a story asks for, with the logs it is made of.
fn answers(name: &str, told: &Told) -> Vec<Value> {
    let story = tell(told);
    let logs: BTreeMap<String, Vec<String>> = (0..story.organisations())
        .map(|number| {
            let entries = story.entries(number).iter().map(hex::encode).collect();
            (story.home(number).organisation.to_string(), entries)
        })
        .collect();
    let answer = |ask: &crate::figures::Ask| {
        let cut = story.cut(&ask.cut);
        let view = story.community().view(&cut).unwrap();
        let window: Option<Span> = ask.window.as_ref().map(|window| window.parse().unwrap());
        let framework = compute(&view, ask.as_of.0, window);
        json!({ "name": name, "cut": cut, "logs": logs, "framework": framework })
    };
    told.asks.iter().map(answer).collect()
}
