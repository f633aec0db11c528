//! The reader in `tests/independent`, written from docs/protocol.md alone, reads what we write.

use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload, Record, Source};
use hearth_protocol::id::{Id, KeyHash, Root};
use hearth_protocol::kind::{
    Act, Admission, Chartered, Clock, Community, Electorate, Founded, Head, HeadsSeen, Interaction, Node,
    Policy, QueryAsked,
};
use hearth_protocol::log::witness::AddCheckpoint;
use hearth_protocol::log::witness::Watched;
use hearth_protocol::log::{
    BundleId, Checkpoint, Cosigner, HeldNote, KeyChain, Origin, TileEdge, TreeHead, bundle, leaf_hash,
};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::{Span, Timestamp};
use hearth_stories::independent::reader;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);
/// One full tile of leaves, a partial one, and a partial one above them.
const SIZE: usize = 300;

/// A log written to a directory, and what an outsider knows of it.
struct Log {
    folder: tempfile::TempDir,
    vkey: String,
    witness: String,
}

fn key(number: u8) -> SecretKey {
    SecretKey::from_seed([number; 32])
}

fn words() -> BodyRef {
    BodyRef::to(&[7; 32], b"words", "text/markdown")
}

/// The two entries that open a founding log, and its home.
fn founding(origin: &Origin) -> (Vec<Vec<u8>>, Home) {
    let policy = Policy {
        liars: vec![(4, 1), (8, 2)],
        ruleset: 1,
        admission: Admission {
            quorum: 1,
            electorate: Electorate::Founder,
        },
        tolerance: Span::hours(6),
    };
    let next = KeyHash::of(&key(2).public().bytes());
    let founded = Founded {
        key: key(1).public(),
        next,
        clock: Clock::Simulated,
        domain: "hospice".parse().unwrap(),
        origin: origin.clone(),
        policy,
    };
    let founded = Payload::new(NOW, Community::Founded(founded)).with_body(words());
    let founded = Event::sign(&founded, &key(9), &Home::NONE);
    let community = Entry::id_of(&founded);
    let chartered = Chartered {
        key: key(1).public(),
        next,
        slug: "willow".parse().unwrap(),
        nodes: vec![Node {
            id: vec![1; 38],
            addresses: vec!["/ip4/127.0.0.1/tcp/1".to_owned()],
        }],
        origin: origin.clone(),
        witness: key(4).public(),
        stewards: vec![key(9).public()],
    };
    let chartered = Payload::new(NOW, Community::Chartered(chartered)).with_body(words());
    let chartered = Event::sign(&chartered, &key(9), &Home::of_charter(community));
    let home = Home {
        community,
        organisation: Entry::id_of(&chartered),
    };
    (vec![founded, chartered], home)
}

fn entries(origin: &Origin) -> Vec<Vec<u8>> {
    let (mut entries, home) = founding(origin);
    for number in 2..SIZE as u64 {
        let at = NOW.plus(Span::from_millis(number * 1000));
        entries.push(if number % 7 == 0 {
            let head = Head {
                organisation: Id::from_bytes([5; 32]),
                size: number,
                root: Root::from_bytes([6; 32]),
            };
            let payload = Payload::new(at, Community::HeadsSeen(HeadsSeen { heads: vec![head] }));
            let source = Source {
                id: number.to_string(),
                kind: "heads.seen".to_owned(),
                site: origin.to_string(),
                person: None,
                automaton: false,
            };
            Record {
                payload,
                home,
                source,
            }
            .encode()
        } else {
            let act: Act = match number % 3 {
                0 => Interaction::QueryAsked(QueryAsked::default()).into(),
                1 => Interaction::QueryAnswered.into(),
                _ => Act::Unknown {
                    kind: "weather.observed".to_owned(),
                    data: vec![0xa1, 0x61, b'x', 0x20],
                },
            };
            Event::sign(&Payload::new(at, act).with_body(words()), &key(9), &home)
        });
    }
    entries
}

fn publish() -> Log {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: String, bytes: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let origin = Origin::of("willow", &key(1).public()).unwrap();
    let entries = entries(&origin);
    let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let mut edge = TileEdge::new();
    for grown in edge.append(&leaves) {
        write(grown.tile.to_string(), &grown.bytes);
    }
    for id in BundleId::all(SIZE as u64) {
        let from = id.start() as usize;
        write(
            id.to_string(),
            &bundle::encode(&entries[from..from + usize::from(id.width())]).unwrap(),
        );
    }

    let chain = KeyChain::new(
        origin.clone(),
        key(1).public(),
        KeyHash::of(&key(2).public().bytes()),
    )
    .unwrap();
    let note = Checkpoint {
        origin: origin.clone(),
        head: edge.frontier().head(),
    }
    .sign(&key(1));
    let witness = Cosigner::new("hearth/harbour/0123456789abcdef/witness".parse().unwrap(), key(3));
    let accepted = AddCheckpoint::new(0, Vec::new(), note.clone())
        .unwrap()
        .decide(Some(Watched {
            chain: &chain,
            latest: TreeHead::empty(),
        }))
        .unwrap();
    let cosignature = accepted
        .persist(|_| Ok::<(), ()>(()))
        .unwrap()
        .cosign(&witness, NOW);
    let mut held = HeldNote::open_note(&note, &chain, &[]).unwrap();
    assert!(
        held.absorb(&[cosignature], &[witness.verifier().clone()])
            .unwrap()
    );
    write("checkpoint".to_owned(), &held.to_bytes());

    let vkey = hearth_protocol::log::VerifierKey::log(origin.key_name().clone(), key(1).public()).to_string();
    Log {
        folder,
        vkey,
        witness: witness.verifier().to_string(),
    }
}

/// Whether the reader finds all well, and what it said.
fn read(script: &Path, log: &Log) -> (bool, String) {
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args(["--log-key", &log.vkey, "--witness", &log.witness, "--quorum", "1"])
        .arg(log.folder.path())
        .output()
        .unwrap();
    (
        output.status.success(),
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
    )
}

#[test]
fn an_independent_reader_finds_our_log_sound() {
    let Some(script) = reader("verify.py") else { return };
    let (sound, said) = read(&script, &publish());
    assert!(sound, "{said}");
    assert!(said.contains("300 entries"), "{said}");
    assert!(said.contains("cosigned by 1"), "{said}");
}

/// In every file, at its start, its end and in between.
#[test]
fn an_independent_reader_finds_one_flipped_bit() {
    let Some(script) = reader("verify.py") else { return };
    let log = publish();
    let mut files = Vec::new();
    collect(log.folder.path(), &mut files);
    assert_eq!(files.len(), 1 + 3 + 2, "{files:?}");
    for file in files {
        let bytes = fs::read(&file).unwrap();
        for at in [0, bytes.len() / 3, bytes.len() * 2 / 3, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            fs::write(&file, &flipped).unwrap();
            let (sound, said) = read(&script, &log);
            assert!(
                !sound,
                "{}: the bit flipped in byte {at} is not found\n{said}",
                file.display()
            );
            assert!(!said.contains("Traceback"), "{said}");
        }
        fs::write(&file, &bytes).unwrap();
    }
    assert!(read(&script, &log).0);
}

#[test]
fn an_independent_reader_agrees_with_the_vectors() {
    let Some(script) = reader("vectors.py") else {
        return;
    };
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(vectors)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files)
        } else {
            files.push(path)
        }
    }
}
