use hearth_protocol::kind::Clock;
use hearth_protocol::log::Origin;
use hearth_protocol::time::Timestamp;

use super::*;
use crate::config::Config;
use crate::directory::DataDirectory;
use crate::found::{Organisation, Purpose, found};
use crate::secret_file;
use crate::store::NewLog;

fn reader() -> (tempfile::TempDir, Reader) {
    let parent = tempfile::tempdir().unwrap();
    let directory = DataDirectory::at(parent.path().join("north"));
    let steward = secret_file::generate().unwrap();
    let organisation = Organisation {
        slug: "north".parse().unwrap(),
        name: "North Hospice".into(),
        steward: &steward,
        steward_name: Some("Ada".into()),
        addresses: vec![],
        config: Config::default(),
    };
    let (domain, name) = ("care".parse().unwrap(), "Care".into());
    let purpose = Purpose {
        domain,
        name,
        words: String::new(),
        clock: Clock::Real,
    };
    found(&directory, &organisation, &purpose, Timestamp::from_millis(1_000)).unwrap();
    let reader = open(directory.path()).unwrap();
    (parent, reader)
}

fn ask(reader: &Reader, question: &str) -> Result<Value, QueryError> {
    reader.answer(&serde_json::from_str(question).unwrap())
}

#[test]
fn a_data_directory_answers_without_a_node() {
    let (_parent, reader) = reader();
    let status = ask(&reader, r#"{"query":"status"}"#).unwrap();
    assert_eq!(
        (&status["slug"], &status["running"], &status["admitted"]),
        (&"north".into(), &false.into(), &true.into())
    );
    assert_eq!(
        (&status["logs"][0]["size"], &status["logs"][0]["witnessed"]),
        (&3.into(), &"unwitnessed".into())
    );
    let log = ask(&reader, r#"{"query":"log","organisation":"north"}"#).unwrap();
    let kinds: Vec<_> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["community.founded", "organisation.chartered", "member.admitted"]
    );
    assert_eq!(log["entries"][1]["title"], "North Hospice");
    let members = ask(&reader, r#"{"query":"members"}"#).unwrap();
    assert_eq!(members["members"][0]["name"], "Ada");
    let organisations = ask(&reader, r#"{"query":"organisations"}"#).unwrap();
    assert_eq!(organisations["organisations"][0]["members"], 1);
    let bodies = ask(&reader, r#"{"query":"bodies","organisation":"north"}"#).unwrap();
    assert_eq!(
        (bodies["bodies"].as_array().unwrap().len(), &bodies["next"]),
        (3, &3.into())
    );
    let applications = ask(&reader, r#"{"query":"applications"}"#).unwrap();
    assert_eq!(applications["preceding"], status["community"]);
}

#[test]
fn a_log_nothing_is_known_of_is_not_said_to_be_up_to_date() {
    let (_parent, reader) = reader();
    let key = secret_file::generate().unwrap().public();
    let south = NewLog {
        organisation: hearth_protocol::id::Id::from_bytes([9; 32]),
        origin: Origin::of("south", &key).unwrap(),
        key,
        next: key.hash(),
        witness: key,
        own: false,
    };
    reader.store().write(|batch| batch.hold_log(south)).unwrap();
    let logs = ask(&reader, r#"{"query":"status"}"#).unwrap()["logs"].take();
    let lag = |own: bool| {
        let log = logs.as_array().unwrap().iter().find(|log| log["own"] == own);
        log.unwrap()["lag"].clone()
    };
    assert_eq!((lag(true), lag(false)), (0.into(), Value::Null));
}

#[test]
fn an_id_may_be_shortened_and_a_wrong_one_is_named() {
    let (_parent, reader) = reader();
    let id = ask(&reader, r#"{"query":"status"}"#).unwrap()["organisation"]
        .as_str()
        .unwrap()
        .to_owned();
    let short = ask(&reader, &format!(r#"{{"query":"entry","id":"{}"}}"#, &id[..12])).unwrap();
    assert_eq!(short["entry"]["id"].as_str(), Some(id.as_str()));
    let refused = |question: &str| ask(&reader, question).unwrap_err().code();
    assert_eq!(refused(r#"{"query":"entry","id":"abc"}"#), "not_an_id");
    assert_eq!(
        refused(r#"{"query":"log","organisation":"south"}"#),
        "no_such_organisation"
    );
    assert_eq!(
        refused(&format!(r#"{{"query":"thread","id":"{id}"}}"#)),
        "not_a_discussion"
    );
    assert_eq!(
        refused(r#"{"query":"explain","statement":"X9"}"#),
        "no_such_statement"
    );
    for lists_ids in [
        r#"{"query":"explain","statement":"V4","external":true}"#,
        r#"{"query":"figure","indicator":"members","external":true}"#,
    ] {
        assert_eq!(refused(lists_ids), "not_for_outsiders", "{lists_ids}");
    }
}
