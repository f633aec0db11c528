//! Which houses there could be, and who is missing.

use super::super::cast::HOUSES;
use super::super::deed::{Deed, Known, slug};
use super::super::rhythm::DAY;
use super::super::temper::Area;
use super::Plot;
use super::decisions::Motion;
use hearth_protocol::kind::{Coverage, CoverageDeclared, GapRaised, Potential, Rule};
use std::rc::Rc;

/// Who else there is: short name, part in the field, region.
const OTHERS: &[(&str, &str, &str)] = &[
    ("county-hospital", "hospital", "centre"),
    ("high-moor", "hospice", "north"),
    ("river-nurses", "community-nursing", "south"),
    ("saltmarsh", "hospice", "coast"),
    ("town-pharmacy", "pharmacy", "centre"),
];

const REGIONS: &[&str] = &["centre", "coast", "north", "south"];

/// Who is missing: role, region, in words.
const GAPS: &[(&str, &str, &str)] = &[
    (
        "pharmacy",
        "centre",
        "# No pharmacist among us\n\nHalf of our questions at night are theirs.",
    ),
    (
        "hospice",
        "north",
        "# Nobody from the north\n\nThe roads are long, and so are the evenings. Whom do we know?",
    ),
    (
        "chaplaincy",
        "coast",
        "# No chaplain from the coast\n\nTwo houses share one, who was never asked.",
    ),
    (
        "family-carer",
        "south",
        "# Nobody who cared at home\n\nWe talk about them and not with them.",
    ),
];

impl Plot {
    pub(super) fn foresee_coverage(&mut self) {
        self.on(58, |plot| plot.propose_list(3));
        self.on(290, |plot| plot.propose_list(OTHERS.len()));
        for (place, day) in [80, 150, 260, 395].into_iter().enumerate() {
            let day = day + self.dice.below(20);
            self.on(day, move |plot| plot.raise_gap(place));
        }
    }

    /// The houses there are, and so many of the others.
    fn propose_list(&mut self, others: usize) {
        let Some(by) = self.convener() else { return };
        let houses = self.cast.houses;
        let adopts = Rc::new(move |_: &dyn Known| {
            let own = HOUSES[..houses]
                .iter()
                .enumerate()
                .map(|(house, (slug, _))| (*slug, "hospice", REGIONS[house % REGIONS.len()]));
            let mut potential: Vec<Potential> = own
                .chain(OTHERS[..others].iter().copied())
                .map(|(short, role, region)| Potential {
                    role: slug(role),
                    slug: slug(short),
                    region: slug(region),
                })
                .collect();
            potential.sort_by(|a, b| a.slug.cmp(&b.slug));
            Coverage::CoverageDeclared(CoverageDeclared { potential }).into()
        });
        let motion = Motion {
            title: "Who could be one of us",
            text: "Every house and service of the region that we know of, so that we see who is missing.",
            rule: Rule::Members,
            quorum: 15,
            open: 9,
            adopts: Some(adopts),
            about: Vec::new(),
            liked: 90,
        };
        self.propose(by, motion, |_, _| {});
    }

    fn raise_gap(&mut self, place: usize) {
        let Some(by) = self.anybody(|_| true) else { return };
        let (role, region, words) = GAPS[place % GAPS.len()];
        let raised = GapRaised {
            role: Some(slug(role)),
            region: Some(slug(region)),
        };
        let gap = self.tell(by, Deed::of(Coverage::GapRaised(raised)).saying(words));
        let cared = self.cares(Area::Growing);
        if !cared && place > 0 {
            return;
        }
        self.between(DAY, 40 * DAY, move |plot| {
            let Some(owner) = plot.anybody(|_| true) else {
                return;
            };
            let deed = Deed::of(Coverage::GapOwned).about(gap);
            let owned = plot.tell(
                owner,
                deed.saying("I ask around, and say in two months what came of it."),
            );
            if plot.dice.chance(60) || place == 0 {
                plot.between(30 * DAY, 90 * DAY, move |plot| {
                    let deed = Deed::of(Coverage::GapClosed).about(owned);
                    plot.if_present(
                        owner,
                        deed.saying("Two people of theirs come to the next evening."),
                    );
                });
            }
        });
    }
}
