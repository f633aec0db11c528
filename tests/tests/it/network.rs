//! Nodes of two and three organisations: joining, replication, witnessing, bodies, and who gets nothing.

use hearth_node::run::{Options, RunError};
use hearth_node::store::OpenError;
use hearth_protocol::entry::{BodyRef, Event, Home, Payload, Record, Source};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{
    Admitted, Care, ErasureCarriedOut, Interaction, Learning, People, QueryAsked, ResourcePublished,
};
use hearth_protocol::sign::SecretKey;
use hearth_tests::wait::until;
use serde_json::{Value, json};

use hearth_tests::fleet::{Body, Client, Member, Running, Transport, agent, now};

/// Asks a question with these words; gives its id.
pub(crate) fn ask(member: &Member, client: &mut Client, words: &str) -> Id {
    let (reference, body) = Body::of(words);
    let query = QueryAsked::default();
    let payload = Payload::new(now(), Interaction::QueryAsked(query)).with_body(reference);
    client.submit_one(member.sign(&payload), vec![body])
}

/// Waits until a node shows the words of a question.
#[track_caller]
pub(crate) fn hears(client: &mut Client, id: Id, words: &str) {
    until("the words have arrived", || {
        let thread = client.ask(&json!({ "query": "thread", "id": id })).ok()?;
        (thread["thread"]["body"]["text"] == words).then_some(())
    });
}

/// Waits until a node holds every log whole as offered, witnessed by a quorum.
#[track_caller]
fn witnessed(client: &mut Client, organisations: &[Id]) {
    for organisation in organisations {
        until("the log is witnessed", || {
            let log = client.log(*organisation)?;
            (log["witnessed"] == "witnessed" && log["lag"] == 0).then_some(())
        });
    }
}

pub(crate) struct Pair {
    _parent: tempfile::TempDir,
    pub(crate) north: Member,
    pub(crate) south: Member,
    pub(crate) north_node: Running,
    pub(crate) south_node: Running,
}

pub(crate) fn pair(transport: Transport) -> Pair {
    let parent = tempfile::tempdir().unwrap();
    let north = Member::founds(parent.path(), "north", transport);
    let north_node = north.run();
    let mut client = north.client(&north_node);
    let south = Member::invited(parent.path(), "south", transport, &mut client);
    let south_node = south.run();
    client.admit_all(&north);
    let mut there = south.client(&south_node);
    until("the founding log says that south is admitted", || {
        let status = there.status();
        (status["admitted"] == true && status["node"]["joining"].is_null()).then_some(())
    });
    Pair {
        _parent: parent,
        north,
        south,
        north_node,
        south_node,
    }
}

fn two_organisations_share_over(transport: Transport) {
    let pair = pair(transport);
    let (mut north, mut south) = (
        pair.north.client(&pair.north_node),
        pair.south.client(&pair.south_node),
    );
    let question = ask(&pair.south, &mut south, "# How\n\nHow is it done?");
    hears(&mut north, question, "# How\n\nHow is it done?");
    let other = ask(&pair.north, &mut north, "And why?");
    hears(&mut south, other, "And why?");
    let (status, refusal) = south.post("/v1/invitations", &json!({})).unwrap_err();
    assert_eq!((status, &refusal["error"]["code"]), (403, &json!("not_founder")));
    let both = [pair.north.home.organisation, pair.south.home.organisation];
    witnessed(&mut north, &both);
    witnessed(&mut south, &both);
}

#[test]
fn two_organisations_share_over_tcp() {
    two_organisations_share_over(Transport::Tcp);
}

#[test]
fn two_organisations_share_over_quic() {
    two_organisations_share_over(Transport::Quic);
}

#[test]
fn a_third_node_carries_entries_between_two_that_are_never_online_together() {
    let Pair {
        _parent,
        north,
        south,
        mut north_node,
        south_node,
    } = pair(Transport::Tcp);
    let mut client = north.client(&north_node);
    let west = Member::invited(_parent.path(), "west", Transport::Tcp, &mut client);
    let mut west_node = west.run();
    client.admit_all(&north);
    let mut there = west.client(&west_node);
    until("the founding log says that west is admitted", || {
        (there.status()["admitted"] == true).then_some(())
    });
    let mut carrier = south.client(&south_node);
    until("south holds west's log", || {
        carrier.log(west.home.organisation).filter(|log| log["size"] != 0)
    });
    west_node.end().unwrap();

    let from_north = ask(&north, &mut client, "Asked while west was away");
    hears(&mut carrier, from_north, "Asked while west was away");
    north_node.end().unwrap();

    let west_node = west.run();
    let mut there = west.client(&west_node);
    hears(&mut there, from_north, "Asked while west was away");
    let from_west = ask(&west, &mut there, "Asked while north was away");
    hears(&mut carrier, from_west, "Asked while north was away");
    drop(west_node);

    let north_node = north.run();
    hears(
        &mut north.client(&north_node),
        from_west,
        "Asked while north was away",
    );
}

#[test]
fn an_invitation_works_once() {
    let parent = tempfile::tempdir().unwrap();
    let north = Member::founds(parent.path(), "north", Transport::Tcp);
    let node = north.run();
    let mut client = north.client(&node);
    let invitation = client.post("/v1/invitations", &json!({})).unwrap();
    let invitation = invitation["invitation"].as_str().unwrap();
    let south = Member::with_invitation(parent.path(), "south", Transport::Tcp, invitation);
    let thief = Member::with_invitation(parent.path(), "thief", Transport::Tcp, invitation);
    let south_node = south.run();
    until("south has applied", || {
        let joining = south.client(&south_node).status()["node"]["joining"].clone();
        joining
            .as_str()
            .is_some_and(|state| state.contains("steward"))
            .then_some(())
    });
    let thief_node = thief.run();
    until("the second applicant is refused", || {
        let joining = thief.client(&thief_node).status()["node"]["joining"].clone();
        joining
            .as_str()
            .is_some_and(|state| state.contains("used by another"))
            .then_some(())
    });
    let applications = client.ask(&json!({ "query": "applications" })).unwrap();
    assert_eq!(applications["applications"].as_array().unwrap().len(), 1);
    let mut stranger = thief.client(&thief_node);
    assert!(
        stranger.log(north.home.organisation).is_none(),
        "a stranger holds nothing of the community"
    );
}

#[test]
fn the_api_opens_to_valid_keys_under_known_names_alone() {
    let parent = tempfile::tempdir().unwrap();
    let north = Member::founds(parent.path(), "north", Transport::Tcp);
    let node = north.run();
    let base = &node.file().api;
    let post = |path: &str, host: Option<&str>| {
        let mut request = agent().post(format!("{base}{path}"));
        if let Some(host) = host {
            request = request.header("Host", host);
        }
        let mut response = request.send_json(json!({ "query": "status" })).unwrap();
        let answer: Value = response.body_mut().read_json().unwrap();
        (
            response.status().as_u16(),
            answer["error"]["code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    assert_eq!(post("/v1/query", None), (401, "no_session".into()));
    assert_eq!(
        post("/v1/query", Some("evil.example")),
        (421, "unknown_host".into())
    );
    assert_eq!(post("/v1/nothing", None), (404, "not_found".into()));
    assert_eq!(post("/v1/bodies/00/00", None), (405, "method_not_allowed".into()));
    let stranger = hearth_node::secret_file::generate().unwrap();
    let (status, refusal) = Client::open(base, north.home, stranger).err().unwrap();
    assert_eq!((status, &refusal["error"]["code"]), (403, &json!("unknown_key")));
    let elsewhere = Home {
        organisation: Id::ZERO,
        ..north.home
    };
    let (status, refusal) = Client::open(base, elsewhere, north.steward.clone())
        .err()
        .unwrap();
    assert_eq!(
        (status, &refusal["error"]["code"]),
        (401, &json!("bad_signature"))
    );
    let mut client = north.client(&node);
    let refused = client.submit(vec![vec![0xff], vec![]], vec![]);
    assert!(
        refused
            .iter()
            .all(|result| result["error"]["code"] == "malformed"),
        "{refused:?}"
    );
    let witness = agent()
        .post(format!("{base}/witness/add-checkpoint"))
        .send("old 1\n\nnothing\n")
        .unwrap();
    assert_eq!(witness.status().as_u16(), 400);
}

#[test]
fn only_a_steward_vouches_for_records() {
    let parent = tempfile::tempdir().unwrap();
    let north = Member::founds(parent.path(), "north", Transport::Tcp);
    let node = north.run();
    let mut steward = north.client(&node);
    let member = hearth_node::secret_file::generate().unwrap();
    let admitted = People::MemberAdmitted(Admitted::new(member.public()));
    steward.submit_one(north.sign(&Payload::new(now(), admitted)), vec![]);
    let mut member = Client::open(&node.file().api, north.home, member).unwrap();
    let record = |id: &str| {
        let source = Source {
            id: id.to_owned(),
            kind: "question".to_owned(),
            site: "forum.example".to_owned(),
            person: None,
            automaton: false,
        };
        let (reference, body) = Body::of("Asked long ago");
        let query = Interaction::QueryAsked(QueryAsked::default());
        let payload = Payload::new(now(), query).with_body(reference);
        let home = north.home;
        let record = Record {
            payload,
            home,
            source,
        };
        (vec![record.encode()], vec![body])
    };
    let (entries, bodies) = record("1");
    let refused = member.post_entries(entries, bodies).unwrap();
    assert_eq!(refused["error"]["code"], "not_permitted", "{refused}");
    let (entries, bodies) = record("1");
    let taken = steward.submit(entries, bodies);
    assert!(taken[0]["error"].is_null(), "{taken:?}");
}

#[test]
fn what_is_for_a_member_is_told_to_that_member_alone() {
    let parent = tempfile::tempdir().unwrap();
    let north = Member::founds(parent.path(), "north", Transport::Tcp);
    let node = north.run();
    let mut steward = north.client(&node);
    let [ann, bea] = [(); 2].map(|()| hearth_node::secret_file::generate().unwrap());
    let admissions = [&ann, &bea].map(|key| {
        let admitted = People::MemberAdmitted(Admitted::new(key.public()));
        steward.submit_one(north.sign(&Payload::new(now(), admitted)), vec![])
    });
    let mut asks = Client::open(&node.file().api, north.home, ann.clone()).unwrap();
    let questions = |key: &SecretKey| {
        let key = key.public();
        [
            json!({ "query": "inbox", "key": key }),
            json!({ "query": "portfolio", "key": key }),
            json!({ "query": "candidates", "to": "withdraw", "key": key }),
            json!({ "query": "news", "key": key }),
            json!({ "query": "directory", "key": key }),
        ]
    };
    for question in questions(&ann) {
        asks.post("/v1/query", &question).unwrap();
    }
    for question in questions(&bea) {
        let (status, refusal) = asks.post("/v1/query", &question).unwrap_err();
        assert_eq!(
            (status, &refusal["error"]["code"]),
            (403, &json!("not_yours")),
            "{question}"
        );
    }
    // Bea leaves: neither her key nor the steward's, which is no member's, is a member's now.
    let leaves = Payload::new(now(), People::MemberLeft).about(admissions[1]);
    let leaves = Event::sign(&leaves, &bea, &north.home);
    steward.submit_one(leaves, vec![]);
    let (status, _) = steward.post("/v1/query", &questions(&bea)[1]).unwrap_err();
    assert_eq!(status, 403);
}

#[test]
fn a_second_node_is_told_what_stands_in_its_way() {
    let parent = tempfile::tempdir().unwrap();
    let north = Member::founds(parent.path(), "north", Transport::Tcp);
    let mut node = north.run();
    let again = north.run_to_the_end();
    assert!(
        matches!(again, Err(RunError::Open(OpenError::Locked { .. }))),
        "{again:?}"
    );
    let mut south = Member::founds(parent.path(), "south", Transport::Tcp);
    south.config.api = node.file().api.strip_prefix("http://").unwrap().parse().unwrap();
    let taken = south.run_to_the_end().unwrap_err().to_string();
    assert!(
        taken.contains(&format!("port {}", south.config.api.port())) && taken.contains("--api"),
        "{taken}"
    );
    south.config = hearth_node::config::Config {
        listen: north.config.listen.clone(),
        ..north.config.clone()
    };
    let taken = south.run_to_the_end().unwrap_err().to_string();
    assert!(taken.contains("in use") && taken.contains("--listen"), "{taken}");
    node.end().unwrap();
    assert!(
        !north.directory.node().exists(),
        "a stopped node says nowhere that it runs"
    );
    let not_simulated = Options {
        clock: Some(north.directory.config()),
        ..north.options()
    };
    assert!(hearth_node::clock::Clock::file(&north.directory.config()).is_err());
    let clock = parent.path().join("clock");
    hearth_node::clock::set(&clock, now()).unwrap();
    let error = north.run_with(Options {
        clock: Some(clock),
        ..not_simulated
    });
    assert!(matches!(error, Err(RunError::SimulatedClock)), "{error:?}");
}

#[test]
fn a_large_file_goes_in_pieces_and_arrives_whole() {
    let pair = pair(Transport::Tcp);
    let (mut north, mut south) = (
        pair.north.client(&pair.north_node),
        pair.south.client(&pair.south_node),
    );
    let bytes: Vec<u8> = (0..5_000_000_u32)
        .flat_map(u32::to_le_bytes)
        .take(5_000_000)
        .collect();
    let salt = [7; 32];
    let file = BodyRef::to(&salt, &bytes, "application/octet-stream");
    let home = pair.south.home;
    assert_eq!(
        south.put_body(&home, &file, &[8; 32], &bytes),
        422,
        "another salt makes another body"
    );
    assert_eq!(south.put_body(&home, &file, &salt, &bytes[1..]), 422);
    assert_eq!(south.put_body(&home, &file, &salt, &bytes), 201);
    assert_eq!(south.put_body(&home, &file, &salt, &bytes), 200, "twice is once");
    assert_eq!(
        north.put_body(&home, &file, &salt, b""),
        403,
        "another organisation's log"
    );
    let (reference, words) = Body::of("# The file");
    let published = ResourcePublished {
        file: Some(file.clone()),
        ..ResourcePublished::default()
    };
    let payload = Payload::new(now(), Learning::ResourcePublished(published)).with_body(reference);
    south.submit_one(pair.south.sign(&payload), vec![words]);
    let arrived = until("the file has arrived", || north.body(&home, &file));
    assert!(arrived == bytes, "the bytes are those handed in");
    assert_eq!(north.status()["missing_bodies"], 0);
}

#[test]
fn erased_words_are_gone_everywhere_and_no_tree_changes() {
    let pair = pair(Transport::Tcp);
    let (mut north, mut south) = (
        pair.north.client(&pair.north_node),
        pair.south.client(&pair.south_node),
    );
    let (reference, body) = Body::of("Words to be forgotten");
    let payload =
        Payload::new(now(), Interaction::QueryAsked(QueryAsked::default())).with_body(reference.clone());
    let question = south.submit_one(pair.south.sign(&payload), vec![body]);
    hears(&mut north, question, "Words to be forgotten");
    let (kept, body) = Body::of("Words of somebody else");
    let payload = Payload::new(now(), Interaction::QueryAsked(QueryAsked::default())).with_body(kept.clone());
    let other = north.submit_one(pair.north.sign(&payload), vec![body]);
    hears(&mut south, other, "Words of somebody else");

    let erasing = |hashes: Vec<BodyHash>| {
        let ground = "request".parse().unwrap();
        let erasure = ErasureCarriedOut { ground, hashes };
        let payload = Payload::new(now(), Care::ErasureCarriedOut(erasure)).about(question);
        pair.south.sign(&payload)
    };
    let too_far = south.try_submit(vec![erasing(vec![reference.hash, kept.hash])], vec![]);
    assert_eq!(too_far.unwrap()[0]["error"]["code"], "not_its_body");
    south.submit_one(erasing(vec![reference.hash]), vec![]);
    until("north has erased the words", || {
        north.body(&pair.south.home, &reference).is_none().then_some(())
    });
    assert!(south.body(&pair.south.home, &reference).is_none());
    assert!(
        north.body(&pair.north.home, &kept).is_some(),
        "an erasure reaches no further than what it is about"
    );
    witnessed(
        &mut north,
        &[pair.north.home.organisation, pair.south.home.organisation],
    );
    assert_eq!(
        north.status()["missing_bodies"],
        0,
        "what was erased is not wanted any more"
    );
}

#[test]
fn who_logs_anothers_commitment_and_erases_it_erases_nothing_of_theirs() {
    let pair = pair(Transport::Tcp);
    let (mut north, mut south) = (
        pair.north.client(&pair.north_node),
        pair.south.client(&pair.south_node),
    );
    let (theirs, ours) = (pair.south.home, pair.north.home);
    let asks = |member: &Member, reference: &BodyRef| {
        let query = Interaction::QueryAsked(QueryAsked::default());
        member.sign(&Payload::new(now(), query).with_body(reference.clone()))
    };
    let erases = |member: &Member, entry: Id, reference: &BodyRef| {
        let (ground, hashes) = ("request".parse().unwrap(), vec![reference.hash]);
        let erasure = ErasureCarriedOut { ground, hashes };
        member.sign(&Payload::new(now(), Care::ErasureCarriedOut(erasure)).about(entry))
    };
    let (reference, body) = Body::of("Words of the south");
    let words = south.submit_one(asks(&pair.south, &reference), vec![body.clone()]);
    hears(&mut north, words, "Words of the south");

    let without = north.submit(vec![asks(&pair.north, &reference)], vec![]);
    assert_eq!(without[0]["error"]["code"], "missing_body", "only south has it");
    let copy = north.submit_one(asks(&pair.north, &reference), vec![body]);
    hears(&mut south, copy, "Words of the south");
    north.submit_one(erases(&pair.north, copy, &reference), vec![]);
    until("south has erased the copy", || {
        south.body(&ours, &reference).is_none().then_some(())
    });
    for client in [&mut north, &mut south] {
        assert!(client.body(&ours, &reference).is_none());
        assert_eq!(client.body(&theirs, &reference).unwrap(), b"Words of the south");
        hears(client, words, "Words of the south");
        assert_eq!(client.status()["missing_bodies"], 0);
    }

    south.submit_one(erases(&pair.south, words, &reference), vec![]);
    until("north has erased south's words", || {
        north.body(&theirs, &reference).is_none().then_some(())
    });
    assert!(south.body(&theirs, &reference).is_none());
}
