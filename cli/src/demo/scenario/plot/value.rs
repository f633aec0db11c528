//! What has come of it: what the community holds its worth to be, stories, and claims with what is said for and against them.

use super::super::Earlier;
use super::super::deed::{Deed, Known, persons, slug};
use super::super::rhythm::{Calendar, DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use super::decisions::Motion;
use super::purpose::OBJECTIVES;
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{
    Amount, AuditAttested, ClaimDrafted, ClaimEvidenced, Comparison, Cycle, Effect, Evaluated, Finding,
    Impact, Rule, StoryCorroborated, StoryTold, ValueStated,
};
use std::rc::Rc;

const STORIES: &[(Cycle, &str)] = &[
    (
        Cycle::Immediate,
        "# An evening that was enough\n\nI came tired and went home less so. That is all, and it was a lot.",
    ),
    (
        Cycle::Potential,
        "# A page in my bag\n\nThe four lines are in my bag. I have not used them yet; I know where they are.",
    ),
    (
        Cycle::Applied,
        "# We moved the chair\n\nAfter the talk about quiet rooms we moved one chair. The room has been quiet since.",
    ),
    (
        Cycle::Realised,
        "# Nobody left in month four\n\nFor two years somebody did. This year we planned a talk and a free weekend there.",
    ),
    (
        Cycle::Reframing,
        "# What a good month is\n\nWe counted referrals. Now we count how many families we know by name.",
    ),
    (
        Cycle::Applied,
        "# Small jars\n\nMade on Mondays and Thursdays, as they do in the other house. Soup at midnight, for the first time.",
    ),
];

/// What a claim is about: measure, value, effect, narrative.
const CLAIMS: &[(&str, (u64, u64), Effect, &str)] = &[
    (
        "days-to-first-call",
        (14, 42),
        Effect::Better,
        "# First calls come sooner\n\nFourteen days instead of forty-two, in two houses. What might make it wrong: both also have a new coordinator.",
    ),
    (
        "handovers-read",
        (18, 20),
        Effect::Better,
        "# Handovers are read\n\nEighteen of twenty night nurses read the sheet before the round. What might make it wrong: we asked them ourselves.",
    ),
    (
        "volunteers-after-a-year",
        (7, 9),
        Effect::Better,
        "# Volunteers stay\n\nSeven of nine are there after a year. What might make it wrong: nine are few.",
    ),
    (
        "late-referrals",
        (31, 60),
        Effect::None,
        "# Referrals are as late as they were\n\nThirty-one of sixty in the last fortnight, as before. The visits to practices changed nothing we can see.",
    ),
    (
        "sore-mouths-a-week",
        (2, 12),
        Effect::Better,
        "# Fewer sore mouths\n\nTwo of twelve instead of five. What might make it wrong: the ward was quieter.",
    ),
    (
        "carers-asked-early",
        (22, 30),
        Effect::Better,
        "# Carers are asked in the second week\n\nTwenty-two of thirty. What might make it wrong: the list lacks those who moved away.",
    ),
];

impl Plot {
    pub(super) fn foresee_value(&mut self) {
        self.on(140, Plot::propose_value);
        for (place, story) in STORIES.iter().cycle().take(18).enumerate() {
            let day = 50 + place as u64 * 27 + self.dice.below(20);
            self.on(day, move |plot| plot.tell_story(story));
        }
        for (place, claim) in CLAIMS.iter().enumerate() {
            let day = 170 + place as u64 * 45 + self.dice.below(25);
            self.on(day, move |plot| plot.claim(place, claim));
        }
    }

    fn propose_value(&mut self) {
        let Some(by) = self.convener() else { return };
        let review = Calendar::day(self.today() + 365);
        let adopts = Rc::new(move |_: &dyn Known| {
            let review = Some(review);
            Impact::ValueStated(ValueStated { review, version: 1 }).into()
        });
        let liked = 35 + self.temper.care(Area::Making) / 2;
        let motion = Motion {
            title: "What this network is worth to us",
            text: "Somebody who has done it answers within days. What one house has tried, six need not try again. \
                   And there are people who know what a hard week is.",
            rule: Rule::Members,
            quorum: 25,
            open: 13,
            adopts: Some(adopts),
            about: Vec::new(),
            liked,
        };
        self.propose(by, motion, |_, _| {});
    }

    fn tell_story(&mut self, story: &'static (Cycle, &'static str)) {
        if !(self.cares(Area::Making) || self.dice.chance(35)) {
            return;
        }
        let Some(teller) = self.anybody(|_| true) else {
            return;
        };
        let (cycle, words) = *story;
        let told = Impact::StoryTold(StoryTold {
            cycle,
            consent: self.dice.chance(60),
        });
        let id = self.tell(teller, Deed::of(told).saying(words));
        let houses = self.homes();
        for _ in 0..self.dice.between(0, 3) {
            let houses = houses.clone();
            self.between(4 * HOUR, 25 * DAY, move |plot| {
                let elsewhere = plot.dice.chance(80);
                let witness = plot
                    .anybody(|member| member != teller && (houses[member] != houses[teller]) == elsewhere);
                let Some(witness) = witness else { return };
                let corroborated = Impact::StoryCorroborated(StoryCorroborated {
                    consent: plot.dice.chance(80),
                });
                plot.tell(
                    witness,
                    Deed::of(corroborated)
                        .about(id)
                        .saying("I was there, and it was so."),
                );
            });
        }
    }

    fn claim(&mut self, place: usize, claim: &'static (&'static str, (u64, u64), Effect, &'static str)) {
        let (measure, (part, whole), effect, words) = *claim;
        let Some(author) = self.somebody(|habit| habit.answers() + 1, |_| true) else {
            return;
        };
        let homes = self.homes();
        let helper = self.anybody(|member| member != author);
        let contributors: Vec<usize> = [author].into_iter().chain(helper).collect();
        let named = contributors.clone();
        let as_of = Calendar::day(self.today());
        let objective = OBJECTIVES[place % OBJECTIVES.len()];
        let deed = Deed::made(move |known: &dyn Known| {
            let drafted = ClaimDrafted {
                cut: known.cut(),
                as_of,
                value: Amount::Ratio(part, whole),
                effect,
                method: slug("before-after"),
                window: None,
                measure: Some(slug(measure)),
                ruleset: 1,
                indicator: None,
                objective: slug(objective),
                parameters: None,
                contributors: persons(known, &named),
            };
            Impact::ClaimDrafted(drafted).into()
        });
        let id = self.tell(author, deed.saying(words).pinning());
        let others: Vec<usize> = contributors.iter().map(|&member| homes[member]).collect();
        if self.cares(Area::Making) || place == 0 {
            self.between(DAY, 12 * DAY, move |plot| plot.bring_evidence(id, author));
        }
        if let Some(helper) = helper
            && (self.cares(Area::Making) || place == 0)
        {
            self.between(DAY, 15 * DAY, move |plot| {
                plot.if_present(helper, Deed::of(Impact::ClaimAcknowledged).about(id));
            });
        }
        let (fits, cared) = (others.clone(), self.cares(Area::Making));
        let houses = homes.clone();
        if cared || place == 0 {
            self.between(8 * DAY, 35 * DAY, move |plot| {
                let Some(witness) = plot.anybody(|member| !fits.contains(&houses[member])) else {
                    return;
                };
                let deed = Deed::of(Impact::ClaimCorroborated).about(id);
                plot.tell(witness, deed.saying("Ours shows the same, a little weaker."));
            });
        }
        if self.cares(Area::Making) || place == 0 {
            self.between(25 * DAY, 70 * DAY, move |plot| plot.examine(id, &others, &homes));
        }
        if place == 2 {
            self.between(30 * DAY, 60 * DAY, move |plot| plot.contest(id, author));
        }
        if place == 4 && self.dice.chance(60) {
            self.between(20 * DAY, 50 * DAY, move |plot| {
                let deed = Deed::of(Impact::ClaimWithdrawn).about(id);
                plot.if_present(
                    author,
                    deed.saying("The ward was closed for two of the weeks. I count again."),
                );
            });
        } else if place == 3 {
            self.between(20 * DAY, 40 * DAY, move |plot| {
                let deed = Deed::of(Impact::ClaimWithdrawn).about(id);
                plot.if_present(
                    author,
                    deed.saying("Counted twice by mistake; a new count follows."),
                );
            });
        }
    }

    fn bring_evidence(&mut self, claim: Earlier, author: usize) {
        let file = Hash::of(format!("hearth/demo/evidence/v1 {} {claim}", self.seed).as_bytes());
        let shown = self.material.resources.last().map(|resource| resource.first);
        let evidence = ClaimEvidenced { files: vec![file] };
        let deed = Deed::of(Impact::ClaimEvidenced(evidence))
            .about(claim)
            .about_all(shown);
        self.if_present(
            author,
            deed.saying("The count of both houses, week by week, and what we used."),
        );
    }

    /// Somebody of a house that had no part in it looks at it, and somebody counts again.
    fn examine(&mut self, claim: Earlier, others: &[usize], homes: &[usize]) {
        let Some(by) = self.anybody(|member| !others.contains(&homes[member])) else {
            return;
        };
        let result = self.pick(&[Finding::Supported, Finding::Supported, Finding::Partly]);
        let evaluated = Impact::ClaimEvaluated(Evaluated { result });
        self.tell(
            by,
            Deed::of(evaluated).about(claim).saying(
                "I read the sheets and rang both houses. The count is right; the cause is likely, not sure.",
            ),
        );
        let auditor = self.anybody(|member| member != by);
        if let Some(auditor) = auditor {
            self.between(DAY, 20 * DAY, move |plot| {
                let attested = AuditAttested { value: None, result: Comparison::Unknown };
                let deed = Deed::of(Impact::AuditAttested(attested)).about(claim);
                plot.if_present(auditor, deed.saying("A measure of the houses' own: the record is there, nothing can be computed again from it."));
            });
        }
    }

    fn contest(&mut self, claim: Earlier, author: usize) {
        let Some(by) = self.anybody(|member| member != author) else {
            return;
        };
        let deed = Deed::of(Impact::ClaimContested).about(claim);
        self.tell(
            by,
            deed.saying("Two of the nine left in March; they were counted as on leave."),
        );
    }
}
