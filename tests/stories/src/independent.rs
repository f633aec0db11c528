//! The reader in `tests/independent`, written from the documents alone, is given what a story came to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hearth_protocol::log::{BundleId, Checkpoint, TileEdge, bundle, leaf_hash};
use serde_json::Value;

use crate::story::{Story, charter, key};

/// A program of the reader; nothing where there is no Python on this machine.
pub fn reader(program: &str) -> Option<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../independent")
        .join(program);
    let version = Command::new("python3").arg("--version").output();
    let there = version.is_ok_and(|output| output.status.success());
    there.then_some(script)
}

/// What the reader says that it computes otherwise; nothing where it agrees with every answer, or where there is no Python.
/// The folder is for files.
pub fn differences(folder: &Path, answers: &[Value], logs: &[PathBuf]) -> Option<String> {
    let mut command = Command::new("python3");
    command.arg("-B").arg(reader("figures.py")?);
    for (number, answer) in answers.iter().enumerate() {
        let path = folder.join(format!("{number}.json"));
        fs::write(&path, answer.to_string()).unwrap();
        command.arg(path);
    }
    let output = command.args(logs).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| said + &failed)
}

/// The logs of a story as static files with their entries, each in a folder of its own, cut to these sizes; whole where
/// none is given.
pub fn publish(story: &Story, sizes: &BTreeMap<String, usize>, under: &Path) -> Vec<PathBuf> {
    let slugs = story.slugs();
    let folders = slugs.map(|slug| {
        let entries = story.entries(story.number(slug));
        let size = sizes.get(slug).copied().unwrap_or(entries.len());
        let folder = under.join(slug);
        publish_log(slug, &entries[..size], &folder);
        folder
    });
    folders.collect()
}

fn publish_log(organisation: &str, entries: &[Vec<u8>], folder: &Path) {
    let write = |path: String, bytes: &[u8]| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let mut edge = TileEdge::new();
    for grown in edge.append(&leaves) {
        write(grown.tile.to_string(), &grown.bytes);
    }
    for id in BundleId::all(entries.len() as u64) {
        let from = usize::try_from(id.start()).unwrap();
        let bytes = bundle::encode(&entries[from..from + usize::from(id.width())]).unwrap();
        write(id.to_string(), &bytes);
    }
    let head = edge.frontier().head();
    let origin = charter(organisation).origin;
    let note = Checkpoint { origin, head }.sign(&key(&format!("{organisation} log")));
    write("checkpoint".to_owned(), &note.to_bytes());
}
