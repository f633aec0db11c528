//! The figures of the stories, recomputed by the independent program from nothing but the logs, published as files.

use std::fs;
use std::path::Path;
use std::process::Command;

use hearth_protocol::log::{BundleId, Checkpoint, TileEdge, TreeHead, bundle, leaf_hash};

use crate::figures::{self, Told};
use crate::independent::reader;
use crate::story::{self, Story};

/// The stories by the beginnings of their names.
const STORIES: [&str; 11] = [
    "g2-",
    "g3-",
    "l1-",
    "l2-",
    "members-",
    "s1-",
    "s2-",
    "v1-",
    "v3-",
    "v4-rating",
    "v5-",
];

#[test]
fn an_independent_program_agrees_with_the_stories_about_leaders() {
    let Some(program) = reader("figures.py") else {
        return;
    };
    let mut wrong = Vec::new();
    for file in fs::read_dir(figures::folder())
        .unwrap()
        .map(|file| file.unwrap().path())
    {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !STORIES.iter().any(|begins| name.starts_with(begins)) {
            continue;
        }
        let told: Told = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        let ground = tempfile::tempdir().unwrap();
        let mut command = Command::new("python3");
        command.arg("-B").arg(&program);
        let story = figures::tell(&told);
        for (number, answer) in figures::whole_answers(&story, &told).iter().enumerate() {
            let path = ground.path().join(format!("{number}.json"));
            fs::write(&path, answer.to_string()).unwrap();
            command.arg(path);
        }
        for organisation in told.organisations() {
            let folder = ground.path().join(organisation);
            publish(&story, organisation, &folder);
            command.arg(folder);
        }
        let output = command.output().unwrap();
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let failed = String::from_utf8_lossy(&output.stderr).into_owned();
            wrong.push(format!("{name}:\n{said}{failed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A log of a story as static files with its entries.
pub(crate) fn publish(story: &Story, organisation: &str, folder: &Path) {
    let entries = story.entries(story.number(organisation));
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
    let head: TreeHead = edge.frontier().head();
    let origin = story::charter(organisation).origin;
    let key = story::key(&format!("{organisation} log"));
    write(
        "checkpoint".to_owned(),
        &Checkpoint { origin, head }.sign(&key).to_bytes(),
    );
}
