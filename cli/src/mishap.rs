//! What nobody foresaw: a panic is an error of ours, or of the database over a damaged store. The person is told in a
//! sentence and knows what to do; `RUST_BACKTRACE=1` shows where it was.

use crate::exit::Failure;
use crate::screen::Screen;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Mutex, PoisonError};

/// What was said last, and where.
static LAST: Mutex<Option<Said>> = Mutex::new(None);

struct Said {
    what: String,
    file: String,
    line: u32,
}

/// Does the work of this process; a panic in it becomes a failure.
pub(crate) fn caught<T>(screen: Screen, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let usual = panic::take_hook();
    let with_trace = std::env::var_os("RUST_BACKTRACE").is_some_and(|wanted| wanted != "0");
    panic::set_hook(Box::new(move |info| {
        let said = Said::of(info);
        if with_trace {
            usual(info);
        } else if std::thread::current().name() != Some("main") {
            // Whoever waits for this thread learns that it is gone, and not why.
            screen.note(&format!("hearth: {}", said.failure()));
        }
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = Some(said);
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let last = LAST.lock().unwrap_or_else(PoisonError::into_inner).take();
        Err(last.map_or_else(
            || Failure::new("something went wrong in hearth itself"),
            |said| said.failure(),
        ))
    })
}

impl Said {
    fn of(info: &PanicHookInfo<'_>) -> Said {
        let what = info.payload_as_str().unwrap_or("no reason was given").to_owned();
        let (file, line) = info
            .location()
            .map_or(("?", 0), |place| (place.file(), place.line()));
        Said {
            what,
            file: file.to_owned(),
            line,
        }
    }

    /// The database panics where it meets pages that it never wrote.
    fn failure(&self) -> Failure {
        let Said { what, file, line } = self;
        if file.contains("/redb-") {
            return Failure::new(format!("the store is damaged: {what}")).advise(
                "`hearth verify --data DIR` says whether it is this directory. Its entries are with the other \
                 organisations: see docs/operations.md.",
            );
        }
        Failure::new(format!(
            "something went wrong in hearth itself: {what} ({file}:{line})"
        ))
        .advise("It is our error: please report it with this line.")
    }
}
