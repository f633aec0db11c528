//! The formats of the log, byte for byte, under `tests/vectors/log/`.

use serde_json::{Value, json};

use super::edge::TileEdge;
use super::evidence::ForkEvidence;
use super::frontier::Frontier;
use super::held::HeldNote;
use super::note::Note;
use super::policy::Policy;
use super::proof;
use super::sample::{Sample, cosigner, log_key};
use super::tile::{BundleId, TileId};
use super::tlog_proof::TlogProof;
use super::tree::{TreeHead, leaf_hash};
use super::verifier_key::VerifierKey;
use super::witness::{AddCheckpoint, Reply, Watched};
use super::{bundle, lines};
use crate::id::Hash;
use crate::sign::SecretKey;
use crate::time::Timestamp;
use crate::vectors;

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

fn log_verifier(sample: &Sample) -> VerifierKey {
    VerifierKey::log(sample.origin.key_name().clone(), log_key(0).public())
}

fn base64(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(|hash| lines::base64(hash.as_bytes())).collect()
}

#[test]
fn keys() {
    let sample = Sample::new();
    let seed = |key: &SecretKey| hex::encode(key.seed());
    let generations: Vec<Value> = (0..3)
        .map(|generation| {
            let key = log_key(generation);
            let verifier = VerifierKey::log(sample.origin.key_name().clone(), key.public());
            json!({
                "seed": seed(&key), "public": key.public().to_string(), "hash": key.public().hash().to_string(),
                "vkey": verifier.to_string(),
            })
        })
        .collect();
    let witnesses: Vec<Value> = (1..=5)
        .map(|which| {
            let key = SecretKey::from_seed([100 + which; 32]);
            json!({ "seed": seed(&key), "vkey": cosigner(which).verifier().to_string() })
        })
        .collect();
    let made = json!({
        "origin": sample.origin.to_string(), "witness_name": sample.origin.witness_name().to_string(),
        "log": generations, "witnesses": witnesses,
    });
    vectors::assert_frozen("log/keys.json", &made);
}

#[test]
fn tree() {
    let sample = Sample::new();
    let roots: Vec<String> = (0..=40).map(|size| sample.head(size).root.to_string()).collect();
    let mut inclusion = Vec::new();
    for size in [1_u64, 2, 3, 4, 7, 8, 13, 32, 40] {
        for index in [0, size / 2, size - 1] {
            let path = proof::inclusion(&sample.tree, index, size).unwrap();
            inclusion.push(json!({ "index": index, "size": size, "proof": path }));
        }
    }
    let mut consistency = Vec::new();
    for (from, to) in [
        (0, 0),
        (0, 5),
        (1, 1),
        (1, 2),
        (2, 3),
        (4, 8),
        (6, 8),
        (7, 7),
        (7, 13),
        (8, 32),
        (20, 40),
        (39, 40),
    ] {
        consistency.push(json!({ "from": from, "to": to, "proof": sample.consistency(from, to) }));
    }
    let made = json!({
        "entries": (0..40).map(|index| hex::encode(entry(index))).collect::<Vec<_>>(),
        "leaves": (0..40).map(|index| leaf_hash(&entry(index))).collect::<Vec<_>>(),
        "roots": roots, "inclusion": inclusion, "consistency": consistency,
        "frontier_of_13": hex::encode(Frontier::read(&sample.tree, 13).unwrap().to_bytes()),
    });
    vectors::assert_frozen("log/tree.json", &made);
}

#[test]
fn tiles() {
    let entries: Vec<Vec<u8>> = (0..300).map(entry).collect();
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let mut edge = TileEdge::new();
    let mut grown = edge.append(&leaves);
    grown.sort_by_key(|grown| grown.tile);
    let tiles: Vec<Value> = grown
        .iter()
        .map(|grown| {
            json!({ "path": grown.tile.to_string(), "length": grown.bytes.len(), "sha256": Hash::of(&grown.bytes) })
        })
        .collect();
    let bundles: Vec<Value> = BundleId::all(300)
        .map(|id| {
            let start = id.start() as usize;
            let bytes = bundle::encode(&entries[start..start + usize::from(id.width())]).unwrap();
            json!({ "path": id.to_string(), "length": bytes.len(), "sha256": Hash::of(&bytes) })
        })
        .collect();
    let paths = |size: u64| TileId::all(size).map(|tile| tile.to_string()).collect::<Vec<_>>();
    let sizes = [0, 1, 255, 256, 257, 512].map(|size| json!({ "size": size, "tiles": paths(size) }));
    let made = json!({
        "log_of_300": { "entries": "`entry <index>`", "root": edge.frontier().root(), "tiles": tiles, "bundles": bundles },
        "small_bundle": { "entries": ["6f6e65", "", "ff"], "bytes": hex::encode(bundle::encode(&[b"one".as_slice(), b"", b"\xff"]).unwrap()) },
        "paths": sizes,
        "deep": TileId::within(u64::MAX, 0, 1_234_067).unwrap().to_string(),
    });
    vectors::assert_frozen("log/tiles.json", &made);
}

#[test]
fn checkpoints() {
    let sample = Sample::new();
    let bare = sample.checkpoint(21);
    let witnesses: Vec<VerifierKey> = (1..=3).map(|which| cosigner(which).verifier().clone()).collect();
    let arrived = sample.cosigned(&sample.cosigned(&bare, 3, 1_700_000_060), 1, 1_700_000_000);
    let held = HeldNote::open_note(&arrived, &sample.chain, &witnesses).unwrap();
    let made = json!({
        "size": 21, "root": sample.head(21).root, "note": bare.to_string(),
        "arrived": arrived.to_string(), "held": held.to_note().to_string(),
        "empty": sample.checkpoint(0).to_string(),
    });
    vectors::assert_frozen("log/checkpoint.json", &made);
}

#[test]
fn handovers_and_evidence() {
    let sample = Sample::new();
    let handover = |size: u64| sample.handover(sample.head(size), 1).sign(&log_key(1));
    let made = json!({
        "spends": sample.chain.next(), "handover": handover(12).to_string(),
        "then_by_the_old_key": sample.sign(sample.head(13), 0).to_string(),
        "then_by_the_new_key": sample.sign(sample.head(13), 1).to_string(),
    });
    vectors::assert_frozen("log/handover.json", &made);

    let mut proof = vec![Hash::from(sample.head(20).root)];
    proof.extend(sample.consistency(20, 30));
    let forked = sample.sign(sample.forked_head(20), 0);
    let convicting = [
        (
            "same size",
            ForkEvidence::new(sample.checkpoint(20), forked.clone(), Vec::new()),
        ),
        (
            "inconsistent",
            ForkEvidence::new(forked, sample.checkpoint(30), proof.clone()),
        ),
        (
            "two handovers",
            ForkEvidence::new(handover(12), handover(13), Vec::new()),
        ),
    ];
    let idle = [
        (
            "the same twice",
            ForkEvidence::new(sample.checkpoint(20), sample.checkpoint(20), Vec::new()),
        ),
        (
            "consistent",
            ForkEvidence::new(sample.checkpoint(20), sample.checkpoint(30), proof),
        ),
    ];
    let bytes = |(name, evidence): &(&str, ForkEvidence), convicts: bool| {
        assert_eq!(evidence.verify(&sample.chain).is_ok(), convicts, "{name}");
        json!({ "name": name, "bytes": hex::encode(evidence.to_bytes()), "convicts": convicts })
    };
    let cases: Vec<Value> = convicting
        .iter()
        .map(|case| bytes(case, true))
        .chain(idle.iter().map(|case| bytes(case, false)))
        .collect();
    vectors::assert_frozen("log/evidence.json", &json!({ "cases": cases }));
}

#[test]
fn witness() {
    let sample = Sample::new();
    let (honest, good) = (sample.checkpoint(20), sample.consistency(10, 20));
    let broken = Note::parse(honest.to_string().replace("\n20\n", "\n21\n").as_bytes()).unwrap();
    let at_ten = sample.head(10);
    let cases: Vec<Value> = [
        ("grows", at_ten, 10, good.as_slice(), honest.clone()),
        ("first seen", TreeHead::empty(), 0, &[], honest.clone()),
        ("again", sample.head(20), 20, &[], honest.clone()),
        ("a line that fails", at_ten, 10, &good, broken),
        ("another key", at_ten, 10, &good, sample.sign(sample.head(20), 1)),
        ("old beyond new", at_ten, 21, &[], honest.clone()),
        ("another old size", at_ten, 0, &[], honest.clone()),
        ("no proof", at_ten, 10, &[], honest.clone()),
        (
            "a fork",
            at_ten,
            10,
            &good,
            sample.sign(sample.forked_head(20), 0),
        ),
        ("a fork at the same size", sample.forked_head(20), 20, &[], honest),
    ]
    .into_iter()
    .map(|(name, latest, old, proof, note)| {
        let body = AddCheckpoint::new(old, proof.to_vec(), note).unwrap().to_bytes();
        let reply = add(&sample, latest, &body);
        let text = String::from_utf8(body).unwrap();
        let answer = matches!(reply.status, 200 | 409).then_some(reply.body);
        json!({
            "name": name, "latest": { "size": latest.size, "root": latest.root }, "body": text,
            "status": reply.status, "content_type": reply.content_type, "answer": answer,
        })
    })
    .collect();
    let made =
        json!({ "witness": cosigner(1).verifier().to_string(), "now_ms": NOW.as_millis(), "cases": cases });
    vectors::assert_frozen("log/witness.json", &made);
}

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_999);

fn add(sample: &Sample, latest: TreeHead, body: &[u8]) -> Reply {
    let request = AddCheckpoint::parse(body).unwrap();
    match request.decide(Some(Watched {
        chain: &sample.chain,
        latest,
    })) {
        Ok(accepted) => accepted
            .persist(|_| Ok::<(), ()>(()))
            .unwrap()
            .cosign(&cosigner(1), NOW)
            .into(),
        Err(refusal) => refusal.into(),
    }
}

#[test]
fn proofs_and_policies() {
    let sample = Sample::new();
    let witnesses: Vec<VerifierKey> = (1..=3).map(|which| cosigner(which).verifier().clone()).collect();
    let policy = Policy::majority(vec![log_verifier(&sample)], witnesses);
    let note = sample.cosigned(
        &sample.cosigned(&sample.checkpoint(21), 1, 1_700_000_000),
        2,
        1_700_000_001,
    );
    let proof = TlogProof {
        extra: Some(b"entry 13".to_vec()),
        index: 13,
        proof: proof::inclusion(&sample.tree, 13, 21).unwrap(),
        note,
    };
    let leaf = leaf_hash(&entry(13));
    assert_eq!(proof.verify(leaf, &policy).unwrap().head, sample.head(21));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let made = json!({
        "policy": text(policy.to_bytes()), "proof": text(proof.to_bytes()), "leaf": leaf,
        "siblings": base64(&proof.proof),
    });
    vectors::assert_frozen("log/proof.json", &made);
}

/// No vector lies there that nothing reads.
#[test]
fn nothing_else() {
    let names = [
        "checkpoint",
        "evidence",
        "handover",
        "keys",
        "malformed",
        "proof",
        "tiles",
        "tree",
        "witness",
    ];
    vectors::assert_holds("log", &names.map(|name| format!("{name}.json")));
}

#[test]
fn malformed_notes() {
    let sample = Sample::new();
    let whole = sample.checkpoint(21).to_string();
    let line = whole.lines().last().unwrap().to_owned();
    let cases: Vec<Value> = [
        ("no signature", whole.replace(&format!("{line}\n"), "")),
        ("no last newline", whole.trim_end().to_owned()),
        ("a newline more", format!("{whole}\n")),
        ("no empty line", whole.replace("\n\n", "\n")),
        ("carriage returns", whole.replace('\n', "\r\n")),
        ("a tab", whole.replace("hearth/", "hearth\t/")),
        ("a hyphen for the dash", whole.replace('—', "-")),
        ("two spaces after the dash", whole.replace("— ", "—  ")),
        ("a plus in the name", whole.replace("— hearth/", "— hearth+")),
        ("a space in the name", whole.replace("— hearth/", "— hearth ")),
        (
            "a no-break space in the name",
            whole.replace("— hearth/", "— hearth\u{a0}"),
        ),
        (
            "base64 without padding",
            whole
                .replace("=\n\n", "=\n\n\u{0}")
                .replace("=\n", "\n")
                .replace("\n\n\u{0}", "=\n\n"),
        ),
        (
            "a key id and no signature",
            whole.replace(&line, &format!("— {} AAAAAA==", sample.origin)),
        ),
        ("a line of another kind", format!("{whole}signed\n")),
    ]
    .into_iter()
    .map(|(name, note)| {
        assert!(Note::parse(note.as_bytes()).is_err(), "{name}");
        json!({ "name": name, "note": note })
    })
    .collect();
    let texts: Vec<Value> = [
        ("a leading zero", whole.replace("\n21\n", "\n021\n")),
        ("a sign", whole.replace("\n21\n", "\n+21\n")),
        ("an extension line", whole.replace("\n\n", "\nmore\n\n")),
        ("no root", format!("{}\n21\n\n{line}\n", sample.origin)),
        ("an empty origin", whole.replacen(sample.origin.as_str(), "", 1)),
    ]
    .into_iter()
    .map(|(name, note)| {
        let text = Note::parse(note.as_bytes()).unwrap().text().to_owned();
        assert!(super::Checkpoint::parse(&text).is_err(), "{name}");
        json!({ "name": name, "text": text })
    })
    .collect();
    vectors::assert_frozen(
        "log/malformed.json",
        &json!({ "notes": cases, "checkpoint_texts": texts }),
    );
}
