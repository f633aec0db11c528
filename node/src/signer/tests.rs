use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::PathBuf;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn tree(size: u64) -> TreeHead {
    forked(size, 0)
}

fn forked(size: u64, branch: u8) -> TreeHead {
    let mut root = [branch; 32];
    root[..8].copy_from_slice(&size.to_be_bytes());
    TreeHead {
        size,
        root: Root::from_bytes(root),
    }
}

fn secret() -> SecretKey {
    SecretKey::from_seed([7; 32])
}

fn next() -> KeyHash {
    KeyHash::from_bytes([9; 32])
}

fn fresh() -> (TempDir, PathBuf, Signer) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("signer");
    let signer = Signer::create(&path, secret(), next(), TreeHead::empty()).unwrap();
    (directory, path, signer)
}

#[test]
fn what_was_advanced_to_is_on_disk_before_it_can_be_signed() {
    let (_directory, path, mut signer) = fresh();
    for size in 1..6 {
        let synced = signer.advance(tree(size)).unwrap();
        assert_eq!(
            Signer::open(&path).unwrap().held(),
            tree(size),
            "synced before the signature exists"
        );
        let note = synced.sign(&"hearth/north/0011223344556677".parse().unwrap());
        assert!(note.text().contains(&format!("\n{size}\n")));
    }
    let opened = Signer::open(&path).unwrap();
    assert_eq!((opened.key(), opened.next()), (secret().public(), next()));
}

#[test]
fn the_key_never_goes_back_and_never_forks() {
    let (_directory, path, mut signer) = fresh();
    signer.advance(tree(5)).unwrap();
    signer.advance(tree(5)).unwrap();
    let backwards = signer.advance(tree(4)).err().unwrap();
    assert!(matches!(backwards, AdvanceError::Backwards { held: 5, asked: 4 }));
    let fork = signer.advance(forked(5, 1)).err().unwrap();
    assert!(matches!(fork, AdvanceError::Forked { size: 5, .. }));
    drop(signer);
    let mut signer = Signer::open(&path).unwrap();
    assert!(signer.advance(forked(5, 1)).is_err(), "nor after a restart");
    assert!(signer.advance(tree(6)).is_ok());
}

#[test]
fn a_signer_file_is_private_and_never_made_twice() {
    let (_directory, path, signer) = fresh();
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    drop(signer);
    let again = Signer::create(&path, SecretKey::from_seed([8; 32]), next(), TreeHead::empty());
    assert!(matches!(again.err().unwrap(), SignerError::Exists { .. }));
    assert_eq!(Signer::open(&path).unwrap().key(), secret().public());
    assert!(
        !path.with_extension("new").exists(),
        "no copy of the secret is left behind"
    );

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        Signer::open(&path).err().unwrap(),
        SignerError::Exposed { mode: 0o640, .. }
    ));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(
        Signer::open(&path).err().unwrap(),
        SignerError::Missing { .. }
    ));
}

#[test]
fn a_slot_of_another_key_is_not_whole() {
    let (directory, path, mut signer) = fresh();
    signer.advance(tree(3)).unwrap();
    let other = directory.path().join("other");
    drop(Signer::create(&other, SecretKey::from_seed([8; 32]), next(), tree(1)).unwrap());
    let theirs = std::fs::read(&other).unwrap();
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.write_all_at(&theirs[4096..], 4096).unwrap();
    assert!(matches!(
        Signer::open(&path).err().unwrap(),
        SignerError::Corrupt {
            what: "both slots",
            ..
        }
    ));
}

#[test]
fn every_flipped_bit_of_the_header_is_found() {
    let (_directory, path, signer) = fresh();
    drop(signer);
    let whole = std::fs::read(&path).unwrap();
    for bit in 0..112 * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&path, &bytes).unwrap();
        assert!(
            matches!(Signer::open(&path).err().unwrap(), SignerError::Corrupt { .. }),
            "bit {bit}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any write of the next slot that stops part way, or any damage within it, leaves the tree before it.
    #[test]
    fn a_torn_slot_falls_back_to_the_older(sizes in 1_u64..9, torn in 0_usize..80, garbage in any::<bool>()) {
        let (_directory, path, mut signer) = fresh();
        for size in 1..=sizes {
            signer.advance(tree(size)).unwrap();
        }
        let before = std::fs::read(&path).unwrap();
        signer.advance(tree(sizes + 1)).unwrap();
        let after = std::fs::read(&path).unwrap();
        let start = before.iter().zip(&after).position(|(a, b)| a != b).unwrap() / 4096 * 4096;
        let mut bytes = before;
        bytes[start..start + torn].copy_from_slice(&after[start..start + torn]);
        if garbage {
            bytes[start + torn] ^= 0x55;
        }
        std::fs::write(&path, &bytes).unwrap();
        let held = Signer::open(&path).unwrap().held();
        let whole = bytes[start..start + 80] == after[start..start + 80];
        prop_assert_eq!(held, tree(if whole { sizes + 1 } else { sizes }));
    }
}
