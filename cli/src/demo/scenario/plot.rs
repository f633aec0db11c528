//! The course of events: a queue of intentions, each of which, when its moment comes, happens or not and leads to others.
//! What people intend is told in a file per part of their life; here is what all of it rests on.

mod care;
mod circles;
mod coverage;
mod decisions;
mod leading;
mod learning;
mod material;
mod meetings;
mod parting;
mod people;
mod pulses;
mod purpose;
mod talk;
mod tasks;
mod value;
mod works;

use super::cast::Cast;
use super::deed::Deed;
use super::dice::Dice;
use super::rhythm::{Calendar, MINUTE};
use super::temper::{Area, Temper};
use super::{Action, Earlier, Happening, Scenario, Scene};
use hearth_protocol::kind::Choice;
use hearth_protocol::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// What somebody means to do, once its moment has come.
type Intention = Box<dyn FnOnce(&mut Plot)>;

/// Tells the story of `seed`, in order of time.
pub(crate) fn tell(seed: u64, calendar: Calendar, cast: Cast) -> Scenario {
    let people = cast.members.len();
    let mut present = vec![false; people];
    present[..cast.houses].fill(true);
    let mut plot = Plot {
        seed,
        cast,
        calendar,
        temper: Temper::draw(seed),
        dice: Dice::new(seed, 31_337),
        queue: BTreeMap::new(),
        intended: 0,
        present,
        tired: vec![false; people],
        told: Vec::new(),
        scenes: Vec::new(),
        now: Calendar::begins(),
        talk: talk::Talk::default(),
        material: material::Material::default(),
        purpose: purpose::Purpose::default(),
        leading: leading::Leading::default(),
        circles: Vec::new(),
        ballots: BTreeMap::new(),
    };
    plot.foresee();
    plot.run();
    Scenario {
        members: plot.cast.members,
        houses: plot.cast.houses,
        happenings: plot.told,
        scenes: plot.scenes,
        begins: Calendar::begins(),
        ends: calendar.ends(),
    }
}

struct Plot {
    seed: u64,
    cast: Cast,
    calendar: Calendar,
    temper: Temper,
    dice: Dice,
    /// By moment, then by the order of intending.
    queue: BTreeMap<(Timestamp, u64), Intention>,
    intended: u64,
    present: Vec<bool>,
    /// Whom it has become too much for.
    tired: Vec<bool>,
    told: Vec<Happening>,
    scenes: Vec<Scene>,
    now: Timestamp,
    talk: talk::Talk,
    material: material::Material,
    purpose: purpose::Purpose,
    leading: leading::Leading,
    /// The circles that are open.
    circles: Vec<circles::Circle>,
    /// Per proposal who voted how.
    ballots: BTreeMap<Earlier, BTreeMap<usize, Choice>>,
}

impl Plot {
    fn foresee(&mut self) {
        self.foresee_lives();
        self.foresee_talk();
        self.foresee_material();
        self.foresee_purpose();
        self.foresee_coverage();
        self.foresee_leading();
        self.foresee_tasks();
        self.foresee_meetings();
        self.foresee_circles();
        self.foresee_learning();
        self.foresee_works();
        self.foresee_value();
        self.foresee_pulses();
        self.foresee_care();
        self.foresee_parting();
    }

    fn run(&mut self) {
        while let Some(((moment, _), intention)) = self.queue.pop_first() {
            if moment >= self.calendar.ends() {
                break;
            }
            self.now = moment.max(self.now);
            intention(self);
        }
    }

    /// Intends something for a moment.
    fn at(&mut self, moment: Timestamp, intention: impl FnOnce(&mut Plot) + 'static) {
        self.intended += 1;
        self.queue.insert((moment, self.intended), Box::new(intention));
    }

    /// Intends something for the first good moment from a day of the story on.
    fn on(&mut self, day: u64, intention: impl FnOnce(&mut Plot) + 'static) {
        let moment = self.calendar.open_day(day, &mut self.dice);
        self.at(moment, intention);
    }

    /// Intends something for the first good moment after a delay of so many milliseconds.
    fn later(&mut self, delay: u64, intention: impl FnOnce(&mut Plot) + 'static) {
        let wish = self.now.plus(Span::from_millis(delay.max(MINUTE)));
        let mut moment = self.calendar.at_or_after(wish, &mut self.dice);
        // Few read and write twice on a day.
        if moment.day() == self.now.day() && self.dice.chance(80) {
            moment = self.calendar.open_day(self.today() + 1, &mut self.dice);
        }
        self.at(moment, intention);
    }

    /// Intends something for a delay drawn between two.
    fn between(&mut self, soonest: u64, latest: u64, intention: impl FnOnce(&mut Plot) + 'static) {
        let delay = self.dice.between(soonest, latest);
        self.later(delay, intention);
    }

    /// Somebody does something now; the happening it is.
    fn tell(&mut self, by: usize, deed: Deed) -> Earlier {
        self.told.push(Happening {
            at: self.now,
            by,
            deed,
        });
        self.told.len() - 1
    }

    /// The same, if they are still there.
    fn if_present(&mut self, by: usize, deed: Deed) -> Option<Earlier> {
        self.present[by].then(|| self.tell(by, deed))
    }

    fn perform(&mut self, action: Action) {
        self.scenes.push(Scene {
            after: self.told.len(),
            at: self.now,
            action,
        });
    }

    /// The day of the story it is.
    fn today(&self) -> u64 {
        Calendar::day_of(self.now)
    }

    /// Whether this part of their life is seen to, this time.
    fn cares(&mut self, area: Area) -> bool {
        let care = self.temper.care(area);
        self.dice.chance(care)
    }

    fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        *self.dice.pick(items)
    }

    fn house(&self, member: usize) -> usize {
        self.cast.members[member].house
    }

    /// Everybody's house.
    fn homes(&self) -> Vec<usize> {
        self.cast.members.iter().map(|member| member.house).collect()
    }

    /// The steward of a member's house.
    fn steward_of(&self, member: usize) -> usize {
        self.house(member)
    }

    /// Who wrote what.
    fn author(&self, happening: Earlier) -> usize {
        self.told[happening].by
    }

    fn speaks(&self, member: usize) -> bool {
        self.present[member] && self.cast.habits[member].speaks
    }

    /// Somebody who is there and fits, each as likely as their weight. Who is tired hardly comes forward.
    fn somebody(
        &mut self,
        weight: impl Fn(&Habit<'_>) -> u64,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let weights: Vec<u64> = (0..self.present.len())
            .map(|member| {
                if !self.speaks(member) || !fits(member) {
                    return 0;
                }
                let weight = 20 * weight(&Habit(&self.cast.habits[member]));
                if self.tired[member] { weight / 20 } else { weight }
            })
            .collect();
        self.dice.weighted(&weights)
    }

    /// Somebody who is there and fits, all alike.
    fn anybody(&mut self, fits: impl Fn(usize) -> bool) -> Option<usize> {
        self.somebody(|_| 1, fits)
    }

    /// So many different people at most, all alike.
    fn people(&mut self, many: u64, fits: impl Fn(usize) -> bool) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for _ in 0..many {
            let Some(one) = self.anybody(|member| fits(member) && !found.contains(&member)) else {
                break;
            };
            found.push(one);
        }
        found
    }

    /// Everybody who is there and speaks.
    fn everybody(&self) -> Vec<usize> {
        (0..self.present.len())
            .filter(|&member| self.speaks(member))
            .collect()
    }
}

/// What weights are made of.
struct Habit<'a>(&'a super::cast::Habits);

impl Habit<'_> {
    fn asks(&self) -> u64 {
        self.0.asks
    }

    fn answers(&self) -> u64 {
        self.0.answers
    }
}
