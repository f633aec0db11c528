//! The stories of tests/vectors/figures as published logs, given to the reader in tests/independent: what it computes
//! from the bytes alone is what we compute.

use std::fs;
use std::path::Path;
use std::process::Command;

use hearth_protocol::community::Cut;
use hearth_protocol::entry::Entry;
use hearth_protocol::log::{BundleId, Checkpoint, TileEdge, bundle};

use serde_json::Value;

use crate::figures::{Told, answers, folder, tell};
use crate::independent::reader;
use crate::story::{Story, charter, key};

/// Its signatures take long in Python, so not all stories are retold unless `HEARTH_RETOLD=all`.
const RETOLD: [&str; 4] = ["k1-shared.json", "k2-fresh.json", "k3-faqs.json", "v2-forms.json"];

#[test]
fn an_independent_reader_has_the_figures_of_the_stories() {
    let Some(script) = reader("figures.py") else {
        return;
    };
    let all = std::env::var("HEARTH_RETOLD").is_ok_and(|which| which == "all");
    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (file, story, asks) in stories() {
        if !all && !RETOLD.contains(&file.as_str()) {
            continue;
        }
        for (why, cut, answer) in asks {
            let folder = tempfile::tempdir().unwrap();
            let logs = publish(&story, &cut, folder.path());
            let framework = folder.path().join("framework.json");
            fs::write(&framework, answer.to_string()).unwrap();
            let output = Command::new("python3")
                .arg("-B")
                .arg(&script)
                .arg(framework)
                .args(logs)
                .output()
                .unwrap();
            asked += 1;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stdout).into_owned();
                wrong.push(format!(
                    "{file}, {why}:\n{said}{}",
                    String::from_utf8_lossy(&output.stderr)
                ));
            }
        }
    }
    assert!(asked >= RETOLD.len(), "the stories are there");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every story with what is asked of it: why, the cut, and the answer.
fn stories() -> Vec<(String, Story, Vec<(String, Cut, Value)>)> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder()).unwrap().map(|file| file.unwrap().path()) {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let told: Told = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let story = tell(&told);
        let asks = told.asks.iter().map(|ask| {
            let (answer, _) = answers(&story, ask);
            (ask.why.clone(), story.cut(&ask.cut), answer)
        });
        let asks = asks.collect();
        found.push((file, story, asks));
    }
    found
}

/// Each log of a cut in a folder of its own.
fn publish(story: &Story, cut: &Cut, under: &Path) -> Vec<std::path::PathBuf> {
    let mut folders = Vec::new();
    for slug in story.slugs() {
        let number = story.number(slug);
        let Some(row) = cut.row(story.home(number).organisation) else {
            continue;
        };
        let size = usize::try_from(row.size()).unwrap();
        let entries = &story.entries(number)[..size];
        let folder = under.join(slug);
        let write = |path: String, bytes: &[u8]| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        let leaves: Vec<_> = entries.iter().map(|entry| Entry::id_of(entry).into()).collect();
        let mut edge = TileEdge::new();
        for grown in edge.append(&leaves) {
            write(grown.tile.to_string(), &grown.bytes);
        }
        for id in BundleId::all(size as u64) {
            let from = usize::try_from(id.start()).unwrap();
            let entries = &entries[from..from + usize::from(id.width())];
            write(id.to_string(), &bundle::encode(entries).unwrap());
        }
        let note = Checkpoint {
            origin: charter(slug).origin,
            head: edge.frontier().head(),
        };
        write(
            "checkpoint".to_owned(),
            &note.sign(&key(&format!("{slug} log"))).to_bytes(),
        );
        folders.push(folder);
    }
    folders
}
