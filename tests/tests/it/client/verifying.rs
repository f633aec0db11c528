//! One flipped bit anywhere is found, or was in space that nobody uses.

use super::publishing::publish;
use super::{House, text};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A house with some of everything, its node stopped.
fn house() -> House {
    let mut house = House::running();
    let question = house.write(["ask", "Which mouth care?", "Foam swabs are refused."]);
    let answer = house.write(["answer", &question, "Soft baby brushes."]);
    house.write(["accept", &answer]);
    let erased = house.write(["ask", "About Mrs. Smith"]);
    house.write(["erase", &erased, "--ground", "patient-data"]);
    publish(&house, &house.path().join("site"), 8, &["--entries"]);
    let mut peer = house.hearth(["verify", "--node", &house.node.as_ref().unwrap().url()]);
    let said = crate::process::succeed(peer.env_remove("HEARTH_DATA"));
    assert!(
        said.contains("8 entries, signed for 8") && said.contains("1 erased, 0 withheld"),
        "{said}"
    );
    house.kill();
    house.start();
    house.kill();
    house
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn flip(path: &Path, byte: usize, bit: u32) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1 << bit;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_flipped_bit_of_a_published_log_is_found() {
    let house = house();
    let site = house.path().join("site");
    house.ends(0, ["verify", site.to_str().unwrap()]);
    for path in files(&site) {
        let length = fs::metadata(&path).unwrap().len() as usize;
        for byte in (0..length).step_by((length / 12).max(1)) {
            flip(&path, byte, byte as u32 % 8);
            let said = house.ends(4, ["verify", site.to_str().unwrap()]);
            assert!(
                said.contains("WRONG"),
                "byte {byte} of {}: {said}",
                path.display()
            );
            flip(&path, byte, byte as u32 % 8);
        }
    }
    house.ends(0, ["verify", site.to_str().unwrap()]);
}

#[test]
fn a_missing_or_surplus_file_of_a_published_log_is_found() {
    let house = house();
    let site = house.path().join("site");
    // Narrower tiles of earlier sizes are no longer needed; those of this size are.
    for path in files(&site).into_iter().filter(|path| path.ends_with("8")) {
        let aside = path.with_extension("aside");
        fs::rename(&path, &aside).unwrap();
        house.ends(4, ["verify", site.to_str().unwrap()]);
        fs::rename(&aside, &path).unwrap();
    }
    fs::write(site.join("tile/0/001"), vec![0; 256 * 32]).unwrap();
    assert!(
        house
            .ends(4, ["verify", site.to_str().unwrap()])
            .contains("beyond the signed size")
    );
}

/// What the log says, independent of how its bytes lie in the file.
fn content(house: &House) -> Option<(Value, Value)> {
    let ask = |verb: &str| {
        let output = house.hearth([verb, "--json"]).output().unwrap();
        output
            .status
            .success()
            .then(|| serde_json::from_slice(&output.stdout).unwrap())
    };
    Some((ask("log")?, ask("threads")?))
}

#[test]
fn a_flipped_bit_of_the_database_is_found_or_was_in_unused_space() {
    let house = house();
    let said = house.ends(0, ["verify"]);
    assert!(said.contains("1 erased, 0 withheld"), "{said}");
    let content_before = content(&house).unwrap();
    let (data, pristine) = (house.data(), house.path().join("pristine"));
    copy(&data, &pristine);
    let file = data.join("hearth.redb");
    let length = fs::metadata(&file).unwrap().len() as usize;
    let (mut found, mut unused) = (0, 0);
    // Spread over the whole file, and denser at its beginning, where the header lies.
    let places = (0..length).step_by(length / 70).chain((0..4096).step_by(512));
    for byte in places {
        flip(&file, byte, byte as u32 % 8);
        match house.hearth(["verify"]).output().unwrap().status.code() {
            Some(4) => found += 1,
            Some(0) => {
                assert_eq!(
                    content(&house).as_ref(),
                    Some(&content_before),
                    "byte {byte} changes what is said, unnoticed"
                );
                unused += 1;
            }
            code => panic!("byte {byte}: ended with {code:?}"),
        }
        fs::remove_dir_all(&data).unwrap();
        copy(&pristine, &data);
    }
    assert!(found > 0, "{found} found, {unused} in unused space");
}

#[test]
fn a_flipped_bit_of_a_key_file_is_found() {
    let house = house();
    for name in ["witness.key", "identity"] {
        let file = house.data().join(name);
        let length = fs::metadata(&file).unwrap().len() as usize;
        for byte in (0..length - 1).step_by((length / 8).max(1)) {
            flip(&file, byte, 1);
            assert!(house.ends(4, ["verify"]).contains(name), "byte {byte} of {name}");
            flip(&file, byte, 1);
        }
    }
    house.ends(0, ["verify"]);
}

/// The signer file has a header and two slots, each at the beginning of a page. The slot not in force is written over next,
/// and the rest of the pages is nobody's.
#[test]
fn a_flipped_bit_of_the_signer_is_found_but_in_the_slot_not_in_force() {
    let house = house();
    let file = house.data().join("signer");
    let unnoticed = |page: usize, length: usize| {
        (0..length)
            .step_by(5)
            .map(move |byte| page * 4096 + byte)
            .filter(|byte| {
                flip(&file, *byte, *byte as u32 % 8);
                let code = house.hearth(["verify"]).output().unwrap().status.code();
                flip(&file, *byte, *byte as u32 % 8);
                assert!(matches!(code, Some(0 | 4)), "byte {byte}: ended with {code:?}");
                code == Some(0)
            })
    };
    assert_eq!(unnoticed(0, 112).count(), 0, "header");
    let slots = [unnoticed(1, 80).count(), unnoticed(2, 80).count()];
    assert!(
        slots == [0, 16] || slots == [16, 0],
        "unnoticed in either slot: {slots:?}"
    );
    house.ends(0, ["verify"]);
}

#[test]
fn json_names_each_fault() {
    let house = house();
    let site = house.path().join("site");
    let bundle = files(&site.join("tile/entries")).pop().unwrap();
    let last = fs::metadata(&bundle).unwrap().len() as usize - 1;
    flip(&bundle, last, 0);
    let output = house
        .hearth(["verify", site.to_str().unwrap(), "--json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["sound"], false);
    let findings = report["logs"][0]["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| text(&finding["place"]) == "entry 7"),
        "{report:#}"
    );
}
