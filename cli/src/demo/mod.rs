//! `hearth demo`: some organisations on this machine, a story told through them, and the same answer from each.

mod ground;
mod house;
mod outcome;
mod patience;
mod play;
mod player;
mod process;
#[cfg(test)]
mod rehearsal;
mod report;
mod scenario;
mod stage;
mod survey;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::reply::Reply;
use crate::screen::Screen;
use clap::Args;
use ground::Ground;
use hearth_protocol::time::{Span, Timestamp};
use house::House;
use play::Withheld;
use player::Player;
use scenario::Scenario;
use serde_json::json;
use stage::Stage;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The house whose past an archive is.
const ARCHIVIST: usize = 0;
/// How often they are asked again because a log has grown meanwhile.
const TRIES: usize = 3;
/// For tests: this house misses the end of the story.
const WITHHOLD: &str = "HEARTH_DEMO_WITHHOLD";

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth demo --dir ./demo --exit")]
pub(crate) struct Demo {
    /// A new or empty directory for the organisations [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// A Stack Exchange dump (its directory), brought in by the first organisation as its past
    #[arg(long, value_name = "ARCHIVE")]
    from: Option<PathBuf>,
    /// End when all have answered, instead of staying up
    #[arg(long)]
    exit: bool,
    /// The story to tell: one number, one story
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Length of the story in months of thirty days
    #[arg(long, default_value_t = 18, value_parser = clap::value_parser!(u64).range(1..=18))]
    months: u64,
    /// How many organisations, each with a node of its own
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u8).range(3..=6))]
    organisations: u8,
    /// Longest wait for all to agree, in seconds
    #[arg(long, default_value_t = 120, hide = true)]
    patience: u64,
}

impl Demo {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let began = Instant::now();
        let is_temporary = self.dir.is_none();
        let ground = Ground::prepare(self.dir.clone())?;
        let silent = self.from.as_ref().map(|_| ARCHIVIST);
        let scenario = Scenario::generate(self.seed, self.months, self.organisations.into(), silent);

        context.screen.note(&format!(
            "{} organisations meet in {} …",
            self.organisations,
            ground.path().display()
        ));
        let mut stage = Stage::set(ground, &scenario, Duration::from_secs(self.patience))?;
        write_summary(&stage)?;
        if let Some(archive) = &self.from {
            context.screen.note("The first brings in its past …");
            bring_in(&stage, archive, context)?;
        }
        self.tell(&mut stage, &scenario, context)?;
        context
            .screen
            .note("One of them forgets what it had computed, and each answers for itself …");
        let mut outcome = outcome::ask(&mut stage)?;
        // The house that began anew may have logged once more what it sees of the others.
        for _ in 0..TRIES {
            outcome::converge(&mut stage)?;
            if outcome.is_of_present(&stage)? {
                break;
            }
            outcome = outcome::ask(&mut stage)?;
        }
        write_summary(&stage)?;

        let goes = self.exit && is_temporary && outcome.agrees();
        let took = began.elapsed();
        let reply = report::reply(&outcome, &stage, &scenario, took, !goes, &context.screen)?;
        let reply = reply.ending(if outcome.agrees() {
            Exit::Done
        } else {
            Exit::Failed
        });
        if self.exit {
            return Ok(leave(stage, goes, reply));
        }
        context.screen.reply(&reply);
        stay(&mut stage, &context.screen)?;
        Ok(leave(stage, is_temporary, Reply::silent().ending(reply.exit)))
    }

    fn tell(&self, stage: &mut Stage, scenario: &Scenario, context: &Context) -> Result<(), Failure> {
        let screen = &context.screen;
        let homes = stage.houses.iter().map(|house| house.made.home).collect();
        let stewards = stage
            .houses
            .iter()
            .map(House::steward_person)
            .collect::<Result<Vec<_>, _>>()?;
        let mut player = Player::new(scenario, self.seed, homes, stewards);
        let withheld = std::env::var(WITHHOLD).ok();
        let withheld = withheld.as_deref().map(|from| Withheld { from });
        let bar = screen.progress_of(scenario.happenings.len() as u64);
        bar.set_message("telling the story");
        screen.note(&format!(
            "Their members ask, answer, share, meet and decide: {} things in {} months. It takes some minutes …",
            scenario.happenings.len(),
            self.months
        ));
        play::play(stage, scenario, &mut player, withheld, &bar, context)?;
        bar.finish_and_clear();
        screen.note("Waiting until all hold the same and have witnessed each other …");
        outcome::converge(stage)
    }
}

/// The archive enters through the first house, by the importer that everybody uses.
fn bring_in(stage: &Stage, archive: &Path, context: &Context) -> Result<(), Failure> {
    let house = &stage.houses[ARCHIVIST];
    let mut globals = context.globals.clone();
    globals.home = Some(stage.ground.member_home(house.slug));
    globals.node = None;
    globals.data = None;
    globals.clock = Some(stage.ground.clock());
    let context = Context::new(globals, context.screen)?;
    crate::verbs::import::Stackexchange::of(archive.to_owned())
        .run(&context)
        .map(drop)
}

/// `demo.json`: what another program needs to talk to them.
fn write_summary(stage: &Stage) -> Result<(), Failure> {
    let houses: Vec<_> = stage
        .houses
        .iter()
        .map(|house| house.summary(&stage.ground))
        .collect();
    let summary = json!({
        "community": stage.houses[0].made.home.community,
        "clock": stage.ground.clock(),
        "organisations": houses,
    });
    let path = stage.ground.summary();
    fs::write(&path, format!("{summary:#}\n"))
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// Stays up until Ctrl-C, the clock going as the machine's does.
fn stay(stage: &mut Stage, screen: &Screen) -> Result<(), Failure> {
    let steward = &stage.houses[0];
    screen.note(&format!(
        "\nThe nodes stay up. As the steward of {}, in another terminal:\n  \
         export HEARTH_HOME={} HEARTH_CLOCK={}\n  hearth status; hearth threads; hearth framework\n\
         The API is at {}. Ctrl-C ends all of them.",
        steward.slug,
        stage.ground.member_home(steward.slug).display(),
        stage.ground.clock().display(),
        steward.remote()?.base(),
    ));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::new)?;
    let (began, then) = (Instant::now(), stage.now());
    runtime.block_on(async {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                ended = tokio::signal::ctrl_c() => return ended.map_err(Failure::new),
                _ = second.tick() => stage.advance_to(later(then, began.elapsed()))?,
            }
        }
    })
}

fn later(then: Timestamp, elapsed: Duration) -> Timestamp {
    then.plus(Span::from_millis(
        u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    ))
}

/// Stops the nodes, and removes their directory where nobody asked for it.
fn leave(mut stage: Stage, remove: bool, reply: Reply) -> Reply {
    stage.houses.iter_mut().for_each(House::stop);
    if remove {
        // A directory among the temporary ones that stays is no harm.
        let _ = fs::remove_dir_all(stage.ground.path());
    }
    reply
}
