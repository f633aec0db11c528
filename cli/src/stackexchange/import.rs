//! The import itself: four passes over a dump, in batches, each asking the node first what it holds.
//!
//! In memory stay, whatever the size of the dump: one batch; the ids of accepted answers with their askers; the ids of
//! posts that are neither question nor answer. The ids of records already made are asked of the node, which has an
//! index of sources; so a second run, or one after a crash, adds only what is missing.

use super::archive::{Archive, ArchiveError, File};
use super::draft::{Draft, Seal, What};
use super::dump::{Author, Comment, Post, PostKind, Vote};
use super::report::Report;
use super::rows::{BadRow, Malformed, Row};
use crate::exit::Failure;
use crate::remote::{Outcome, Remote, RemoteError, Submission};
use crate::screen::Screen;
use hearth_protocol::id::Id;
use hearth_protocol::time::Timestamp;
use indicatif::ProgressBar;
use std::collections::{BTreeMap, BTreeSet};

/// Rows per batch.
const BATCH: usize = 200;
/// Bytes of words after which a batch is full. With one more row of the largest kind, every `>` of a title escaped, it
/// still stays within the 32 MiB that a node takes at once.
const BATCH_BYTES: usize = 8 << 20;

/// One run of an import.
pub(crate) struct Import<'a> {
    archive: Archive,
    remote: &'a Remote,
    screen: Screen,
    seal: Seal,
    strict: bool,
    bar: ProgressBar,
    report: Report,
    batch: Batch,
    /// By accepted answer.
    accepted: BTreeMap<u64, Acceptance>,
    other_posts: BTreeSet<u64>,
    /// The newest time in any row read so far.
    newest: Timestamp,
}

/// What a question row says of its accepted answer.
struct Acceptance {
    question: u64,
    asker: Author,
    dated: bool,
}

/// What is asked about and sent together.
#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    /// Bytes of words in it.
    bytes: usize,
}

/// A row in a batch.
enum Item {
    Make(Box<Draft>),
    /// A vote that becomes nothing; still, it may be on a post that does not exist.
    Pass {
        on: u64,
        reason: String,
    },
}

impl<'a> Import<'a> {
    pub(crate) fn new(
        archive: Archive,
        remote: &'a Remote,
        screen: Screen,
        seal: Seal,
        strict: bool,
    ) -> Self {
        let bar = screen.progress(archive.bytes());
        Self {
            archive,
            remote,
            screen,
            seal,
            strict,
            bar,
            report: Report::default(),
            batch: Batch::default(),
            accepted: BTreeMap::new(),
            other_posts: BTreeSet::new(),
            newest: Timestamp::EPOCH,
        }
    }

    /// Reads the whole dump. Answers may stand before their questions in it (merged posts), hence two passes over posts.
    pub(crate) fn run(mut self) -> Result<Report, Failure> {
        self.pass(File::Posts, true, |import, row| import.question(Post::read(row)?))?;
        self.pass(File::Posts, false, |import, row| import.answer(Post::read(row)?))?;
        self.pass(File::Comments, true, |import, row| {
            import.comment(Comment::read(row)?)
        })?;
        self.pass(File::Votes, true, |import, row| import.vote(Vote::read(row)?))?;
        self.accept_undated()?;
        self.bar.finish_and_clear();
        Ok(self.report)
    }

    /// Goes over one file. Only the first pass over it counts its rows and tells what is wrong with them.
    fn pass(
        &mut self,
        file: File,
        tells: bool,
        mut take: impl FnMut(&mut Self, &Row) -> Result<(), BadRow>,
    ) -> Result<(), Failure> {
        let Some(mut rows) = self.archive.open(file)? else {
            self.screen
                .note(&format!("{file} is not there; going on without it."));
            return Ok(());
        };
        self.bar.set_message(file.list());
        let before = self.bar.position();
        while let Some(found) = rows
            .next()
            .map_err(|source| ArchiveError::Unreadable { file, source })?
        {
            if tells && found.is_ok() {
                self.report.row(file.name());
            }
            let taken = found.and_then(|row| take(self, &row).map_err(|reason| row.malformed(reason)));
            match taken {
                Err(malformed) if tells => self.tell(file, malformed)?,
                _ => {}
            }
            if self.batch.is_full() {
                self.flush()?;
                self.bar.set_position(before + rows.bytes_read());
            }
        }
        self.flush()?;
        self.bar.set_position(before + rows.bytes_read());
        Ok(())
    }

    fn question(&mut self, post: Post) -> Result<(), BadRow> {
        self.newest = self.newest.max(post.at);
        match &post.kind {
            PostKind::Question {
                title,
                tags,
                accepted,
            } => {
                let (title, tags) = (title.clone(), tags.clone());
                if let Some(answer) = accepted {
                    let acceptance = Acceptance {
                        question: post.id,
                        asker: post.author,
                        dated: false,
                    };
                    self.accepted.insert(*answer, acceptance);
                }
                self.batch.push(Item::make(Draft::question(post, &title, &tags)));
            }
            PostKind::Answer { .. } => {}
            PostKind::Other(kind) => {
                self.other_posts.insert(post.id);
                self.report
                    .skipped(format!("posts of type {kind} (neither question nor answer)"));
            }
        }
        Ok(())
    }

    fn answer(&mut self, post: Post) -> Result<(), BadRow> {
        if let PostKind::Answer { question } = post.kind {
            if self
                .accepted
                .get(&post.id)
                .is_some_and(|acceptance| acceptance.question != question)
            {
                self.accepted.remove(&post.id);
                self.report
                    .skipped("acceptances of an answer to another question");
            }
            self.batch.push(Item::make(Draft::answer(post, question)));
        }
        Ok(())
    }

    fn comment(&mut self, comment: Comment) -> Result<(), BadRow> {
        self.newest = self.newest.max(comment.at);
        self.batch.push(Item::make(Draft::comment(comment)));
        Ok(())
    }

    fn vote(&mut self, vote: Vote) -> Result<(), BadRow> {
        self.newest = self.newest.max(vote.at);
        let item = match Draft::reaction(&vote) {
            Some(draft) => Item::make(draft),
            None if vote.kind == 1 => self.acceptance(&vote),
            None => Item::Pass {
                on: vote.post,
                reason: format!("votes of type {}", vote.kind),
            },
        };
        self.batch.push(item);
        Ok(())
    }

    /// A vote of type 1 dates the acceptance that the question row states.
    fn acceptance(&mut self, vote: &Vote) -> Item {
        let pass = |reason: &str| Item::Pass {
            on: vote.post,
            reason: reason.to_owned(),
        };
        match self.accepted.get_mut(&vote.post) {
            Some(Acceptance { dated: true, .. }) => pass("votes of type 1 on an answer that has one already"),
            Some(acceptance) => {
                acceptance.dated = true;
                Item::make(Draft::acceptance(vote.post, acceptance.asker, vote.at))
            }
            None => pass("votes of type 1 on an answer that is no longer accepted"),
        }
    }

    /// An acceptance that no vote dates is given the time of the newest row: by then it had been given for certain, so
    /// no answer is called accepted earlier than the dump bears out.
    fn accept_undated(&mut self) -> Result<(), Failure> {
        let undated: Vec<(u64, Author)> = self
            .accepted
            .iter()
            .filter(|(_, a)| !a.dated)
            .map(|(answer, a)| (*answer, a.asker))
            .collect();
        for (answer, asker) in undated {
            self.report.undated();
            self.batch
                .push(Item::make(Draft::acceptance(answer, asker, self.newest)));
            if self.batch.is_full() {
                self.flush()?;
            }
        }
        self.flush()
    }

    /// Sends what the node does not hold yet.
    fn flush(&mut self) -> Result<(), Failure> {
        let batch = std::mem::take(&mut self.batch).items;
        if batch.is_empty() {
            return Ok(());
        }
        let held = self.held(&batch)?;
        let mut submission = Submission::default();
        let mut sent = Vec::new();
        for item in batch {
            let subject = item.on().and_then(|post| held.get(&("post", post)).copied());
            if item.on().is_some() && subject.is_none() {
                self.report.skipped(self.without_subject(&item));
                continue;
            }
            match item {
                Item::Pass { reason, .. } => self.report.skipped(reason),
                Item::Make(draft) if held.contains_key(&(draft.what.source_kind(), draft.id)) => {
                    self.report.there(draft.what);
                }
                Item::Make(draft) => {
                    let (what, id) = (draft.what, draft.id);
                    let (entry, body) = self.seal.close(*draft, subject).map_err(Failure::new)?;
                    submission.push(entry, body);
                    sent.push((what, id));
                }
            }
        }
        self.send(&submission, &sent)
    }

    /// Why an item has nothing to be about.
    fn without_subject(&self, item: &Item) -> String {
        let (plural, on) = match item {
            Item::Make(draft) if draft.what.source_kind() == "vote" => ("votes", draft.on),
            Item::Make(draft) => (draft.what.plural(), draft.on),
            Item::Pass { on, .. } => ("votes", Some(*on)),
        };
        let what = if on.is_some_and(|post| self.other_posts.contains(&post)) {
            "a post that is neither question nor answer"
        } else {
            "a post that does not exist"
        };
        format!("{plural} on {what}")
    }

    /// Which sources a batch needs are in the log, by kind and id.
    fn held(&self, batch: &[Item]) -> Result<BTreeMap<(&'static str, u64), Id>, Failure> {
        let mut keys = BTreeSet::new();
        for item in batch {
            keys.extend(item.on().map(|post| ("post", post)));
            if let Item::Make(draft) = item {
                keys.insert((draft.what.source_kind(), draft.id));
            }
        }
        let keys: Vec<(&'static str, u64)> = keys.into_iter().collect();
        let ids = self.remote.sources(&self.seal.site, &keys).map_err(interrupted)?;
        Ok(keys
            .into_iter()
            .zip(ids)
            .filter_map(|(key, id)| id.map(|id| (key, id)))
            .collect())
    }

    fn send(&mut self, submission: &Submission, sent: &[(What, u64)]) -> Result<(), Failure> {
        if sent.is_empty() {
            return Ok(());
        }
        let outcomes = self.remote.submit(&submission.encode()).map_err(interrupted)?;
        account(&mut self.report, &outcomes, sent, self.strict)
    }

    fn tell(&mut self, file: File, malformed: Malformed) -> Result<(), Failure> {
        let line = format!("{file}, {malformed}");
        if self.strict {
            self.bar.abandon();
            return Err(Failure::new(line).advise("Without --strict such rows are reported and left out."));
        }
        if self.report.malformed(file.name(), malformed) {
            self.bar
                .suspend(|| self.screen.note(&format!("left out: {line}")));
        }
        Ok(())
    }
}

impl Batch {
    fn push(&mut self, item: Item) {
        if let Item::Make(draft) = &item {
            self.bytes += draft.bytes();
        }
        self.items.push(item);
    }

    fn is_full(&self) -> bool {
        self.items.len() >= BATCH || self.bytes >= BATCH_BYTES
    }
}

impl Item {
    fn make(draft: Draft) -> Self {
        Item::Make(Box::new(draft))
    }

    fn on(&self) -> Option<u64> {
        match self {
            Item::Make(draft) => draft.on,
            Item::Pass { on, .. } => Some(*on),
        }
    }
}

/// Enters in the report what became of each record that was sent. A node that takes nothing more for now ends the import:
/// its rows are not to be passed over.
fn account(
    report: &mut Report,
    outcomes: &[Outcome],
    sent: &[(What, u64)],
    strict: bool,
) -> Result<(), Failure> {
    if outcomes.len() != sent.len() {
        let (answered, sent) = (outcomes.len(), sent.len());
        let what = format!("the node answered for {answered} of {sent} records");
        return Err(Failure::new(what).advise(AGAIN));
    }
    for (outcome, (what, id)) in outcomes.iter().zip(sent) {
        match outcome {
            Outcome::Acknowledged(_) => report.made(*what),
            Outcome::Refused { error } if error.code == "duplicate_source" => report.there(*what),
            Outcome::Refused { error } if error.code == "not_permitted" => {
                return Err(
                    Failure::new(&error.message).advise("Only a steward of the organisation can import.")
                );
            }
            Outcome::Refused { error } if error.temporary && !error.is_of_the_entry() => {
                return Err(Failure::new(&error.message).advise(AGAIN));
            }
            Outcome::Refused { error } if strict => {
                let name = format!("{} {id}", what.source_kind());
                return Err(Failure::new(format!(
                    "the node refuses {name}: {}",
                    error.message
                )));
            }
            Outcome::Refused { error } => report.skipped(format!("refused by the node: {}", error.code)),
        }
    }
    Ok(())
}

const AGAIN: &str = "Run the same import again: it goes on where it stopped.";

fn interrupted(error: RemoteError) -> Failure {
    Failure::from(error).advise(AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::Acknowledged;

    fn refused(code: &str, temporary: bool) -> Outcome {
        let error = serde_json::json!({ "code": code, "message": "no", "temporary": temporary });
        serde_json::from_value(serde_json::json!({ "error": error })).unwrap()
    }

    fn made() -> Outcome {
        Outcome::Acknowledged(Acknowledged {
            id: Id::ZERO,
            index: 4,
            duplicate: false,
        })
    }

    #[test]
    fn a_node_that_takes_nothing_for_now_ends_the_import() {
        let sent = [(What::Question, 1), (What::Answer, 2)];
        for code in ["busy", "disk_full", "not_signing", "store_failed", "unsigned"] {
            let ended = account(
                &mut Report::default(),
                &[made(), refused(code, true)],
                &sent,
                false,
            );
            let advice = ended.unwrap_err();
            assert!(advice.advice().is_some_and(|it| it.contains("again")), "{code}");
        }
        let mut report = Report::default();
        account(
            &mut report,
            &[refused("future", true), refused("oversize", false)],
            &sent,
            false,
        )
        .unwrap();
        assert_eq!(report.to_json()["skipped"]["refused by the node: future"], 1);
        assert_eq!(report.to_json()["skipped"]["refused by the node: oversize"], 1);
    }

    #[test]
    fn a_batch_is_full_by_rows_or_by_bytes() {
        let comment = |length: usize| {
            Item::make(Draft::comment(Comment {
                id: 1,
                post: 1,
                at: Timestamp::EPOCH,
                author: Author::Unknown,
                text: "x".repeat(length),
            }))
        };
        for (length, rows) in [(10, BATCH), (1 << 20, 8), (4 << 20, 2)] {
            let mut batch = Batch::default();
            while !batch.is_full() {
                batch.push(comment(length));
            }
            assert_eq!(batch.items.len(), rows, "of {length} bytes");
        }
    }

    #[test]
    fn every_record_sent_has_an_outcome() {
        let sent = [(What::Question, 1), (What::Answer, 2)];
        for outcomes in [vec![], vec![made()], vec![made(); 3]] {
            assert!(account(&mut Report::default(), &outcomes, &sent, false).is_err());
        }
        account(&mut Report::default(), &[made(), made()], &sent, true).unwrap();
    }
}
