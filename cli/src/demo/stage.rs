//! The stage: the houses that have met, and the one clock that all of them and their members go by.

use super::ground::Ground;
use super::house::{House, free_port};
use super::patience::Patience;
use super::scenario::{HOUSES, Scenario};
use crate::exit::Failure;
use crate::remote::Submission;
use hearth_node::config::Config;
use hearth_node::directory::DataDirectory;
use hearth_node::found::{self, Organisation, Purpose};
use hearth_node::invitation::Invitation;
use hearth_node::queries::Query;
use hearth_protocol::entry::{Event, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Clock, Community, Head, Motion, Proposed};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// How far the clock goes while all wait for each other, and how often: nodes record what they see of the others every ten
/// seconds at most, and bear out times up to six hours back.
const TICK: Span = Span::from_millis(11_000);
const TICK_EVERY: Duration = Duration::from_millis(100);
/// What comes within a moment goes out as one checkpoint: each is cosigned by all others. Hours of the story pass between
/// one step and the next.
const OFFER_EVERY_MS: u64 = 150;

/// From so many houses on one of them may lie without being believed.
const MANY: usize = 4;

/// Entries with which an organisation's log opens: its charter and the admission of its steward.
const OPENING: u64 = 2;

/// The houses, in the order of [`HOUSES`], and the time.
pub(crate) struct Stage {
    pub(crate) ground: Ground,
    pub(crate) houses: Vec<House>,
    now: Timestamp,
    patience: Duration,
}

impl Stage {
    /// Founds the community, lets the others join through invitations, and waits until all are in.
    pub(crate) fn set(ground: Ground, scenario: &Scenario, patience: Duration) -> Result<Self, Failure> {
        let mut stage = Self {
            ground,
            houses: Vec::new(),
            now: scenario.begins,
            patience,
        };
        stage.ground.set_clock(stage.now)?;
        for index in 0..scenario.houses {
            stage.open(index, scenario)?;
        }
        Ok(stage)
    }

    /// The time on the clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Sets the clock; it never goes back.
    pub(crate) fn advance_to(&mut self, moment: Timestamp) -> Result<(), Failure> {
        self.now = self.now.max(moment);
        self.ground.set_clock(self.now)
    }

    /// Lets time pass until nothing is missing. At the end of patience fails with what still is.
    pub(crate) fn wait(
        &mut self,
        mut missing: impl FnMut(&mut [House]) -> Result<Option<String>, Failure>,
    ) -> Result<(), Failure> {
        let mut patience = Patience::of(self.patience);
        let mut ticked = Instant::now();
        while let Some(what) = missing(&mut self.houses)? {
            if !patience.wait() {
                return Err(Failure::new(what).advise(format!(
                    "What the nodes said is in {}.",
                    self.ground.path().join("*.log").display()
                )));
            }
            if ticked.elapsed() >= TICK_EVERY {
                self.advance_to(self.now.plus(TICK))?;
                ticked = Instant::now();
            }
        }
        Ok(())
    }

    /// The present cut, as the node of a house has it.
    pub(crate) fn cut(&self, house: usize) -> Result<Vec<Head>, Failure> {
        let mut answer = self.houses[house].ask(&Query::Cut {})?;
        serde_json::from_value(answer["cut"].take()).map_err(|error| Failure::new(format!("no cut: {error}")))
    }

    /// Waits until every house holds these logs to these sizes.
    pub(crate) fn await_delivery(&mut self, told: &BTreeMap<Id, u64>) -> Result<(), Failure> {
        let mut served = BTreeSet::new();
        self.wait(|houses| undelivered(houses, told, &mut served))
    }

    /// Waits until every house holds these logs to these sizes, and so many others have recorded each that its times count.
    pub(crate) fn await_witnesses(&mut self, told: &BTreeMap<Id, u64>) -> Result<(), Failure> {
        // One more than may lie (docs/protocol.md §6).
        let enough = if self.houses.len() < MANY { 1 } else { 2 };
        let mut served = BTreeSet::new();
        let mut seen: BTreeMap<(usize, Id), u64> = BTreeMap::new();
        self.wait(|houses| {
            if let Some(missing) = undelivered(houses, told, &mut served)? {
                return Ok(Some(missing));
            }
            let all = houses.len();
            for (recorder, house) in houses.iter_mut().enumerate() {
                for (organisation, size) in house.newly_seen()? {
                    let most = seen.entry((recorder, organisation)).or_default();
                    *most = size.max(*most);
                }
            }
            let unseen = told.iter().find(|(organisation, size)| {
                let recorded =
                    (0..all).filter(|recorder| seen.get(&(*recorder, **organisation)) >= Some(size));
                recorded.count() < enough
            });
            Ok(unseen.map(|(organisation, _)| {
                format!("too few have recorded the newest entries of {organisation}")
            }))
        })
    }

    /// Makes one house and lets it in.
    fn open(&mut self, index: usize, scenario: &Scenario) -> Result<(), Failure> {
        let (slug, name) = HOUSES[index];
        let port =
            free_port().map_err(|error| Failure::new(format!("no port is free on this machine: {error}")))?;
        let address = format!("/ip4/127.0.0.1/tcp/{port}");
        let steward = &scenario.members[index];
        let key = SecretKey::from_seed(steward.keys[0]);
        let organisation = Organisation {
            slug: slug.parse().expect("the houses' slugs are slugs"),
            name: name.to_owned(),
            steward: &key,
            steward_name: Some(steward.name.clone()),
            addresses: vec![address.clone()],
            config: Config {
                listen: vec![address],
                api: ([127, 0, 0, 1], 0).into(),
                offer_every_ms: OFFER_EVERY_MS,
                ..Config::default()
            },
        };
        let directory = DataDirectory::at(self.ground.data(slug));
        let made = match self.houses.first() {
            None => found::found(&directory, &organisation, &purpose(), self.now),
            Some(founder) => found::join(&directory, &organisation, &invite(founder)?, self.now),
        };
        let mut house = House::new(slug, made.map_err(Failure::new)?, key);
        house.start(&self.ground)?;
        self.houses.push(house);
        if index > 0 { self.admit(index) } else { Ok(()) }
    }

    /// The founder's steward admits a house as soon as its application has come.
    fn admit(&mut self, index: usize) -> Result<(), Failure> {
        let organisation = self.houses[index].made.home.organisation;
        let steward = &self.houses[0];
        let slug = self.houses[index].slug;
        let mut found = None;
        let key = steward.remote()?.key().clone();
        self.wait(|houses| {
            let answer = houses[0].ask(&Query::Applications {})?;
            found = application(&answer, organisation);
            Ok(found
                .is_none()
                .then(|| format!("the application of {slug} did not reach {}", houses[0].slug)))
        })?;
        let Application { preceding, charter } = found.expect("the wait ended because it was found");
        let proposed = Community::Proposed(Proposed {
            motion: Motion::Admit { charter },
        });
        let payload = Payload::new(self.now, proposed).about(preceding);
        let mut submission = Submission::default();
        submission.push(Event::sign(&payload, &key, &self.houses[0].made.home), []);
        self.houses[0].submit(&submission)?;
        self.wait(|houses| {
            let admitted = houses[index].status()?.admitted == Some(true);
            Ok((!admitted).then(|| format!("{slug} does not know that it was admitted")))
        })?;
        // Its charter is as old as the others bear out.
        self.await_witnesses(&BTreeMap::from([(organisation, OPENING)]))
    }
}

/// Which house lacks entries of which log; those that lack none are not asked again.
fn undelivered(
    houses: &[House],
    told: &BTreeMap<Id, u64>,
    served: &mut BTreeSet<usize>,
) -> Result<Option<String>, Failure> {
    for (number, house) in houses.iter().enumerate() {
        if served.contains(&number) {
            continue;
        }
        let status = house.status()?;
        for (organisation, &size) in told {
            let log = status.logs.iter().find(|log| log.organisation == *organisation);
            let held = log.map_or(0, |log| log.size);
            if held < size {
                let lacking = size - held;
                return Ok(Some(format!(
                    "{} lacks {lacking} entries of {organisation}",
                    house.slug
                )));
            }
        }
        served.insert(number);
    }
    Ok(None)
}

/// What the founder's node knows of an applicant.
struct Application {
    preceding: Id,
    charter: Vec<u8>,
}

fn application(answer: &Value, organisation: Id) -> Option<Application> {
    #[derive(Deserialize)]
    struct Row {
        organisation: Id,
        charter: String,
    }
    let preceding = serde_json::from_value(answer["preceding"].clone()).ok()?;
    let rows: Vec<Row> = serde_json::from_value(answer["applications"].clone()).ok()?;
    let row = rows.into_iter().find(|row| row.organisation == organisation)?;
    Some(Application {
        preceding,
        charter: hex::decode(row.charter).ok()?,
    })
}

fn purpose() -> Purpose {
    Purpose {
        domain: "hospice-practice".parse().expect("a constant slug"),
        name: "Hospice practice".to_owned(),
        words: "What works in the daily life of our hospices, and what does not.".to_owned(),
        clock: Clock::Simulated,
    }
}

fn invite(founder: &House) -> Result<Invitation, Failure> {
    let answer: Value = founder
        .remote()?
        .post("/v1/invitations", &json!({}))
        .map_err(Failure::new)?;
    answer["invitation"]
        .as_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Failure::new("the founder's node gives no invitation"))
}
