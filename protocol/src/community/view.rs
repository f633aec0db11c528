//! What a cut says: every entry of it with its verdict, author and time, and who belonged when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::id::{Id, KeyBytes, Pseudonym};
use crate::kind::{Act, Clock, Deed, Head, Policy};
use crate::time::{Span, Timestamp};

use super::chain::Limit;
use super::cut::Cut;
use super::history::{LATE, Witnessed};
use super::kin::Kin;
use super::verdict::Standing;

/// A community as a cut shows it. Equal cuts under one ruleset give equal views, on every machine.
#[derive(Debug, Clone)]
pub struct View {
    pub(super) community: Id,
    pub(super) clock: Clock,
    pub(super) policy: Policy,
    pub(super) cut: Cut,
    pub(super) organisations: Vec<Belonging>,
    pub(super) persons: Vec<Person>,
    /// Persons who count as another one.
    pub(super) kin: Kin,
    /// By place of the items whose author counts as another: who signed.
    pub(super) signers: BTreeMap<u32, PersonNumber>,
    pub(super) items: Vec<Item>,
    /// Where each organisation's items begin.
    pub(super) starts: Vec<usize>,
    pub(super) spells: Vec<Spell>,
    pub(super) founder: OrganisationNumber,
    /// By place of the items that pin a cut.
    pub(super) pins: BTreeMap<u32, Pinned>,
    pub(super) by_id: OnceLock<Vec<u32>>,
    pub(super) by_deed: OnceLock<BTreeMap<Deed, Vec<u32>>>,
    pub(super) first_acts: OnceLock<Vec<Option<Timestamp>>>,
    pub(super) roots: OnceLock<Vec<Option<u32>>>,
}

/// What the logs say of a cut that an entry pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// It is a cut of this community, within the one the view is of.
    Holds,
    /// It goes beyond the view's own cut.
    Beyond,
    /// It is a cut of this community, but one from before others came or went, as the log of the entry itself had shown
    /// by then. Said of proposals alone, whose cut is an electorate.
    Outdated,
    /// No cut of this community: an organisation is missing or not admitted within it, or a root is another.
    Wrong,
}

/// A cut that an entry pins.
#[derive(Debug, Clone)]
pub(super) struct Pinned {
    pub(super) pin: Pin,
    /// The organisations that are out at its end.
    pub(super) away: Vec<Id>,
}

/// A person: a member by the id of their first admission, or a pseudonym of imported history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// Of the organisation in whose log they were admitted.
    Member(Id),
    /// Of no organisation.
    Imported(Pseudonym),
}

/// A person's place in [`View::person`]; ascending as [`Person`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonNumber(pub(super) u32);

/// An organisation's place in [`View::organisations`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrganisationNumber(pub(super) u32);

impl PersonNumber {
    pub(crate) const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

impl OrganisationNumber {
    pub(super) const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Author {
    /// A member, or a pseudonym of imported history.
    Person(PersonNumber),
    /// Somebody, differing from everybody.
    Unknown,
    /// A bot or a system account, which counts nowhere.
    Automaton,
    /// The organisation itself, or a steward who is no member; also where no author is known to the log.
    Organisation,
}

/// Signed by its author, or vouched for by an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// An event.
    Signed,
    /// A record.
    Imported,
}

/// An entry of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The entry's id.
    pub id: Id,
    /// Whose log it is in.
    pub organisation: OrganisationNumber,
    /// Where in it.
    pub index: u64,
    /// What it does; none where the bytes are no entry of this log.
    pub deed: Option<Deed>,
    /// What its header says; none with the deed, and of `heads.seen` and charters.
    pub(super) act: Option<Arc<Act>>,
    /// Whether it counts.
    pub standing: Standing,
    /// Who did it.
    pub author: Author,
    /// Event or record.
    pub column: Column,
    /// When the author says it happened.
    pub at: Timestamp,
    /// By when others bear it out. Records are borne out by nobody: theirs is the source's time.
    pub witnessed: Witnessed,
    /// The time that counts.
    pub effective: Timestamp,
    /// Place in [`View::items`] of what it is about.
    pub(super) subject: Option<u32>,
    /// Places of what else it refers to.
    pub(super) others: Box<[u32]>,
    /// Place of the circle it names.
    pub(super) circle: Option<u32>,
    /// Place of the record of the same source that counts in its stead.
    pub(super) twin_of: Option<u32>,
    /// Its body holds at least one byte.
    pub written: bool,
    /// Asked under a pseudonym.
    pub pseudonymous: bool,
}

/// A place in time, of which no two entries of a view have the same: when, in whose log, where in it.
pub type Moment = (Timestamp, OrganisationNumber, u64);

/// An organisation of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// Its id.
    pub id: Id,
    /// Its short name.
    pub slug: String,
    /// Since when it is one of the community.
    pub admitted: Timestamp,
    /// Its turn in being admitted; the founder's is the first.
    pub(super) seniority: usize,
    /// When it was suspended or removed, ascending.
    pub away: Vec<Away>,
    /// How much counts of its log where it is out at the end of the cut.
    pub limit: Option<Limit>,
}

/// A time in which an organisation is not of the community.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away {
    /// From this instant on.
    pub from: Timestamp,
    /// Until it was restored; none if it is out for good or still.
    pub until: Option<Timestamp>,
}

impl Belonging {
    /// Since when it is out; none for one that is of the community at the end of the cut.
    pub fn out_since(&self) -> Option<Timestamp> {
        let last = self.away.last().filter(|away| away.until.is_none());
        last.map(|away| away.from)
    }

    /// Whether it is of the community at an instant: what happened before is visible, what happens then is not.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        let is_away = |away: &Away| away.from < at && away.until.is_none_or(|until| until >= at);
        self.admitted < at && !self.away.iter().any(is_away)
    }
}

/// An unbroken time of membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spell {
    /// Who.
    pub person: PersonNumber,
    /// As whom they were admitted there.
    pub member: Id,
    /// Of which organisation.
    pub organisation: OrganisationNumber,
    /// The admission that began it.
    pub by: Id,
    /// The steward's key that signed that.
    pub steward: KeyBytes,
    /// From this instant on, visible to all later ones.
    pub from: Timestamp,
    /// Until this one; none if it goes on.
    pub until: Option<Timestamp>,
    /// The index that began it.
    pub first: u64,
    /// The index that ended it; none if it goes on.
    pub last: Option<u64>,
}

/// Which organisations admitted whom.
#[derive(Debug, Clone, Default)]
pub struct Houses(BTreeMap<PersonNumber, BTreeSet<OrganisationNumber>>);

impl Houses {
    /// The organisations behind an entry: that of its log, unless it was imported, and all that admitted its author.
    pub fn behind(&self, item: &Item) -> BTreeSet<OrganisationNumber> {
        let signed = (item.column == Column::Signed).then_some(item.organisation);
        let admitted = item.author.person().map(|person| self.of(person));
        signed.into_iter().chain(admitted.into_iter().flatten()).collect()
    }

    /// The organisations that admitted a person.
    pub fn of(&self, person: PersonNumber) -> impl Iterator<Item = OrganisationNumber> {
        self.0.get(&person).into_iter().flatten().copied()
    }
}

impl View {
    /// The community.
    pub fn community(&self) -> Id {
        self.community
    }

    /// Whose time it runs on.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The ruleset that judged.
    pub fn ruleset(&self) -> u64 {
        self.policy.ruleset
    }

    /// How far a claimed time may lie before the time others bear out.
    pub fn tolerance(&self) -> Span {
        self.policy.tolerance
    }

    /// The cut it is of.
    pub fn cut(&self) -> &Cut {
        &self.cut
    }

    /// The organisation that founded it.
    pub fn founder(&self) -> OrganisationNumber {
        self.founder
    }

    /// What the logs say of the cut this entry pins; none where it pins none or does not count.
    pub fn pin(&self, item: &Item) -> Option<Pin> {
        self.pinned(item).map(|pinned| pinned.pin)
    }

    /// The times of membership that hold after the cut this entry pins.
    pub fn members_of_pin<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = &'a Spell> {
        let rows = item.act().map_or(&[] as &[Head], |act| act.pins());
        let away = self.pinned(item).map_or(&[] as &[Id], |pinned| &pinned.away);
        self.spells.iter().filter(move |spell| {
            let organisation = self.organisation(spell.organisation).id;
            let row = rows.iter().find(|row| row.organisation == organisation);
            row.is_some_and(|row| spell.holds_within(row.size)) && !away.contains(&organisation)
        })
    }

    fn pinned(&self, item: &Item) -> Option<&Pinned> {
        self.pins.get(&self.place(item))
    }

    /// The organisations ever admitted within the cut, ascending by id.
    pub fn organisations(&self) -> &[Belonging] {
        &self.organisations
    }

    /// One of them.
    pub fn organisation(&self, number: OrganisationNumber) -> &Belonging {
        &self.organisations[number.as_usize()]
    }

    /// Everybody who did something or was admitted, ascending.
    pub fn persons(&self) -> &[Person] {
        &self.persons
    }

    /// The number somebody counts under: that of another where both have said that they are one. None for a stranger.
    pub fn who(&self, person: &Person) -> Option<PersonNumber> {
        Some(self.kin.who(self.number(person)?))
    }

    /// Who is who among the members by those `member.affiliated` alone of which this holds. O(such entries).
    pub(crate) fn kin_by(&self, holds: impl Fn(&Item) -> bool) -> Kin {
        Kin::by(self, holds)
    }

    /// Who signed an entry, under their own number whoever they count as; none where no person did.
    pub(crate) fn signer(&self, item: &Item) -> Option<PersonNumber> {
        let signed = self.signers.get(&self.place(item)).copied();
        signed.or_else(|| item.author.person())
    }

    /// Their own place in [`View::persons`].
    pub(crate) fn number(&self, person: &Person) -> Option<PersonNumber> {
        let place = self.persons.binary_search(person).ok()?;
        Some(PersonNumber(
            u32::try_from(place).expect("persons are counted in 32 bits"),
        ))
    }

    /// One of them.
    pub fn person(&self, number: PersonNumber) -> Person {
        self.persons[number.0 as usize]
    }

    /// All times of membership, by organisation and log position.
    pub fn spells(&self) -> &[Spell] {
        &self.spells
    }

    /// The organisations that admitted each person before an instant, by whatever admission counts as theirs. All of them
    /// have a part in what they do. O(admissions).
    pub fn houses_at(&self, at: Timestamp) -> Houses {
        let mut houses = Houses::default();
        for spell in self.spells.iter().filter(|spell| spell.from < at) {
            houses
                .0
                .entry(spell.person)
                .or_default()
                .insert(spell.organisation);
        }
        houses
    }

    /// Every entry, by organisation and index, void and pending ones included.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The entries figures are made of: those that count, each source once.
    pub fn counting(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.is_counting())
    }

    /// The entry at an index of an organisation's log.
    pub fn item_at(&self, organisation: Id, index: u64) -> Option<&Item> {
        let number = self
            .organisations
            .binary_search_by_key(&organisation, |o| o.id)
            .ok()?;
        let end = self.starts.get(number + 1).copied().unwrap_or(self.items.len());
        self.items[self.starts[number]..end].get(usize::try_from(index).ok()?)
    }

    /// The entry of that id: of several, the one that is not void, else the first. The first call sorts all ids.
    pub fn find(&self, id: Id) -> Option<&Item> {
        let order = self.by_id.get_or_init(|| {
            let places = 0..u32::try_from(self.items.len()).expect("a view is counted in 32 bits");
            let mut order: Vec<u32> = places.collect();
            order.sort_by_key(|&place| {
                let item = self.get(place);
                (item.id, matches!(item.standing, Standing::Void(_)))
            });
            order
        });
        let first = order.partition_point(|&place| self.get(place).id < id);
        order
            .get(first)
            .map(|&place| self.get(place))
            .filter(|item| item.id == id)
    }

    /// What an entry is about. Where that was imported twice, the record that counts.
    pub fn subject(&self, item: &Item) -> Option<&Item> {
        item.subject.map(|place| self.counted(self.get(place)))
    }

    /// All that an entry refers to, what it is about first. Where something was imported twice, the record that counts.
    pub fn references<'a>(&'a self, item: &'a Item) -> impl Iterator<Item = &'a Item> {
        let places = item.subject.iter().chain(&item.others);
        places.map(|&place| self.counted(self.get(place)))
    }

    /// The entries figures are made of ([`View::counting`]) that do this, by organisation and index. The first call sorts
    /// all of them.
    pub fn done(&self, deed: Deed) -> impl Iterator<Item = &Item> {
        let by_deed = self.by_deed.get_or_init(|| {
            let mut by_deed: BTreeMap<Deed, Vec<u32>> = BTreeMap::new();
            for (place, item) in (0_u32..).zip(&self.items) {
                if let (true, Some(deed)) = (item.is_counting(), item.deed) {
                    by_deed.entry(deed).or_default().push(place);
                }
            }
            by_deed
        });
        by_deed
            .get(&deed)
            .into_iter()
            .flatten()
            .map(|&place| self.get(place))
    }

    /// When a person did the first thing that figures are made of. The first call looks at everything.
    pub(crate) fn first_act(&self, person: PersonNumber) -> Option<Timestamp> {
        let first_acts = self.first_acts.get_or_init(|| {
            let mut first: Vec<Option<Timestamp>> = vec![None; self.persons.len()];
            for item in self.counting() {
                if let Author::Person(person) = item.author {
                    let slot = &mut first[person.as_usize()];
                    *slot = Some(slot.map_or(item.effective, |known| known.min(item.effective)));
                }
            }
            first
        });
        first_acts[person.as_usize()]
    }

    /// The record that counts in an item's stead; else the item itself.
    pub fn counted<'a>(&'a self, item: &'a Item) -> &'a Item {
        item.twin_of.map_or(item, |place| self.get(place))
    }

    /// The circle an entry happens in: the one it names, else the one named where its chain begins ([`View::root`]).
    pub fn circle<'a>(&'a self, item: &'a Item) -> Option<&'a Item> {
        let place = item.circle.or_else(|| self.root(item)?.circle)?;
        Some(self.get(place)).filter(|circle| circle.is_counting())
    }

    /// Where the chain of what an item is about begins: a question for its answers, their comments and all that follows.
    /// None where the chain runs in a circle, which records of one source in several logs can make. The first call walks
    /// every chain, each step once.
    pub fn root(&self, item: &Item) -> Option<&Item> {
        let roots = self.roots.get_or_init(|| self.find_roots());
        roots[self.position(item)].map(|place| self.get(place))
    }

    fn find_roots(&self) -> Vec<Option<u32>> {
        let mut roots: Vec<Option<Option<u32>>> = vec![None; self.items.len()];
        let places = 0..u32::try_from(self.items.len()).expect("a view is counted in 32 bits");
        for start in places {
            let (mut path, mut at) = (Vec::new(), start);
            let root = loop {
                if let Some(known) = roots[at as usize] {
                    break known;
                }
                // As long as it is on the path, coming here again is a circle.
                roots[at as usize] = Some(None);
                path.push(at);
                let item = self.get(at);
                match item.twin_of.or(item.subject) {
                    Some(next) => at = next,
                    None => break Some(at),
                }
            };
            for step in path {
                roots[step as usize] = Some(root);
            }
        }
        roots.into_iter().map(Option::flatten).collect()
    }

    /// The millisecond after the greatest `heads.seen` time among the entries that count, else after their greatest
    /// `at`: what the cut saw last is visible.
    pub fn default_as_of(&self) -> Timestamp {
        let counting = || self.items.iter().filter(|item| item.standing == Standing::Counts);
        let seen = counting()
            .filter(|item| item.deed == Some(Deed::HeadsSeen))
            .map(|item| item.at)
            .max();
        seen.or_else(|| counting().map(|item| item.at).max())
            .map_or(Timestamp::EPOCH, |last| last.plus(Span::from_millis(1)))
    }

    /// Their numbers, ascending.
    pub(crate) fn organisation_numbers(&self) -> impl Iterator<Item = OrganisationNumber> + use<> {
        (0..u32::try_from(self.organisations.len()).expect("organisations are counted in 32 bits"))
            .map(OrganisationNumber)
    }

    /// The numbers of all persons, ascending.
    pub(crate) fn person_numbers(&self) -> impl Iterator<Item = PersonNumber> + use<> {
        (0..u32::try_from(self.persons.len()).expect("persons are counted in 32 bits")).map(PersonNumber)
    }

    /// The millisecond after the last thing that somebody signed and that counts: what a reader calls now. What a record
    /// says of its own time does not move it.
    pub fn latest(&self) -> Timestamp {
        let signed = self.counting().filter(|item| item.column == Column::Signed);
        let last = signed.map(|item| item.effective).max();
        last.map_or_else(|| self.default_as_of(), |last| last.plus(Span::from_millis(1)))
    }

    /// The place of an item in [`View::items`].
    pub(crate) fn position(&self, item: &Item) -> usize {
        let index = usize::try_from(item.index).expect("a log held in memory is counted in usize");
        self.starts[item.organisation.as_usize()] + index
    }

    fn place(&self, item: &Item) -> u32 {
        u32::try_from(self.position(item)).expect("a view is counted in 32 bits")
    }

    fn get(&self, place: u32) -> &Item {
        &self.items[place as usize]
    }
}

impl Item {
    /// What its header says; none where the bytes are no entry of this log, and of `heads.seen` and charters, which a view
    /// has otherwise: as what others bear out ([`Item::witnessed`]), and as organisations.
    pub fn act(&self) -> Option<&Act> {
        self.act.as_deref()
    }

    /// Whether figures are made of it: it counts, and no other record of the same source does in its stead.
    pub fn is_counting(&self) -> bool {
        self.standing == Standing::Counts && self.twin_of.is_none()
    }

    /// By when others bear out that there was such an entry; its own time where nobody does.
    pub fn known(&self) -> Timestamp {
        match self.witnessed {
            Witnessed::By(existed) => existed,
            Witnessed::No => self.effective,
        }
    }

    /// Signed, but its own word is all there is for its time.
    pub fn is_unwitnessed(&self) -> bool {
        self.column == Column::Signed && self.witnessed == Witnessed::No
    }

    /// Its time counts as another than the author says.
    pub fn is_clamped(&self) -> bool {
        self.effective != self.at
    }

    /// It claims to be over 72 hours older than others bear out.
    pub fn is_late(&self) -> bool {
        matches!(self.witnessed, Witnessed::By(existed) if existed.since(self.at) > LATE)
    }

    /// Its place in time. Of two at one time in one log the one with the smaller index is first, of two in two logs the
    /// one of the organisation with the smaller id: an id is its author's choice, and an index nobody's.
    pub fn moment(&self) -> Moment {
        (self.effective, self.organisation, self.index)
    }
}

impl Author {
    /// Who it is, if it is somebody known.
    pub fn person(self) -> Option<PersonNumber> {
        match self {
            Author::Person(number) => Some(number),
            Author::Unknown | Author::Automaton | Author::Organisation => None,
        }
    }

    /// Whether these are two people. An unknown author differs from everybody, itself included.
    pub fn is_another_than(self, other: Author) -> bool {
        match (self, other) {
            (Author::Person(a), Author::Person(b)) => a != b,
            _ => true,
        }
    }
}

impl Spell {
    /// Whether it holds after so many entries of its organisation's log.
    pub fn holds_within(&self, size: u64) -> bool {
        self.first < size && self.last.is_none_or(|last| last >= size)
    }

    /// Whether it holds at an instant: what happened before is visible, what happens then is not.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.from < at && self.until.is_none_or(|until| until >= at)
    }
}

/// Why a cut has no view here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// The founding log's first two entries are not in the cut.
    #[error("the cut lacks the founding entries of the community")]
    NotFounded,
    /// Not an organisation admitted within the cut.
    #[error("organisation {0} is in the cut, but not admitted within it")]
    NotAdmitted(Id),
    /// An organisation admitted within the cut has no row.
    #[error("organisation {0} is admitted within the cut, which has no row for it")]
    RowMissing(Id),
    /// The cut goes further than what has arrived.
    #[error("the cut has {wanted} entries of {organisation}; {held} are here")]
    Beyond {
        /// Whose log.
        organisation: Id,
        /// The cut's size.
        wanted: u64,
        /// What has been ingested.
        held: u64,
    },
    /// The log here has another root at that size.
    #[error("the log of {organisation} has another root at size {size} than the cut says")]
    OtherRoot {
        /// Whose log.
        organisation: Id,
        /// The size.
        size: u64,
    },
    /// The community's rules are newer than this program.
    #[error("the community runs under ruleset {0}, which this program does not know")]
    UnknownRuleset(u64),
}
