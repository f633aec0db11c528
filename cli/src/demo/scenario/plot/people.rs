//! Who comes and goes, with which key, and what they say of themselves.

use super::super::deed::{Change, Deed, slug, topics};
use super::super::phrases::SUBJECTS;
use super::super::rhythm::{Calendar, DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{
    Admitted, ConsentSet, InterestDeclared, MemberInvited, NamedKey, People, invitation_code,
};

/// How somebody becomes a member.
#[derive(Clone, Copy)]
enum Way {
    /// The house enters them.
    Enrolled,
    Applied,
    /// Somebody spoke for them.
    Named(usize),
    /// With the code of an invitation.
    Invited(usize),
}

const STRENGTHS: &[&str] = &[
    "Patient with forms, impatient with meetings that have no end.",
    "Fourteen years on the ward, three in the community. I draw.",
    "New to hospice work; came from a school kitchen.",
    "I listen well at night and badly before the first coffee.",
    "Good at finding rooms, drivers and people who know people.",
    "I have trained volunteers in two languages.",
];

impl Plot {
    pub(super) fn foresee_lives(&mut self) {
        for member in 0..self.cast.members.len() {
            let habits = &self.cast.habits[member];
            let (joins, leaves) = (habits.joins, habits.leaves);
            let (changes_key, tired) = (habits.changes_key, habits.tired);
            match joins {
                Some(moment) => self.at(moment, move |plot| plot.come(member)),
                None => self.on(1, move |plot| plot.settle_in(member)),
            }
            if let Some(moment) = leaves {
                self.at(moment, move |plot| plot.leave(member));
            }
            if let Some(moment) = changes_key {
                self.at(moment, move |plot| plot.add_key(member));
            }
            if let Some((from, until)) = tired {
                self.at(from, move |plot| plot.tired[member] = true);
                self.at(until, move |plot| plot.tired[member] = false);
            }
        }
        if let Some((one, other)) = self.cast.twins {
            self.on(40, move |plot| plot.say_is_oneself(one, other));
        }
    }

    fn come(&mut self, newcomer: usize) {
        let house = self.house(newcomer);
        if Calendar::day_of(self.now) < 7 {
            return self.admit(newcomer, Way::Enrolled);
        }
        if self.has_gone(house) {
            return;
        }
        let homes = self.homes();
        let Some(colleague) = self.anybody(|member| member != house && homes[member] == house) else {
            return self.admit(newcomer, Way::Applied);
        };
        match self.dice.below(100) {
            0..40 => {
                let code = invitation_code(&self.code_for(newcomer));
                self.tell(colleague, Deed::of(People::MemberInvited(MemberInvited { code })));
                self.between(DAY, 5 * DAY, move |plot| {
                    plot.admit(newcomer, Way::Invited(colleague))
                });
            }
            40..55 => self.admit(newcomer, Way::Named(colleague)),
            55..85 => self.admit(newcomer, Way::Applied),
            _ => self.admit(newcomer, Way::Enrolled),
        }
    }

    /// What an invited person shows. Nobody is to be kept out here, so it follows from the seed.
    fn code_for(&self, newcomer: usize) -> Hash {
        Hash::of(format!("hearth/demo/code/v1 {} {newcomer}", self.seed).as_bytes())
    }

    fn admit(&mut self, newcomer: usize, way: Way) {
        if self.has_gone(self.house(newcomer)) {
            return;
        }
        let name = self.cast.members[newcomer].name.clone();
        let code = matches!(way, Way::Invited(_)).then(|| self.code_for(newcomer));
        let deed = Deed::made(move |known| {
            let inviter = match way {
                Way::Named(inviter) | Way::Invited(inviter) => Some(known.person(inviter)),
                Way::Enrolled | Way::Applied => None,
            };
            let admitted = Admitted {
                applied: matches!(way, Way::Applied),
                code,
                inviter,
                ..Admitted::new(known.key(newcomer, 0))
            };
            People::MemberAdmitted(admitted).into()
        });
        let deed = deed.saying(name).changing(Change::Admits(newcomer));
        self.tell(self.steward_of(newcomer), deed);
        self.present[newcomer] = true;
        self.settle_in(newcomer);
        self.foresee_welcome(newcomer);
    }

    /// What newcomers say of themselves in their first weeks, if they do.
    fn settle_in(&mut self, member: usize) {
        if !self.cast.habits[member].speaks {
            return;
        }
        if self.cares(Area::Talking) || self.dice.chance(40) {
            self.between(HOUR, 20 * DAY, move |plot| plot.declare_interests(member));
        }
        if self.dice.chance(30) {
            self.between(DAY, 30 * DAY, move |plot| {
                let (name, strength) = (plot.cast.members[member].name.clone(), plot.pick(STRENGTHS));
                let words = format!("# {name}\n\n{strength}");
                plot.if_present(member, Deed::of(People::ProfileWritten).saying(words));
            });
        }
        if self.dice.chance(35) {
            let yes = self.dice.chance(80);
            let scope = self.pick(&["report-names", "photographs", "contact-by-others"]);
            self.between(DAY, 60 * DAY, move |plot| {
                let consent = ConsentSet {
                    yes,
                    scope: slug(scope),
                };
                plot.if_present(member, Deed::of(People::ConsentSet(consent)));
            });
        }
        self.foresee_reading_of_terms(member);
    }

    fn declare_interests(&mut self, member: usize) {
        let first = self.dice.below(SUBJECTS.len() as u64) as usize;
        let more = self.dice.between(1, 3) as usize;
        let codes: Vec<&str> = (0..=more)
            .map(|step| SUBJECTS[(first + 3 * step) % SUBJECTS.len()].topic)
            .collect();
        let declared = InterestDeclared {
            topics: topics(&codes),
        };
        self.if_present(member, Deed::of(People::InterestDeclared(declared)));
    }

    pub(super) fn leave(&mut self, member: usize) {
        if self.present[member] {
            let deed = Deed::of(People::MemberLeft).about_person(member);
            self.tell(member, deed.changing(Change::Leaves(member)));
            self.present[member] = false;
        }
    }

    fn add_key(&mut self, member: usize) {
        if !self.present[member] {
            return;
        }
        let deed = Deed::made(move |known| {
            let key = known.key(member, 1);
            People::KeyAdded(NamedKey { key }).into()
        });
        self.tell(member, deed.about_person(member).changing(Change::NextKey));
        self.between(DAY, 9 * DAY, move |plot| {
            let deed = Deed::made(move |known| {
                let key = known.key(member, 0);
                People::KeyRevoked(NamedKey { key }).into()
            });
            let deed = deed
                .about_person(member)
                .saying("The device with this key was lost.");
            plot.tell(plot.steward_of(member), deed);
        });
    }

    /// Two accounts of one person, who says so from both.
    fn say_is_oneself(&mut self, one: usize, other: usize) {
        if self.present[one] && self.present[other] {
            self.tell(one, Deed::of(People::MemberAffiliated).about_person(other));
            self.between(DAY, 4 * DAY, move |plot| {
                plot.if_present(other, Deed::of(People::MemberAffiliated).about_person(one));
            });
        }
    }
}
