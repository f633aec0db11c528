//! The command line of Hearthlog: arguments, the member's home, rendering, and one file per family of verbs.
//! Reading goes through `source` (a running node or a data directory), writing through `pen` (sign here, send or
//! keep for later).

mod args;
mod completion;
mod context;
mod demo;
mod durable;
mod exit;
mod home;
mod mishap;
mod motion;
mod pen;
mod publication;
mod pulses;
mod remote;
mod render;
mod reply;
mod report;
mod screen;
mod sheet;
mod source;
mod stackexchange;
mod verbs;
mod verify;
mod words;

use args::Cli;
use clap::Parser;
use clap::error::ErrorKind;
use context::Context;
use exit::{Exit, Failure};
use screen::Screen;
use std::process::ExitCode;

pub use verify::{faults_of_data, faults_of_published, faults_of_store};

/// Runs the command line of this process and says how it ended. See `exit::Exit` for the codes.
pub fn main() -> ExitCode {
    if completion::answered() {
        return Exit::Done.into();
    }
    let Cli { globals, verb } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    let screen = Screen::open(globals.json);
    let outcome = mishap::caught(screen, || {
        let context = Context::new(globals, screen)?;
        let reply = context.settle(verb.run(&context))?;
        context.home.remember_ids(&reply.json);
        Ok((reply, context))
    });
    match outcome {
        Ok((reply, context)) => {
            if screen.reply(&reply) {
                context.is_printed();
            }
            context.attend_pulses();
            reply.exit.into()
        }
        Err(failure) => {
            screen.failure(&failure);
            failure.exit().into()
        }
    }
}

/// Says what is wrong with the command line: as clap does, or as JSON where that was asked for.
fn misread(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    let asked_for_help =
        !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if asked_for_help || !wants_json {
        error.exit();
    }
    let text = error.render().to_string();
    let what = text
        .trim_start_matches("error: ")
        .lines()
        .next()
        .unwrap_or_default();
    let failure = Failure::usage(what).advise("`--help` says what it takes.");
    Screen::open(true).failure(&failure);
    failure.exit().into()
}
