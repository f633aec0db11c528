use hearth_protocol::community::Standing;
use hearth_protocol::kind::Clock;
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;

use super::*;
use crate::config::Config;
use crate::directory::DataDirectory;
use crate::found::{Made, Organisation, Purpose, found};
use crate::secret_file;
use crate::store::{CHECKS_FILE, NewEntry};

mod bodies;

struct Founded {
    _parent: tempfile::TempDir,
    directory: DataDirectory,
    made: Made,
    steward: SecretKey,
}

fn founded() -> Founded {
    let parent = tempfile::tempdir().unwrap();
    let directory = DataDirectory::at(parent.path().join("north"));
    let steward = secret_file::generate().unwrap();
    let organisation = Organisation {
        slug: "north".parse().unwrap(),
        name: "North".into(),
        steward: &steward,
        steward_name: None,
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
    let made = found(&directory, &organisation, &purpose, Timestamp::from_millis(1)).unwrap();
    Founded {
        _parent: parent,
        directory,
        made,
        steward,
    }
}

fn open(founded: &Founded) -> (Store, Projector) {
    let store = Store::open(founded.directory.path()).unwrap();
    let projector = Projector::open(
        store.clone(),
        founded.made.home.community,
        Some(founded.directory.path()),
    )
    .unwrap();
    (store, projector)
}

fn append(store: &Store, bytes: &[u8]) {
    let log = store.read().unwrap().own_log().unwrap().unwrap();
    let entry = NewEntry::received(bytes.to_vec());
    store
        .write(|batch| batch.append_own(log.number, &[entry]).map(drop))
        .map_err(|e: crate::store::AppendError| e)
        .unwrap();
}

#[test]
fn what_was_checked_is_not_checked_again_and_a_failure_stays_one() {
    let founded = founded();
    let organisation = founded.made.home.organisation;
    let (store, projector) = open(&founded);
    let mut forged = store
        .read()
        .unwrap()
        .latest(store.read().unwrap().own_log().unwrap().unwrap().number)
        .unwrap()
        .unwrap()
        .1;
    let last = forged.len() - 1;
    forged[last] ^= 1;
    append(&store, &forged);
    projector.follow().unwrap();
    assert_eq!(projector.read().size_of(organisation), 4);
    projector.keep().unwrap();
    let standings = |projector: &Projector| -> Vec<Standing> {
        projector
            .view(None)
            .unwrap()
            .items()
            .iter()
            .map(|item| item.standing)
            .collect()
    };
    let first = standings(&projector);
    assert_ne!(first[3], Standing::Counts);
    drop((store, projector));

    let (store, projector) = open(&founded);
    assert_eq!(standings(&projector), first);
    let log = store.read().unwrap().own_log().unwrap().unwrap();
    let known = projector.inner.checker().known(&store, &log).unwrap().clone();
    assert_eq!((known.size, known.failed), (4, vec![3]));
    drop((store, projector));

    std::fs::remove_file(founded.directory.path().join(CHECKS_FILE)).unwrap();
    assert_eq!(standings(&open(&founded).1), first);
}

#[test]
fn a_cache_of_another_tree_counts_for_nothing() {
    let founded = founded();
    let (store, projector) = open(&founded);
    let mut other = projector.inner.checker();
    let organisation = founded.made.home.organisation;
    let log = store.read().unwrap().own_log().unwrap().unwrap();
    let head = root_of(&store, &log);
    let wrong = hearth_protocol::log::TreeHead {
        root: hearth_protocol::id::Root::from_bytes([7; 32]),
        ..head
    };
    let lies = crate::store::Checks {
        size: 3,
        failed: vec![2],
    };
    drop(std::mem::replace(&mut *other, Checker::new(None)));
    drop(other);
    let file = ChecksFile::open(founded.directory.path()).unwrap();
    file.save(&[(organisation, lies.clone(), wrong)]).unwrap();
    let mut checker = Checker::new(Some(file));
    assert_eq!(checker.known(&store, &log).unwrap().size, 0);
    let file = checker_file(checker);
    file.save(&[(organisation, lies.clone(), head)]).unwrap();
    assert_eq!(Checker::new(Some(file)).known(&store, &log).unwrap(), &lies);
}

fn root_of(store: &Store, log: &Log) -> hearth_protocol::log::TreeHead {
    store.read().unwrap().tree_head(log.number).unwrap()
}

fn checker_file(checker: Checker) -> ChecksFile {
    checker.into_file().unwrap()
}

#[test]
fn following_and_judging_at_once_never_wait_for_each_other() {
    let founded = founded();
    let (_store, projector) = open(&founded);
    let (done, finished) = std::sync::mpsc::channel();
    let community = projector.shared();
    let judging = std::thread::spawn(move || {
        while let Err(std::sync::mpsc::TryRecvError::Empty) = finished.try_recv() {
            drop(community.write().unwrap());
        }
    });
    let (followed, ends) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        (0..5_000).for_each(|_| projector.follow().unwrap());
        followed.send(()).unwrap();
    });
    ends.recv_timeout(std::time::Duration::from_secs(60))
        .expect("neither waits for ever");
    done.send(()).unwrap();
    judging.join().unwrap();
}

/// What is written to it.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_cache_of_an_older_version_is_made_anew_with_words_about_progress() {
    const NOW: redb::TableDefinition<'static, &[u8; 32], &[u8]> = redb::TableDefinition::new("checked/2");
    const BEFORE: redb::TableDefinition<'static, &[u8; 32], &[u8]> = redb::TableDefinition::new("checked/1");
    let founded = founded();
    let organisation = founded.made.home.organisation;
    let (store, projector) = open(&founded);
    let log = store.read().unwrap().own_log().unwrap().unwrap();
    let head = root_of(&store, &log);
    drop(projector);
    // An older program found that an entry failed, of this very tree.
    let lies = crate::store::Checks {
        size: head.size,
        failed: vec![2],
    };
    let file = ChecksFile::open(founded.directory.path()).unwrap();
    file.save(&[(organisation, lies, head)]).unwrap();
    drop(file);
    let path = founded.directory.path().join(CHECKS_FILE);
    let database = redb::Database::open(path).unwrap();
    let transaction = database.begin_write().unwrap();
    {
        let mut now = transaction.open_table(NOW).unwrap();
        let row = now
            .remove(organisation.as_bytes())
            .unwrap()
            .unwrap()
            .value()
            .to_vec();
        let mut before = transaction.open_table(BEFORE).unwrap();
        before.insert(organisation.as_bytes(), row.as_slice()).unwrap();
    }
    transaction.commit().unwrap();
    drop((database, store));

    let heard = Heard::default();
    let writer = heard.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let (store, projector) = tracing::subscriber::with_default(subscriber, || open(&founded));
    let known = projector.inner.checker().known(&store, &log).unwrap().clone();
    assert_eq!(
        (known.size, known.failed),
        (head.size, vec![]),
        "checked again, all of it"
    );
    let view = projector.view(None).unwrap();
    assert!(view.items().iter().all(|item| item.standing == Standing::Counts));
    let words = String::from_utf8(heard.0.lock().unwrap().clone()).unwrap();
    assert!(
        words.contains("reading") && words.contains("entries=2"),
        "{words}"
    );
}
