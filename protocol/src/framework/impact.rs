//! I3: "There are agreed outputs achieved e.g. examples exist which demonstrate clear impact – e.g. evaluation of COP
//! events, products, impact to practice and meeting agreed objectives."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::attendance::attended_meeting;
use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::Rating;
use super::ratio::Ratio;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::claims::{Claim, Claims, Rung};
use crate::community::{Item, PersonNumber};
use crate::kind::{Act, Deed, Effect, Purpose, Slug};
use crate::time::{Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::I3),
    definitions: &[
        &OBJECTIVES_EVALUATED,
        &CORROBORATED_CLAIMS,
        &CLAIMS_BY_RUNG,
        &NULL_RESULTS,
        &SHARED_EVIDENCE,
        &TARGETED_CLAIMS,
        &MEETINGS_EVALUATED,
    ],
    rated: "*Developing* from `i3.corroborated` claims that are corroborated or evaluated, *emerging* with any claim that stands, *none* without; *established* also asks for at least one objective in force and that as many per cent of them have an evaluated claim as `i3.evaluated` says.",
    not_computed: &[],
    measure,
};

/// What a community may set of I3, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct I3 {
    /// People who evaluated a meeting from which it is evaluated, whatever their share of those who were there.
    pub people: u64,
    /// Per cent of those who were there from which a meeting is evaluated.
    pub attendees: u64,
    /// Per cent of the objectives with an evaluated claim from which it is *established*.
    pub evaluated: u64,
    /// Corroborated claims from which it is *developing*.
    pub corroborated: u64,
}

impl Default for I3 {
    fn default() -> I3 {
        I3 {
            people: 5,
            attendees: 30,
            evaluated: 50,
            corroborated: 1,
        }
    }
}

static OBJECTIVES_EVALUATED: Definition = Definition {
    name: "objectives_evaluated",
    formula: "of the objectives in the terms in force at T, those about which a claim is evaluated at T that is neither withdrawn nor contested / all of them; none without terms",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &["i3.evaluated"],
    raised: "claims about the objectives, examined by an organisation that contributed nothing",
    gamed: "claiming for the easy objectives alone",
    countered: "the objectives are those of the terms, which take a decision",
};

static CORROBORATED_CLAIMS: Definition = Definition {
    name: "corroborated_claims",
    formula: "claims that are corroborated or evaluated at T / claims; those withdrawn or contested before T are left out; the ladder is that of §1",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &["i3.corroborated"],
    raised: "evidence, contributors who agree, and members of other organisations who bear it out",
    gamed: "claiming one success twice",
    countered: "evidence used by several claims is shown, and whoever knows better can contest",
};

static CLAIMS_BY_RUNG: Definition = Definition {
    name: "claims_by_rung",
    formula: "the same claims by the highest rung each has reached at T: drafted, evidenced, acknowledged, corroborated, evaluated",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "as for corroborated_claims",
    gamed: "an evaluation by friends",
    countered: "whoever evaluates is of an organisation that contributed nothing; the record is verified, never causality",
};

static NULL_RESULTS: Definition = Definition {
    name: "null_results",
    formula: "of the same claims, those that say that nothing changed",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "reporting what did not work, which is a merit",
    gamed: "leaving them out",
    countered: "many claims and no null result is a pattern that a reader sees here",
};

static SHARED_EVIDENCE: Definition = Definition {
    name: "shared_evidence",
    formula: "of the same claims, those that rest on an entry or a file on which another claim, not withdrawn, rests too",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "using evidence twice, which can be right: a flag, never part of a rating",
    gamed: "citing copies of a file",
    countered: "a file is named by its hash, and a copy that differs is for a reader to find",
};

static TARGETED_CLAIMS: Definition = Definition {
    name: "targeted_claims",
    formula: "of the same claims, those about an objective for which a target was in force before the time they are about began: before the claim's as-of, less its window where it has one",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "saying what one aims at before the time it is for",
    gamed: "picking afterwards what went well",
    countered: "a target takes a decision, and its time is that which others bear out",
};

static MEETINGS_EVALUATED: Definition = Definition {
    name: "meetings_evaluated",
    formula: "of the meetings first said to have been held in [T − W, T), those evaluated before T by at least 5 of those who attended or by at least 30 % of them / all of them; who attended signed so for themself, not before the meeting was to begin",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window", "i3.people", "i3.attendees"],
    raised: "asking people what a meeting was worth, and answering",
    gamed: "asking the satisfied alone",
    countered: "who attended is on record, and so is how many of them answered",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let claims = Claims::at(scope.view, scope.as_of);
    let of = |counts: &dyn Fn(&Claim<'_>) -> bool| evidence(&claims, counts);
    let corroborated = of(&|claim| claim.rung >= Rung::Corroborated);
    let mut rungs: BTreeMap<String, u64> = BTreeMap::new();
    for claim in claims.all().iter().filter(|claim| claim.stands()) {
        *rungs.entry(claim.rung.name().to_owned()).or_default() += 1;
    }
    let objectives = objectives(scope, &claims);
    let rating = rate(scope, &corroborated, &objectives);
    let targets = targets(scope);
    let targeted = |claim: &Claim<'_>| {
        let says = claim.says;
        let from = says.as_of.minus(says.window.unwrap_or(Span::ZERO));
        targets.get(&says.objective).is_some_and(|set| *set < from)
    };
    let indicators = vec![
        Measured::signed_only(&OBJECTIVES_EVALUATED, Figure::census("objectives", objectives)),
        Measured::signed_only(&CORROBORATED_CLAIMS, Figure::census("claims", corroborated)),
        Measured::signed_only(&CLAIMS_BY_RUNG, Figure::parts(rungs, of(&|_| true))),
        Measured::signed_only(
            &NULL_RESULTS,
            Figure::census("claims", of(&|claim| claim.says.effect == Effect::None)),
        ),
        Measured::signed_only(
            &SHARED_EVIDENCE,
            Figure::census("claims", of(&|claim| !claims.sharing(claim).is_empty())),
        ),
        Measured::signed_only(&TARGETED_CLAIMS, Figure::census("claims", of(&targeted))),
        Measured::signed_only(&MEETINGS_EVALUATED, Figure::share("meetings", meetings(scope))),
    ];
    (Some(rating), indicators)
}

/// A census of the claims: no number is too small.
fn rate(scope: Scope<'_>, corroborated: &Evidence, objectives: &Evidence) -> Rating {
    let limits = &scope.parameters.i3;
    let reached = corroborated.counted.len() as u64;
    if reached + corroborated.uncounted.len() as u64 == 0 {
        Rating::None
    } else if reached < limits.corroborated {
        Rating::Emerging
    } else {
        let evaluated = objectives.counted.len() as u64;
        let share = Ratio::new(evaluated, evaluated + objectives.uncounted.len() as u64);
        Rating::Established.capped(share.denominator() > 0 && share.reaches(limits.evaluated))
    }
}

/// The objectives in force, by whether a claim about them is evaluated.
fn objectives(scope: Scope<'_>, claims: &Claims<'_>) -> Evidence {
    let evaluated: BTreeSet<&Slug> = claims
        .all()
        .iter()
        .filter(|claim| claim.stands() && claim.rung == Rung::Evaluated)
        .map(|claim| &claim.says.objective)
        .collect();
    let mut evidence = Evidence::default();
    let terms = scope.decisions.in_force(Deed::TermsAdopted);
    if let Some(Act::Purpose(Purpose::TermsAdopted(terms))) = terms.and_then(|terms| terms.item.act()) {
        for objective in &terms.objectives {
            evidence.sort_in(evaluated.contains(objective), Counted::code(objective));
        }
    }
    evidence
}

/// Since when there was a target for each objective.
fn targets(scope: Scope<'_>) -> BTreeMap<&Slug, Timestamp> {
    let mut targets = BTreeMap::new();
    for set in scope.decisions.adopted(Deed::TargetSet) {
        if let Some(Act::Purpose(Purpose::TargetSet(target))) = set.item.act() {
            let since = targets.entry(&target.objective).or_insert(set.item.effective);
            *since = set.item.effective.min(*since);
        }
    }
    targets
}

/// The claims that stand, by whether something holds of them.
fn evidence(claims: &Claims<'_>, counts: &dyn Fn(&Claim<'_>) -> bool) -> Evidence {
    let mut evidence = Evidence::default();
    for claim in claims.all() {
        let thing = Counted::from(claim.draft);
        if claim.withdrawn.is_some() {
            evidence.exclude(thing, Excluded::Withdrawn);
        } else if !claim.contested.is_empty() {
            evidence.exclude(thing, Excluded::Contested);
        } else {
            evidence.sort_in(counts(claim), thing);
        }
    }
    evidence
}

/// The meetings held in the window, by whether enough of those who were there judged them.
fn meetings(scope: Scope<'_>) -> Evidence {
    let view = scope.view;
    let attended = scope
        .done(Deed::MeetingAttended, Reach::Signed)
        .filter_map(|there| Some((attended_meeting(scope, there)?, there)));
    let judged = scope
        .done(Deed::MeetingEvaluated, Reach::Signed)
        .filter_map(|says| Some((view.subject(says)?, says)));
    let (attended, judged) = (people(scope, attended), people(scope, judged));
    let mut held: BTreeMap<usize, &Item> = BTreeMap::new();
    for word in scope.done(Deed::MeetingHeld, Reach::Signed) {
        let Some(meeting) = view.subject(word) else {
            continue;
        };
        let first = held.entry(view.position(meeting)).or_insert(word);
        if word.moment() < first.moment() {
            *first = word;
        }
    }
    let since = scope.since(scope.parameters.window);
    let limits = &scope.parameters.i3;
    let (nobody, mut evidence) = (BTreeSet::new(), Evidence::default());
    for (place, _) in held.into_iter().filter(|(_, word)| word.effective >= since) {
        let there = attended.get(&place).unwrap_or(&nobody);
        let answers = judged.get(&place).unwrap_or(&nobody).intersection(there).count() as u64;
        let share = Ratio::new(answers, there.len() as u64);
        let enough = answers >= limits.people || (answers > 0 && share.reaches(limits.attendees));
        evidence.sort_in(enough, (&view.items()[place]).into());
    }
    evidence
}

/// Who did something about each meeting, by its place.
fn people<'a>(
    scope: Scope<'_>,
    done: impl Iterator<Item = (&'a Item, &'a Item)>,
) -> BTreeMap<usize, BTreeSet<PersonNumber>> {
    let mut people: BTreeMap<usize, BTreeSet<PersonNumber>> = BTreeMap::new();
    for (meeting, item) in done {
        let there = people.entry(scope.view.position(meeting)).or_default();
        there.extend(item.author.person());
    }
    people
}
