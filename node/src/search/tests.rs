use std::fs;
use std::path::PathBuf;

use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload};
use hearth_protocol::kind::{Clock, Interaction, QueryAsked};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use sha2::{Digest as _, Sha256};

use super::index::{Document, Index};
use super::*;
use crate::config::Config;
use crate::directory::DataDirectory;
use crate::found::{Organisation, Purpose, found};
use crate::secret_file;
use crate::store::{AppendError, BodyError, Log, NewEntry};

/// An organisation of one log, and what is written in it.
struct House {
    _parent: tempfile::TempDir,
    directory: DataDirectory,
    steward: SecretKey,
    home: Home,
    store: Store,
    log: Log,
}

/// A body: what an entry says of it, and its salt and bytes.
type Words = (BodyRef, [u8; 32], Vec<u8>);

impl House {
    fn found() -> House {
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
        let store = Store::open(directory.path()).unwrap();
        let log = store.read().unwrap().own_log().unwrap().unwrap();
        House {
            _parent: parent,
            directory,
            steward,
            home: made.home,
            store,
            log,
        }
    }

    fn files(&self) -> PathBuf {
        self.directory.path().join(SEARCH_DIRECTORY)
    }

    /// The index as a reading command has it.
    fn search(&self) -> Search {
        Search::at_rest(self.store.clone(), self.home.community, self.directory.path())
    }

    fn feed(&self) -> Feed {
        Feed::new(self.store.clone(), self.home.community, self.files())
    }

    fn words(text: &str, media_type: &str) -> Words {
        let (salt, bytes) = ([7; 32], text.as_bytes().to_vec());
        (BodyRef::to(&salt, &bytes, media_type), salt, bytes)
    }

    /// Logs an entry whose words are not here yet; gives its index.
    fn announce(&self, words: &Words) -> u64 {
        let size = self.store.read().unwrap().size(self.log.number).unwrap();
        let payload = Payload::new(
            Timestamp::from_millis(1000 + size),
            Interaction::QueryAsked(QueryAsked::default()),
        );
        let event = Event::sign(&payload.with_body(words.0.clone()), &self.steward, &self.home);
        let entry = NewEntry::received(event);
        let appended: Result<_, AppendError> = self
            .store
            .write(|batch| batch.append_own(self.log.number, &[entry]).map(drop));
        appended.unwrap();
        size
    }

    fn keep(&self, words: &Words) {
        let kept: Result<(), BodyError> = self
            .store
            .write(|batch| batch.put_body(self.log.number, &words.0.hash, &words.1, &words.2));
        kept.unwrap();
    }

    fn write(&self, text: &str) -> u64 {
        let words = Self::words(text, "text/markdown");
        self.keep(&words);
        self.announce(&words)
    }

    fn erase(&self, text: &str) {
        let (body, ..) = Self::words(text, "text/markdown");
        let by = Entry::id_of(b"whoever erased it");
        let erased: Result<(), StoreError> = self
            .store
            .write(|batch| batch.erase_body(self.log.number, &body.hash, &by));
        erased.unwrap();
    }
}

/// Indices of what is found, ascending; nothing is left to be taken in.
#[track_caller]
fn find(search: &Search, words: &str) -> Vec<u64> {
    let found = search.find(&Expression::parse(words).unwrap()).unwrap();
    assert_eq!(found.behind, 0);
    let mut indices: Vec<u64> = found.hits.iter().map(|hit| hit.place.index).collect();
    indices.sort_unstable();
    indices
}

/// Whether any file of the index holds these bytes, or any of its dictionaries this word.
fn is_findable(house: &House, word: &str) -> bool {
    let in_files = fs::read_dir(house.files()).unwrap().any(|file| {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    });
    let index = tantivy::Index::open_in_dir(house.files()).unwrap();
    let searcher = index.reader().unwrap().searcher();
    let in_words = ["title", "words"].iter().any(|field| {
        let field = index.schema().get_field(field).unwrap();
        let knows = |segment: &tantivy::SegmentReader| {
            let terms = segment.inverted_index(field).unwrap();
            terms.terms().term_ord(word.as_bytes()).unwrap().is_some()
        };
        searcher.segment_readers().iter().any(knows)
    });
    in_files || in_words
}

#[test]
fn words_are_found_whole_begun_together_and_without_their_accents() {
    let house = House::found();
    let foam = house.write("# Foam swabs\n\nOur patients refuse the swabs at night.");
    let brush = house.write("Soft brushes, and foam. Équipe de nuit.");
    let html = House::words("<h1>La nuit</h1>\n<p>des &lt;soins&gt;</p>", "text/html");
    house.keep(&html);
    let html = house.announce(&html);
    let picture = House::words("foam", "image/png");
    house.keep(&picture);
    house.announce(&picture);

    let search = house.search();
    assert_eq!(find(&search, "foam"), [foam, brush]);
    assert_eq!(find(&search, "FOAM swab"), [foam]);
    assert_eq!(
        find(&search, "swab foam"),
        [] as [u64; 0],
        "only the last may be begun"
    );
    assert_eq!(find(&search, "\"foam swabs\""), [foam]);
    assert_eq!(
        find(&search, "\"swabs our\""),
        [] as [u64; 0],
        "a title is no part of what follows"
    );
    assert_eq!(find(&search, "\"swabs foam\""), [] as [u64; 0]);
    assert_eq!(
        find(&search, "\"foam swab\""),
        [] as [u64; 0],
        "a phrase is whole"
    );
    assert_eq!(find(&search, "equipe"), [brush]);
    assert_eq!(find(&search, "ÉQUIP"), [brush]);
    assert_eq!(find(&search, "nuit"), [brush, html]);
    assert_eq!(find(&search, "soins"), [html]);
    assert_eq!(find(&search, "h1"), [] as [u64; 0], "tags are no words");
    assert_eq!(find(&search, "foam-swa"), [foam]);

    let title_first = search.find(&Expression::parse("nuit").unwrap()).unwrap().hits;
    let best = title_first
        .iter()
        .max_by(|a, b| a.score.total_cmp(&b.score))
        .unwrap();
    assert_eq!(best.place.index, html, "a word of the title weighs more");
}

#[test]
fn what_comes_later_is_found_also_after_a_restart() {
    let house = House::found();
    let late = House::words("Late words", "text/markdown");
    let index = house.announce(&late);
    let search = house.search();
    assert_eq!(find(&search, "late"), [] as [u64; 0]);
    let next = house.write("The next");
    assert_eq!(find(&search, "next"), [next]);
    house.keep(&late);
    assert_eq!(find(&search, "late"), [index]);
    drop(search);

    let later = House::words("Later words", "text/markdown");
    let later_index = house.announce(&later);
    let last = house.write("The last words");
    let search = house.search();
    assert_eq!(find(&search, "words"), [index, last]);
    drop(search);
    house.keep(&later);
    let search = house.search();
    assert_eq!(find(&search, "words"), [index, later_index, last]);
    assert_eq!(
        find(&search, "next"),
        [next],
        "what was known is not taken in twice"
    );
}

#[test]
fn erased_words_are_in_no_file_any_more() {
    let house = House::found();
    let words = "# Xylophilous\n\nMrs Quetzalcoatl slept";
    house.write(words);
    let other = house.write("Another xylophone, slept as well");
    let search = house.search();
    assert_eq!(find(&search, "slept").len(), 2);
    assert!(is_findable(&house, "quetzalcoatl") && is_findable(&house, "xylophilous"));
    house.erase(words);
    assert_eq!(find(&search, "slept"), [other]);
    let gone = |word| assert!(!is_findable(&house, word), "{word} is still there");
    gone("quetzalcoatl");
    gone("xylophilous");
    assert!(is_findable(&house, "xylophone"));
    drop(search);

    // Erased while nothing kept the index.
    house.erase("Another xylophone, slept as well");
    assert_eq!(find(&house.search(), "slept"), [] as [u64; 0]);
    gone("xylophone");
}

#[test]
fn a_crash_between_an_erasure_and_the_cleaning_is_made_good() {
    let house = House::found();
    house.write("Quetzalcoatl slept");
    let other = house.write("Another slept");
    find(&house.search(), "slept");
    house.erase("Quetzalcoatl slept");
    let mut feed = house.feed();
    feed.look(&mut |_, _| true).unwrap();
    drop(feed);
    assert!(is_findable(&house, "quetzalcoatl"), "only marked as gone");
    assert_eq!(find(&house.search(), "slept"), [other]);
    assert!(!is_findable(&house, "quetzalcoatl"));
}

#[test]
fn a_lost_or_damaged_index_is_built_anew() {
    let house = House::found();
    let written: Vec<u64> = (0..20)
        .map(|n| house.write(&format!("The words of {n}")))
        .collect();
    assert_eq!(find(&house.search(), "words"), written);
    fs::remove_dir_all(house.files()).unwrap();
    assert_eq!(find(&house.search(), "words"), written);

    let files = || -> Vec<PathBuf> {
        let files = fs::read_dir(house.files())
            .unwrap()
            .map(|file| file.unwrap().path());
        files
            .filter(|file| fs::metadata(file).unwrap().len() > 0)
            .collect()
    };
    for number in 0..files().len() {
        for damage in ["flipped", "cut", "lost"] {
            let mut all = files();
            all.sort();
            let Some(file) = all.get(number) else { continue };
            let mut bytes = fs::read(file).unwrap();
            let middle = bytes.len() / 2;
            match damage {
                "flipped" => bytes[middle] ^= 0x41,
                "cut" => bytes.truncate(middle),
                _ => {}
            }
            fs::write(file, bytes).unwrap();
            if damage == "lost" {
                fs::remove_file(file).unwrap();
            }
            assert_eq!(
                find(&house.search(), "words"),
                written,
                "{} {damage}",
                file.display()
            );
        }
    }
}

#[test]
fn files_of_no_use_are_removed() {
    let house = House::found();
    let index = house.write("Some words");
    find(&house.search(), "words");
    let stray = house.files().join("0123456789abcdef0123456789abcdef.term");
    fs::write(&stray, "quetzalcoatl").unwrap();
    assert_eq!(find(&house.search(), "words"), [index]);
    assert!(!stray.exists());
}

#[test]
fn an_index_of_another_store_counts_for_nothing() {
    let (house, other) = (House::found(), House::found());
    house.write("Ours alone");
    find(&house.search(), "ours");
    let theirs = other.write("Theirs alone");
    fs::create_dir(other.files()).unwrap();
    for file in fs::read_dir(house.files()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), other.files().join(file.file_name())).unwrap();
    }
    assert_eq!(find(&other.search(), "ours"), [] as [u64; 0]);
    assert_eq!(find(&other.search(), "alone"), [theirs]);
}

#[test]
fn what_is_cut_off_in_the_middle_goes_on_where_it_was() {
    let house = House::found();
    let text = |n: u64| format!("common {n} {}", "filler ".repeat(120_000));
    let written: Vec<u64> = (0..12).map(|n| house.write(&text(n))).collect();
    let mut feed = house.feed();
    let mut looks = 0;
    feed.look(&mut |_, behind| {
        looks += 1;
        assert!(behind > 0);
        false
    })
    .unwrap();
    assert_eq!(looks, 1);
    drop(feed);
    assert_eq!(find(&house.search(), "common"), written, "each once");
}

#[test]
fn a_running_index_answers_for_all_that_is_stored() {
    let house = House::found();
    let search = Search::start(house.store.clone(), house.home.community, house.directory.path()).unwrap();
    for n in 0..5 {
        let index = house.write(&format!("Number{n} words"));
        assert_eq!(find(&search, &format!("number{n}")), [index]);
    }
    assert_eq!(find(&search, "words").len(), 5);

    // Its files are lost under it: it is built anew with what comes next.
    fs::remove_dir_all(house.files()).unwrap();
    let index = house.write("More words");
    let all = find(&search, "words");
    assert_eq!((all.len(), all.last()), (6, Some(&index)));
    search.stop();
    let expression = Expression::parse("words").unwrap();
    assert!(matches!(search.find(&expression), Err(SearchError::Ended)));
}

#[test]
fn an_index_of_another_version_is_built_anew_and_says_how_far_it_is() {
    let house = House::found();
    let text = |n: u64| format!("common {n} {}", "filler ".repeat(120_000));
    let written: Vec<u64> = (0..12).map(|n| house.write(&text(n))).collect();
    assert_eq!(find(&house.search(), "common"), written);

    // As an older program left it: its own number, and what it made of words.
    let (mut index, note) = Index::open(&house.files()).unwrap();
    let note = note.unwrap();
    let mut older: serde_json::Value = serde_json::from_str(note.split_once(' ').unwrap().1).unwrap();
    older["version"] = (older["version"].as_u64().unwrap() - 1).into();
    let older = older.to_string();
    let place = Place {
        log: house.log.number,
        index: written[0],
    };
    let text = Text::of("quetzalcoatl", "text/markdown");
    let body = [9; 36];
    index.add(&Document { place, body, text }).unwrap();
    index
        .commit(&format!("{} {older}", hex::encode(Sha256::digest(&older))))
        .unwrap();
    drop(index);

    let (mut feed, mut left) = (house.feed(), Vec::new());
    feed.look(&mut |_, behind| {
        left.push(behind);
        true
    })
    .unwrap();
    drop(feed);
    assert!(
        left.len() > 1 && left[0] > 0,
        "it says how much is left: {left:?}"
    );
    assert!(
        left.is_sorted_by(|a, b| a >= b) && left.ends_with(&[0]),
        "{left:?}"
    );
    assert_eq!(find(&house.search(), "quetzalcoatl"), [] as [u64; 0]);
    assert_eq!(find(&house.search(), "common"), written);
}
