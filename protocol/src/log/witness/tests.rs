use super::super::checkpoint::Checkpoint;
use super::super::sample::{Sample, cosigner, log_key};
use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_999);

/// A witness as a store would keep it: what it cosigned last.
struct Desk<'a> {
    sample: &'a Sample,
    latest: TreeHead,
}

impl Desk<'_> {
    fn add(&mut self, body: &[u8]) -> Reply {
        self.answer(body).unwrap_or_else(Reply::from)
    }

    fn answer(&mut self, body: &[u8]) -> Result<Reply, Refusal> {
        let request = AddCheckpoint::parse(body)?;
        let known = *request.origin() == self.sample.origin;
        let watched = known.then_some(Watched {
            chain: &self.sample.chain,
            latest: self.latest,
        });
        let accepted = request.decide(watched)?;
        let persisted = accepted.persist(|accepted| {
            assert_eq!(accepted.latest(), self.latest);
            self.latest = accepted.head();
            Ok::<(), Refusal>(())
        })?;
        Ok(persisted.cosign(&cosigner(1), NOW).into())
    }
}

fn body(old: u64, proof: &[Hash], note: &Note) -> Vec<u8> {
    AddCheckpoint::new(old, proof.to_vec(), note.clone())
        .unwrap()
        .to_bytes()
}

#[test]
fn cosigns_a_log_as_it_grows() {
    let sample = Sample::new();
    let mut desk = Desk {
        sample: &sample,
        latest: TreeHead::empty(),
    };
    let mut old = 0;
    for size in [0, 1, 1, 8, 20, 32, 40] {
        let note = sample.checkpoint(size);
        let reply = desk.add(&body(old, &sample.consistency(old, size), &note));
        assert_eq!(
            (reply.status, reply.content_type),
            (200, "text/plain; charset=utf-8"),
            "{reply}"
        );
        let Answer::Cosigned(lines) = Answer::parse(reply.status, reply.body.as_bytes()) else {
            panic!("{reply}");
        };
        let cosigned = Note::assemble(note.text().to_owned(), lines);
        let keys = [cosigner(1).verifier().clone()];
        let known = cosigned.open(&keys).unwrap();
        assert_eq!(
            known[0].vouched,
            super::super::verifier_key::Vouched::Witness {
                seconds: 1_700_000_000
            }
        );
        assert_eq!(desk.latest, sample.head(size));
        old = size;
    }
}

/// Each request is refused with its status, without a cosignature, and leaves the witness as it was.
fn assert_refused(sample: &Sample, cases: &[(&str, TreeHead, Vec<u8>, u16)]) {
    for (why, latest, body, status) in cases {
        let mut desk = Desk {
            sample,
            latest: *latest,
        };
        let reply = desk.add(body);
        assert_eq!(reply.status, *status, "{why}: {reply}");
        assert!(!reply.body.contains('—'), "{why}");
        assert_eq!(desk.latest, *latest, "{why}");
    }
}

#[test]
fn faults_are_found_in_the_order_of_c2sp() {
    let sample = Sample::new();
    let (honest, good) = (sample.checkpoint(20), sample.consistency(10, 20));
    let stranger = Checkpoint {
        origin: "example.com/log".parse().unwrap(),
        head: sample.head(20),
    };
    let broken = Note::parse(honest.to_string().replace("20\n", "21\n").as_bytes()).unwrap();
    let at_ten = sample.head(10);
    let cases = [
        (
            "unknown origin",
            at_ten,
            body(10, &good, &stranger.sign(&log_key(0))),
            404,
        ),
        (
            "another key",
            at_ten,
            body(10, &good, &sample.sign(sample.head(20), 1)),
            403,
        ),
        ("a line that fails", at_ten, body(10, &good, &broken), 403),
        ("403 before 400", at_ten, body(30, &good, &broken), 403),
        ("old beyond new", at_ten, body(21, &[], &honest), 400),
        ("400 before 409", at_ten, body(21, &good, &honest), 400),
        ("409 before 422", at_ten, body(11, &good, &honest), 409),
        ("never cosigned", TreeHead::empty(), body(10, &good, &honest), 409),
    ];
    assert_refused(&sample, &cases);
}

#[test]
fn what_does_not_continue_is_not_cosigned() {
    let sample = Sample::new();
    let (honest, good) = (sample.checkpoint(20), sample.consistency(10, 20));
    let (at_ten, other) = (sample.head(10), sample.consistency(9, 20));
    let forked = sample.sign(sample.forked_head(20), 0);
    let rooted = sample.sign(
        TreeHead {
            size: 0,
            root: sample.head(1).root,
        },
        0,
    );
    let longer = [good.as_slice(), &good[..1]].concat();
    let cases = [
        ("no proof", at_ten, body(10, &[], &honest), 422),
        ("a proof too long", at_ten, body(10, &longer, &honest), 422),
        (
            "the proof of another size",
            at_ten,
            body(10, &other, &honest),
            422,
        ),
        ("a forked tree", at_ten, body(10, &good, &forked), 422),
        (
            "a fork at the same size",
            sample.forked_head(20),
            body(20, &[], &honest),
            422,
        ),
        (
            "a proof at the same size",
            sample.head(20),
            body(20, &good[..1], &honest),
            422,
        ),
        (
            "a proof from nothing",
            TreeHead::empty(),
            body(0, &good[..1], &honest),
            422,
        ),
        (
            "an empty tree with a root",
            TreeHead::empty(),
            body(0, &[], &rooted),
            422,
        ),
    ];
    assert_refused(&sample, &cases);
}

#[test]
fn a_conflict_tells_the_size() {
    let sample = Sample::new();
    let mut desk = Desk {
        sample: &sample,
        latest: sample.head(10),
    };
    let reply = desk.add(&body(0, &[], &sample.checkpoint(20)));
    let expected = Reply {
        status: 409,
        content_type: "text/x.tlog.size",
        body: "10\n".to_owned(),
    };
    assert_eq!(reply, expected);
    assert_eq!(Answer::parse(409, b"10\n"), Answer::Knows(10));
    assert!(matches!(
        Answer::parse(409, b"10"),
        Answer::Refused { status: 409, .. }
    ));
    assert!(matches!(
        Answer::parse(200, b""),
        Answer::Refused { status: 200, .. }
    ));
    assert!(
        matches!(Answer::parse(503, "é".repeat(900).as_bytes()), Answer::Refused { reason, .. } if reason.len() == 400)
    );
}

#[test]
fn a_wrong_proof_convicts_nobody() {
    let sample = Sample::new();
    let refusal = |latest: TreeHead, old: u64, proof: &[Hash], note: &Note| {
        let mut desk = Desk {
            sample: &sample,
            latest,
        };
        desk.answer(&body(old, proof, note)).unwrap_err()
    };
    let (junk, honest) = ([Hash::of(b"junk")], sample.checkpoint(20));
    assert!(!refusal(sample.head(20), 20, &junk, &honest).is_fork());
    assert!(!refusal(sample.head(10), 10, &junk, &honest).is_fork());
    assert!(refusal(sample.forked_head(20), 20, &[], &honest).is_fork());
    assert!(refusal(sample.forked_head(20), 20, &junk, &honest).is_fork());
}

#[test]
fn a_malformed_body_is_a_bad_request() {
    let sample = Sample::new();
    let whole = String::from_utf8(body(10, &sample.consistency(10, 20), &sample.checkpoint(20))).unwrap();
    let line = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    let status =
        |text: &str| AddCheckpoint::parse(text.as_bytes()).map_or_else(|refusal| refusal.status(), |_| 200);
    assert_eq!(status(&whole), 200);
    assert_eq!(
        status(&format!("old 10\n{}\n{}", line.repeat(63), sample.checkpoint(20))),
        200
    );
    for (bad, why) in [
        (String::new(), "nothing"),
        (whole.replacen("old 10", "old 010", 1), "a leading zero"),
        (whole.replacen("old 10", "old -1", 1), "a sign"),
        (whole.replacen("old ", "new ", 1), "another word"),
        (whole.replacen("old 10\n", "", 1), "no old size"),
        (whole.replacen("\n\n", "\n", 1), "no empty line"),
        (whole.replacen("old 10\n", "old 10\nAAAA\n", 1), "a short hash"),
        (
            format!("old 10\n{}\n{}", line.repeat(64), sample.checkpoint(20)),
            "64 hashes",
        ),
        (whole.replacen("— ", "- ", 1), "no signature"),
        (whole.replacen("\n20\n", "\n020\n", 1), "the size"),
        (
            format!("old 0\n\n{}", whole.split("\n\n").last().unwrap()),
            "no text",
        ),
        (whole.replacen("hearth/", "\n", 1), "an empty origin"),
    ] {
        assert_eq!(status(&bad), 400, "{why}");
    }
    assert_eq!(AddCheckpoint::parse(b"old 0\n\n\xff"), Err(Refusal::Body));
    assert_eq!(status(&whole.replacen("elm-house", "elm house", 1)), 404);
}

#[test]
fn a_checkpoint_with_extension_lines_is_none_of_our_logs() {
    let sample = Sample::new();
    let extended = |generation: u8| {
        let text = format!("{}an extension\n", sample.checkpoint(5).text());
        Note::sign(text, sample.origin.key_name().clone(), &log_key(generation)).unwrap()
    };
    let empty = TreeHead::empty();
    let cases = [
        ("an extension", empty, body(0, &[], &extended(0)), 422),
        ("403 before it", empty, body(0, &[], &extended(1)), 403),
        ("409 before it", empty, body(1, &[], &extended(0)), 409),
        (
            "a fork that says more",
            sample.forked_head(5),
            body(5, &[], &extended(0)),
            422,
        ),
    ];
    assert_refused(&sample, &cases);
}

#[test]
fn nothing_is_cosigned_that_was_not_written() {
    let sample = Sample::new();
    let request = AddCheckpoint::new(0, Vec::new(), sample.checkpoint(5)).unwrap();
    let watched = Watched {
        chain: &sample.chain,
        latest: TreeHead::empty(),
    };
    let accepted = request.decide(Some(watched)).unwrap();
    assert!(matches!(accepted.persist(|_| Err("disk full")), Err("disk full")));
}

#[test]
fn a_handed_over_log_is_cosigned_under_its_new_key() {
    let mut sample = Sample::new();
    let handover = sample.handover(sample.head(20), 1).sign(&log_key(1));
    sample.chain.hand_over(&handover.to_bytes()).unwrap();
    let proof = sample.consistency(20, 30);
    let [old, new] = [0, 1].map(|generation| body(20, &proof, &sample.sign(sample.head(30), generation)));
    let mut desk = Desk {
        sample: &sample,
        latest: sample.head(20),
    };
    assert_eq!(desk.add(&old).status, 403);
    assert_eq!(desk.add(&new).status, 200);
}
