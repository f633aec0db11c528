//! The command line of Hearthlog: arguments, the member's home, rendering, and one file per family of verbs.
//! Reading goes through `source` (a running node or a data directory), writing through `pen` (sign here, send or
//! keep for later).

mod args;
mod context;
mod demo;
mod durable;
mod exit;
mod home;
mod pen;
mod publication;
mod remote;
mod render;
mod reply;
mod screen;
mod source;
mod stackexchange;
mod verbs;
mod verify;
mod words;

use args::Cli;
use clap::Parser;
use context::Context;
use screen::Screen;
use std::process::ExitCode;

pub use verify::{faults_of_data, faults_of_published, faults_of_store};

/// Runs the command line of this process and says how it ended. See `exit::Exit` for the codes.
pub fn main() -> ExitCode {
    let Cli { globals, verb } = Cli::parse();
    let screen = Screen::open(globals.json);
    let outcome = Context::new(globals, screen).and_then(|context| verb.run(&context));
    match outcome {
        Ok(reply) => {
            screen.reply(&reply);
            reply.exit.into()
        }
        Err(failure) => {
            screen.failure(&failure);
            failure.exit().into()
        }
    }
}
