//! What every verb is given: the global options, the screen, and where the member lives.

use crate::args::Globals;
use crate::exit::Failure;
use crate::screen::Screen;
use std::path::PathBuf;

/// One run of the program.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) globals: Globals,
    pub(crate) screen: Screen,
    /// The member's home directory; may not exist yet.
    pub(crate) home: PathBuf,
}

impl Context {
    pub(crate) fn new(globals: Globals, screen: Screen) -> Result<Self, Failure> {
        let home = match &globals.home {
            Some(home) => home.clone(),
            None => std::env::home_dir()
                .ok_or_else(|| {
                    Failure::usage("no home directory is known").advise("Name one with --home DIR.")
                })?
                .join(".hearth"),
        };
        Ok(Self {
            globals,
            screen,
            home,
        })
    }
}
