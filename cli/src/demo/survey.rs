//! An anonymous survey on the stage: the issuers' nodes show their keys, every member's own client asks for tokens and
//! answers, the collector's node closes in time.

use super::house::House;
use super::player::Player;
use super::scenario::{Action, Scenario};
use super::stage::Stage;
use crate::context::Context;
use crate::exit::Failure;
use crate::home::Part;
use crate::pulses::{self, Told};
use hearth_protocol::id::Id;

/// Does what a scene asks for.
pub(crate) fn perform(
    stage: &mut Stage,
    scenario: &Scenario,
    player: &Player<'_>,
    action: &Action,
    context: &Context,
) -> Result<(), Failure> {
    match action {
        Action::AskForTokens { pulse, members } => {
            let pulse = player.id(*pulse);
            wait(
                stage,
                pulse,
                "its issuers have not shown their keys",
                Told::is_keyed,
            )?;
            // Who came after the survey was opened is not of its electorate, and is refused.
            let mut asked = 0;
            for &member in members {
                let client = client(stage, scenario, player, member, context)?;
                pulses::attend(&client, &client.remote()?)?;
                asked += u64::from(part(&client, pulse)?.is_some_and(|part| part.asked));
            }
            wait(stage, pulse, "not all tokens are issued", |told| {
                told.issuers.iter().all(|issuer| issuer.issued >= asked)
            })
        }
        Action::Answer { pulse, answers } => {
            let pulse = player.id(*pulse);
            for (member, choices) in answers {
                let client = client(stage, scenario, player, *member, context)?;
                let remote = client.remote()?;
                let told = pulses::attend(&client, &remote)?;
                let Some(told) = told.into_iter().find(|told| told.id == pulse) else {
                    return Err(Failure::new("a member's node does not know the survey"));
                };
                if part(&client, pulse)?.is_none_or(|part| part.tokens.is_none()) {
                    continue;
                }
                pulses::answer(&client, &remote, &told, choices.clone(), remote.base())?;
            }
            Ok(())
        }
        Action::Close { pulse } => {
            let pulse = player.id(*pulse);
            wait(stage, pulse, "its collector has not closed it", |told| {
                told.closed.is_some()
            })
        }
    }
}

/// What a member's client keeps of its part in a survey.
fn part(client: &Context, pulse: Id) -> Result<Option<Part>, Failure> {
    client.home.parts().read(pulse).map_err(Failure::new)
}

/// Waits until every house sees a survey so.
fn wait(stage: &mut Stage, pulse: Id, missing: &str, done: impl Fn(&Told) -> bool) -> Result<(), Failure> {
    stage.wait(|houses| {
        for house in houses.iter() {
            let told = pulses::told(house.remote()?, Vec::new())?;
            if !told.iter().any(|told| told.id == pulse && done(told)) {
                return Ok(Some(format!("a survey seen from {}: {missing}", house.slug)));
            }
        }
        Ok(None)
    })
}

/// A member at their own client.
fn client(
    stage: &Stage,
    scenario: &Scenario,
    player: &Player<'_>,
    member: usize,
    context: &Context,
) -> Result<Context, Failure> {
    let house: &House = &stage.houses[scenario.members[member].house];
    // Whoever lost a device has another one, and another key.
    let home = match player.device(member) {
        0 if member < scenario.houses => house.slug.to_owned(),
        device => format!("{}-{member}-{device}", house.slug),
    };
    let home = stage.ground.member_home(&home);
    house.make_home(&home, &player.key_of(member))?;
    let mut globals = context.globals.clone();
    globals.home = Some(home);
    globals.node = None;
    globals.data = None;
    globals.clock = Some(stage.ground.clock());
    Context::new(globals, context.screen)
}
