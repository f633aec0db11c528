//! Frozen bytes under `tests/vectors/`: compared by default, written anew under `HEARTH_BLESS=1`.

use std::path::PathBuf;

use serde_json::Value;

/// The file of that name below `tests/vectors/`.
pub(crate) fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors")).join(name)
}

/// The vectors of one file.
pub(crate) fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Asserts that the file holds exactly `made`.
pub(crate) fn assert_frozen(name: &str, made: &Value) {
    if std::env::var_os("HEARTH_BLESS").is_some() {
        let path = path(name);
        std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).unwrap();
        std::fs::write(&path, format!("{made:#}\n")).unwrap();
    }
    let frozen = read(name);
    assert!(
        frozen == *made,
        "{name} differs.\nfrozen: {frozen:#}\nmade: {made:#}"
    );
}

/// Asserts that a folder holds these files and no others, so that no vector is forgotten.
pub(crate) fn assert_holds(folder: &str, names: &[String]) {
    let mut found: Vec<String> = std::fs::read_dir(path(folder))
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    let mut expected = names.to_vec();
    expected.sort();
    assert_eq!(found, expected, "files in {folder}");
}

/// The bytes that `field` gives in hexadecimal.
pub(crate) fn bytes(vector: &Value, field: &str) -> Vec<u8> {
    let text = vector[field]
        .as_str()
        .unwrap_or_else(|| panic!("no text `{field}` in {vector}"));
    hex::decode(text).unwrap_or_else(|error| panic!("`{field}`: {error}"))
}
