//! What people pool: resources, versions of them, and what others say of these.

use super::super::Earlier;
use super::super::deed::{Deed, Known, slug};
use super::super::phrases::{self, Material as Sort, SUBJECTS, page};
use super::super::rhythm::{DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use hearth_protocol::kind::{Learning, ResourcePublished};
use hearth_protocol::time::Span;

/// What people remember of what was pooled.
#[derive(Default)]
pub(super) struct Material {
    pub(super) resources: Vec<Resource>,
}

/// A resource.
pub(super) struct Resource {
    /// Its first version.
    pub(super) first: Earlier,
    pub(super) newest: Earlier,
    pub(super) author: usize,
    sort: &'static Sort,
    /// It was taken back or replaced.
    over: bool,
}

/// A version in the making.
struct Version {
    text: String,
    file: Option<String>,
    replaces: Option<Earlier>,
    from: Option<Earlier>,
}

impl Plot {
    pub(super) fn foresee_material(&mut self) {
        for day in 2..self.calendar.days() {
            if self.calendar.is_open(day) && self.dice.chance(18) {
                self.on(day, Plot::pool);
            }
        }
        // Once in a while somebody goes through what has gathered.
        for day in (120..self.calendar.days()).step_by(70) {
            self.on(day, Plot::look_over);
        }
    }

    fn pool(&mut self) {
        let Some(author) = self.somebody(|habit| habit.answers(), |_| true) else {
            return;
        };
        let subject = self.dice.pick(SUBJECTS);
        let sort = self.dice.pick(subject.resources);
        let file = self
            .dice
            .chance(40)
            .then(|| format!("{}\n\n{}\n", sort.words.title, subject.answers.join("\n")));
        let from = self
            .talk
            .threads
            .iter()
            .rev()
            .take(6)
            .map(|thread| thread.id)
            .collect::<Vec<_>>();
        let from = (!from.is_empty() && self.dice.chance(40)).then(|| self.pick(&from));
        let version = Version {
            text: page(&sort.words),
            file,
            replaces: None,
            from,
        };
        let first = self.publish(author, sort, version);
        let resource = self.material.resources.len();
        self.material.resources.push(Resource {
            first,
            newest: first,
            author,
            sort,
            over: false,
        });
        self.foresee_verdicts(first);
        self.foresee_use(resource);
        let fate = self.dice.below(100);
        match fate {
            0..30 => self.between(20 * DAY, 150 * DAY, move |plot| plot.revise(resource)),
            30..36 => self.between(40 * DAY, 200 * DAY, move |plot| plot.replace(resource)),
            _ => {}
        }
    }

    fn publish(&mut self, author: usize, sort: &'static Sort, version: Version) -> Earlier {
        let form = sort.form;
        let review = self.cares(Area::Learning).then(|| {
            let days = self.dice.between(240, 420);
            self.now.plus(Span::days(days)).start_of_day()
        });
        let licence = self
            .dice
            .chance(50)
            .then(|| slug(self.pick(&["cc-by", "cc-by-sa", "cc0"])));
        let Version {
            text,
            file,
            replaces,
            from,
        } = version;
        let deed = Deed::made(move |known: &dyn Known| {
            let published = ResourcePublished {
                file: known.file(),
                from: from.map(|from| known.id(from)).into_iter().collect(),
                sort: Some(form),
                review,
                licence: licence.clone(),
            };
            Learning::ResourcePublished(published).into()
        });
        self.tell(author, deed.about_all(replaces).saying(text).with_file(file))
    }

    fn revise(&mut self, resource: usize) {
        let Resource {
            first,
            author,
            sort,
            over,
            ..
        } = self.material.resources[resource];
        if over || !self.present[author] {
            return;
        }
        let text = format!("{}\n\n{}", page(&sort.words), self.dice.pick(phrases::REVISIONS));
        let version = Version {
            text,
            file: None,
            replaces: Some(first),
            from: None,
        };
        let newest = self.publish(author, sort, version);
        self.material.resources[resource].newest = newest;
        self.foresee_verdicts(newest);
    }

    /// Of what has been there longest something is taken back, something replaced, something objected to.
    fn look_over(&mut self) {
        let stands = |resource: &Resource, present: &[bool]| !resource.over && present[resource.author];
        let standing: Vec<usize> = (0..self.material.resources.len())
            .filter(|&resource| stands(&self.material.resources[resource], &self.present))
            .take(9)
            .collect();
        if standing.len() < 3 {
            return;
        }
        let (one, other, third) = (self.pick(&standing), self.pick(&standing), self.pick(&standing));
        self.take_back(one);
        if other != one {
            self.replace(other);
        }
        let (version, words) = (self.material.resources[third].newest, self.pick(phrases::DOUBTS));
        self.judge(
            version,
            Deed::of(Learning::ResourceDisputed).about(version).saying(words),
        );
    }

    fn take_back(&mut self, resource: usize) {
        let Resource { first, author, .. } = self.material.resources[resource];
        let deed = Deed::of(Learning::ResourceWithdrawn).about(first);
        let done = self.if_present(
            author,
            deed.saying("Out of date, and nobody has the time to look it over."),
        );
        self.material.resources[resource].over |= done.is_some();
    }

    fn replace(&mut self, resource: usize) {
        let Resource {
            first, author, sort, ..
        } = self.material.resources[resource];
        let form = sort.form;
        let other = self
            .material
            .resources
            .iter()
            .find(|other| other.first > first && !other.over && other.sort.form == form);
        let Some(other) = other.map(|other| other.first) else {
            return;
        };
        let deed = Deed::of(Learning::ResourceSuperseded).about(first).about(other);
        let done = self.if_present(author, deed.saying("The newer one says it better; use that."));
        self.material.resources[resource].over |= done.is_some();
    }

    pub(super) fn foresee_verdicts(&mut self, version: Earlier) {
        let most = 1 + self.temper.care(Area::Learning) / 16;
        for _ in 0..self.dice.below(most + 1) {
            let (verdict, words) = if self.dice.chance(88) {
                (Learning::ResourceValidated, phrases::RATIONALES)
            } else {
                (Learning::ResourceDisputed, phrases::DOUBTS)
            };
            self.between(2 * HOUR, 40 * DAY, move |plot| {
                let rationale = plot.pick(words);
                plot.judge(version, Deed::of(verdict).about(version).saying(rationale));
            });
        }
    }

    /// Mostly somebody of another house judges, now and then a colleague.
    fn judge(&mut self, version: Earlier, verdict: Deed) {
        let author = self.author(version);
        let elsewhere = self.dice.chance(85);
        let houses = self.homes();
        let judge = self.somebody(
            |habit| habit.answers() + 1,
            |member| member != author && (houses[member] == houses[author]) != elsewhere,
        );
        if let Some(judge) = judge {
            self.tell(judge, verdict);
        }
    }

    fn foresee_use(&mut self, resource: usize) {
        for _ in 0..self.dice.below(3) {
            self.between(5 * DAY, 120 * DAY, move |plot| {
                let Resource {
                    newest, author, over, ..
                } = plot.material.resources[resource];
                let user = plot.anybody(|member| member != author);
                if let (false, Some(user)) = (over, user) {
                    let how = plot.pick(phrases::USES);
                    plot.tell(
                        user,
                        Deed::of(Learning::ResourceApplied).about(newest).saying(how),
                    );
                }
            });
        }
    }
}
