//! Impact claims recomputed: how far up the ladder each has come, by whom, and what speaks against it
//! (docs/framework.md §1). A pure fold over a view as of an instant. The record is verified, never causality.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::community::{Column, Item, OrganisationNumber, Person, View};
use crate::id::{Hash, Id};
use crate::kind::{Act, AuditAttested, ClaimDrafted, Deed, Effect, Finding, Impact};
use crate::time::Timestamp;

/// Every claim drafted before an instant, in the order in which they were.
pub struct Claims<'a> {
    claims: Vec<Claim<'a>>,
    /// Which claims cite what, each by its place.
    citing: BTreeMap<Id, BTreeSet<usize>>,
    holding: BTreeMap<Hash, BTreeSet<usize>>,
}

/// One claim as of an instant.
pub struct Claim<'a> {
    /// The entry that makes it.
    pub draft: &'a Item,
    /// What that says.
    pub says: &'a ClaimDrafted,
    /// Entries it rests on.
    pub evidence: BTreeSet<Id>,
    /// Files it rests on, by the SHA-256 of their bytes.
    pub files: BTreeSet<Hash>,
    /// Each named contributor, as whom they count, with the entry by which they agree to it. Who drafts a claim agrees
    /// by that.
    pub contributors: BTreeMap<Person, Option<&'a Item>>,
    /// Who bears it out, and whether that is another person, who did not contribute, of an organisation that is not the
    /// author's.
    pub corroborations: Vec<(&'a Item, bool)>,
    /// Who examined it, what they found, and whether their organisation is neither the author's nor a contributor's.
    pub evaluations: Vec<(&'a Item, Finding, bool)>,
    /// Who holds it to be wrong.
    pub contested: Vec<&'a Item>,
    /// By what its author took it back.
    pub withdrawn: Option<&'a Item>,
    /// Who recomputed its value, and what came out.
    pub audits: Vec<(&'a Item, &'a AuditAttested)>,
    /// How far it has come.
    pub rung: Rung,
}

/// A rung of the ladder. Each asks for all below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// It is written.
    Drafted,
    /// It names an entry or a file it rests on.
    Evidenced,
    /// Every contributor it names agrees to it.
    Acknowledged,
    /// Somebody independent bears it out.
    Corroborated,
    /// Somebody whose organisation contributed nothing has examined it.
    Evaluated,
}

impl Rung {
    /// All of them, from below.
    pub const ALL: [Rung; 5] = [
        Rung::Drafted,
        Rung::Evidenced,
        Rung::Acknowledged,
        Rung::Corroborated,
        Rung::Evaluated,
    ];

    /// Its name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Rung::Drafted => "drafted",
            Rung::Evidenced => "evidenced",
            Rung::Acknowledged => "acknowledged",
            Rung::Corroborated => "corroborated",
            Rung::Evaluated => "evaluated",
        }
    }
}

impl<'a> Claims<'a> {
    /// All claims drafted before `as_of`. O(claims and what is said of them).
    pub fn at(view: &'a View, as_of: Timestamp) -> Claims<'a> {
        let mut drafts: Vec<&Item> = visible(view, Deed::ClaimDrafted, as_of).collect();
        drafts.sort_unstable_by_key(|item| item.moment());
        let mut claims: Vec<Claim<'a>> = drafts
            .into_iter()
            .filter_map(|item| Claim::draft(view, item))
            .collect();
        let places: BTreeMap<Id, usize> = claims.iter().map(|claim| claim.draft.id).zip(0..).collect();
        for deed in FOLLOWING {
            let mut said: Vec<&Item> = visible(view, *deed, as_of).collect();
            said.sort_unstable_by_key(|item| item.moment());
            for item in said {
                let place = view.subject(item).and_then(|subject| places.get(&subject.id));
                if let Some(claim) = place.map(|place| &mut claims[*place]) {
                    claim.take(view, item);
                }
            }
        }
        let (mut citing, mut holding) = (BTreeMap::new(), BTreeMap::new());
        for (place, claim) in claims.iter_mut().enumerate() {
            claim.rung = claim.reached();
            for id in &claim.evidence {
                let of: &mut BTreeSet<usize> = citing.entry(*id).or_default();
                of.insert(place);
            }
            for file in &claim.files {
                let of: &mut BTreeSet<usize> = holding.entry(*file).or_default();
                of.insert(place);
            }
        }
        Claims {
            claims,
            citing,
            holding,
        }
    }

    /// All of them, in the order in which they were drafted.
    pub fn all(&self) -> &[Claim<'a>] {
        &self.claims
    }

    /// The claim of that id.
    pub fn of(&self, id: Id) -> Option<&Claim<'a>> {
        self.claims.iter().find(|claim| claim.draft.id == id)
    }

    /// Other claims, not taken back, that rest on something this one rests on, too.
    pub fn sharing(&self, claim: &Claim<'a>) -> BTreeSet<Id> {
        let entries = claim.evidence.iter().filter_map(|id| self.citing.get(id));
        let files = claim.files.iter().filter_map(|file| self.holding.get(file));
        let places = entries.chain(files).flatten();
        places
            .map(|place| &self.claims[*place])
            .filter(|other| other.draft.id != claim.draft.id && other.withdrawn.is_none())
            .map(|other| other.draft.id)
            .collect()
    }

    /// Claims about the same objective, not taken back, that nothing changed.
    pub fn null_results(&self, claim: &Claim<'a>) -> Vec<Id> {
        let same = |other: &&Claim<'a>| other.says.objective == claim.says.objective;
        let null = |other: &&Claim<'a>| other.says.effect == Effect::None && other.withdrawn.is_none();
        let others = self.claims.iter().filter(same).filter(null);
        others.map(|other| other.draft.id).collect()
    }
}

/// What is said of a claim.
const FOLLOWING: &[Deed] = &[
    Deed::ClaimEvidenced,
    Deed::ClaimAcknowledged,
    Deed::ClaimCorroborated,
    Deed::ClaimEvaluated,
    Deed::ClaimContested,
    Deed::ClaimWithdrawn,
    Deed::AuditAttested,
];

impl<'a> Claim<'a> {
    fn draft(view: &'a View, draft: &'a Item) -> Option<Claim<'a>> {
        let Some(Act::Impact(Impact::ClaimDrafted(says))) = draft.act() else {
            return None;
        };
        let author = signer(view, draft);
        let agreed = |id: &Id| {
            let person = settled(view, *id);
            (person, Some(draft).filter(|_| author == Some(person)))
        };
        Some(Claim {
            draft,
            says,
            evidence: BTreeSet::new(),
            files: BTreeSet::new(),
            contributors: says.contributors.iter().map(agreed).collect(),
            corroborations: Vec::new(),
            evaluations: Vec::new(),
            contested: Vec::new(),
            withdrawn: None,
            audits: Vec::new(),
            rung: Rung::Drafted,
        })
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "nothing else is about a claim")]
    fn take(&mut self, view: &'a View, item: &'a Item) {
        let Some(Act::Impact(act)) = item.act() else {
            return;
        };
        match act {
            Impact::ClaimEvidenced(says) => {
                let cited = view.references(item).skip(1).map(|cited| cited.id);
                self.evidence.extend(cited.filter(|id| *id != self.draft.id));
                self.files.extend(&says.files);
            }
            Impact::ClaimAcknowledged => {
                let agreed = signer(view, item).and_then(|person| self.contributors.get_mut(&person));
                if let Some(agreed) = agreed {
                    agreed.get_or_insert(item);
                }
            }
            Impact::ClaimCorroborated => {
                let independent = self.is_independent(view, item);
                self.corroborations.push((item, independent));
            }
            Impact::ClaimEvaluated(says) => {
                let outside = !self.organisations(view).contains(&item.organisation);
                self.evaluations.push((item, says.result, outside));
            }
            Impact::ClaimContested => self.contested.push(item),
            Impact::ClaimWithdrawn => {
                self.withdrawn.get_or_insert(item);
            }
            Impact::AuditAttested(says) => self.audits.push((item, says)),
            _ => {}
        }
    }

    /// Another person, of no organisation of the author's, and no contributor.
    fn is_independent(&self, view: &View, item: &Item) -> bool {
        let who = signer(view, item);
        !homes(view, signer(view, self.draft)).contains(&item.organisation)
            && who.is_some_and(|who| !self.contributors.contains_key(&who))
    }

    /// The organisations that admitted the author or a contributor, under whichever of their names.
    pub fn organisations(&self, view: &View) -> BTreeSet<OrganisationNumber> {
        let contributors = self.contributors.keys().copied();
        homes(view, contributors.chain(signer(view, self.draft)))
    }

    /// Neither taken back nor contested.
    pub fn stands(&self) -> bool {
        self.withdrawn.is_none() && self.contested.is_empty()
    }

    /// The highest rung whose condition and all below hold.
    fn reached(&self) -> Rung {
        let holds = |rung: &Rung| match rung {
            Rung::Drafted => true,
            Rung::Evidenced => !self.evidence.is_empty() || !self.files.is_empty(),
            Rung::Acknowledged => self.contributors.values().all(Option::is_some),
            Rung::Corroborated => self.corroborations.iter().any(|(_, independent)| *independent),
            Rung::Evaluated => self.evaluations.iter().any(|(_, _, outside)| *outside),
        };
        let reached = Rung::ALL.into_iter().take_while(holds).last();
        reached.unwrap_or(Rung::Drafted)
    }
}

/// Who signed, as whom they count.
fn signer(view: &View, item: &Item) -> Option<Person> {
    Some(view.person(item.author.person()?))
}

/// As whom a member counts; somebody nobody admitted as themselves.
fn settled(view: &View, member: Id) -> Person {
    let person = Person::Member(member);
    view.who(&person).map_or(person, |number| view.person(number))
}

/// The organisations that ever admitted one of these.
fn homes(view: &View, people: impl IntoIterator<Item = Person>) -> BTreeSet<OrganisationNumber> {
    let people: BTreeSet<Person> = people.into_iter().collect();
    let spells = view.spells().iter();
    spells
        .filter(|spell| people.contains(&view.person(spell.person)))
        .map(|spell| spell.organisation)
        .collect()
}

fn visible(view: &View, deed: Deed, as_of: Timestamp) -> impl Iterator<Item = &Item> {
    view.done(deed)
        .filter(move |item| item.effective < as_of && item.column == Column::Signed)
}
