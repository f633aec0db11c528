//! What somebody does, in one form for every kind: the happenings it is about, its words and its act. The act is made when
//! its moment comes, since headers hold ids, and only who plays the story knows those.

use super::Earlier;
use hearth_protocol::entry::BodyRef;
use hearth_protocol::id::{BodyHash, Id, Pseudonym};
use hearth_protocol::kind::{Act, Head, Slug, Topics};
use hearth_protocol::sign::PublicKey;
use hearth_protocol::time::Timestamp;
use std::rc::Rc;

/// Makes the act of a deed.
pub(crate) type Maker = Rc<dyn Fn(&dyn Known) -> Act>;

/// What is known at the moment of a deed. Members and houses are indices into those of the scenario.
pub(crate) trait Known {
    /// The entry that a happening became.
    fn id(&self, happening: Earlier) -> Id;
    /// The bodies of that entry.
    fn bodies(&self, happening: Earlier) -> Vec<BodyHash>;
    /// A member's person.
    fn person(&self, member: usize) -> Id;
    /// The first key of a member, or the one after it.
    fn key(&self, member: usize, generation: usize) -> PublicKey;
    /// A house's organisation.
    fn organisation(&self, house: usize) -> Id;
    /// Everything that all hold at the beginning of this stretch of the story.
    fn cut(&self) -> Vec<Head>;
    /// The file of this very deed.
    fn file(&self) -> Option<BodyRef>;
    /// The parameters of the framework with another value at a place such as `/v1/topics`, in their next version.
    fn parameters(&self, place: &str, value: serde_json::Value) -> Act;
}

/// What a deed is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Happening(Earlier),
    /// A person: the admission of a member.
    Person(usize),
}

/// A change in who belongs, or in who holds which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Admits(usize),
    Leaves(usize),
    /// The one who acts signs with their second key from now on.
    NextKey,
}

/// Where a record of imported history comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) at: Timestamp,
    pub(crate) site: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) id: u64,
    pub(crate) person: Pseudonym,
}

/// One thing somebody does.
#[derive(Clone)]
pub(crate) struct Deed {
    make: Maker,
    /// The first is the subject.
    pub(crate) about: Vec<About>,
    pub(crate) circle: Option<Earlier>,
    pub(crate) words: Option<Words>,
    /// The text of a file among its data.
    pub(crate) file: Option<String>,
    pub(crate) change: Option<Change>,
    /// A record of the past rather than something a member signs.
    pub(crate) past: Option<Past>,
    /// It pins a cut.
    pub(crate) pins: bool,
}

/// The body of a deed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Words {
    Said(String),
    /// The salt that makes pseudonyms.
    Salt([u8; 32]),
}

impl Deed {
    /// An act that names nobody and nothing.
    pub(crate) fn of(act: impl Into<Act>) -> Self {
        let act = act.into();
        Self::made(move |_| act.clone())
    }

    /// An act that is made of what is known at its moment.
    pub(crate) fn made(make: impl Fn(&dyn Known) -> Act + 'static) -> Self {
        Self::by(Rc::new(make))
    }

    /// The same, of a maker used elsewhere too.
    pub(crate) fn by(make: Maker) -> Self {
        Self {
            make,
            about: Vec::new(),
            circle: None,
            words: None,
            file: None,
            change: None,
            past: None,
            pins: false,
        }
    }

    pub(crate) fn about(mut self, happening: Earlier) -> Self {
        self.about.push(About::Happening(happening));
        self
    }

    pub(crate) fn about_all(mut self, happenings: impl IntoIterator<Item = Earlier>) -> Self {
        self.about.extend(happenings.into_iter().map(About::Happening));
        self
    }

    pub(crate) fn about_person(mut self, member: usize) -> Self {
        self.about.push(About::Person(member));
        self
    }

    pub(crate) fn within(mut self, circle: Option<Earlier>) -> Self {
        self.circle = circle;
        self
    }

    pub(crate) fn saying(mut self, text: impl Into<String>) -> Self {
        self.words = Some(Words::Said(text.into()));
        self
    }

    pub(crate) fn salted(mut self, salt: [u8; 32]) -> Self {
        self.words = Some(Words::Salt(salt));
        self
    }

    pub(crate) fn with_file(mut self, file: Option<String>) -> Self {
        self.file = file;
        self
    }

    pub(crate) fn changing(mut self, change: Change) -> Self {
        self.change = Some(change);
        self
    }

    pub(crate) fn of_the_past(mut self, past: Past) -> Self {
        self.past = Some(past);
        self
    }

    pub(crate) fn pinning(mut self) -> Self {
        self.pins = true;
        self
    }

    /// The act, now that its moment has come.
    pub(crate) fn act(&self, known: &dyn Known) -> Act {
        (self.make)(known)
    }

    /// The happenings it is about or happens in.
    pub(crate) fn earlier(&self) -> impl Iterator<Item = Earlier> {
        let about = self.about.iter().filter_map(|about| match about {
            About::Happening(earlier) => Some(*earlier),
            About::Person(_) => None,
        });
        about.chain(self.circle)
    }

    /// The members whose admission it is about.
    pub(crate) fn people(&self) -> impl Iterator<Item = usize> {
        self.about.iter().filter_map(|about| match about {
            About::Person(member) => Some(*member),
            About::Happening(_) => None,
        })
    }
}

/// A code of the story as a slug.
pub(crate) fn slug(text: &str) -> Slug {
    text.parse().expect("the scenario's codes are slugs")
}

/// Codes of the story as topics.
pub(crate) fn topics(codes: &[&str]) -> Topics {
    let codes: Vec<Slug> = codes.iter().map(|code| slug(code)).collect();
    Topics::try_from(codes).expect("the story names few topics at once")
}

/// The persons of members as headers list them: ascending.
pub(crate) fn persons(known: &dyn Known, members: &[usize]) -> Vec<Id> {
    let mut persons: Vec<Id> = members.iter().map(|&member| known.person(member)).collect();
    persons.sort_unstable();
    persons.dedup();
    persons
}
