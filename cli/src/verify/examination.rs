//! One log under examination: entries go in, in order, and are weighed against what was signed.

use super::report::LogReport;
use hearth_protocol::audit::body::{self, Kept};
use hearth_protocol::audit::entry::{Claim, Said};
use hearth_protocol::audit::statement::{self, Witnesses};
use hearth_protocol::audit::{Fault, Finding, Place, Recount, Trust};
use hearth_protocol::entry::Home;
use hearth_protocol::id::Hash;
use hearth_protocol::log::edge::GrownTile;
use hearth_protocol::log::{Checkpoint, Note, TileId, TreeHead, leaf_hash};

/// Leaves appended at a time: a whole tile, so that full tiles are compared as they fill.
pub(super) const BATCH: usize = 256;

/// Gives the bytes kept for a tile; none where there are none.
pub(super) type KeptTile<'a> = &'a dyn Fn(TileId) -> Result<Option<Vec<u8>>, String>;

/// A log being read. `tile` gives what is kept for a tile; where there are no tiles to compare it is none.
pub(super) struct Examination<'a> {
    pub(super) report: LogReport,
    pub(super) said: Said,
    pub(super) trust: Trust,
    home: Option<Home>,
    recount: Recount,
    tile: Option<KeptTile<'a>>,
    /// Statements to be compared with the tree at the end.
    heads: Vec<(Place, TreeHead)>,
}

/// What begins an examination.
pub(super) struct Opening<'a> {
    pub(super) report: LogReport,
    pub(super) trust: Trust,
    /// The community and organisation whose entries these should be; without it entries are only hashed.
    pub(super) home: Option<Home>,
    pub(super) tile: Option<KeptTile<'a>>,
    pub(super) handovers: Vec<Vec<u8>>,
    /// Further heads that must be those of the tree.
    pub(super) heads: Vec<(Place, TreeHead)>,
    /// The signed head, if there is one: its size must be known before the entries are read.
    pub(super) note: Option<&'a [u8]>,
}

impl<'a> Examination<'a> {
    pub(super) fn open(opening: Opening<'a>) -> Self {
        let Opening {
            mut report,
            mut trust,
            home,
            tile,
            handovers,
            mut heads,
            note,
        } = opening;
        let handed = statement::hand_over(&mut trust, &handovers, &mut report.findings);
        heads.extend(
            handed
                .into_iter()
                .map(|(number, head)| (Place::Handover(number), head)),
        );
        let signed = note.and_then(claimed_size);
        let recount = Recount::new(heads.iter().map(|(_, head)| head.size).chain(signed));
        Self {
            report,
            said: Said::default(),
            trust,
            home,
            recount,
            tile,
            heads,
        }
    }

    /// Takes the next entries, at most [`BATCH`] of them, a multiple of it but for the last ones.
    pub(super) fn entries(&mut self, entries: &[impl AsRef<[u8]>]) {
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry.as_ref())).collect();
        if let Some(home) = self.home {
            for (index, entry) in (self.recount.size()..).zip(entries) {
                let void = self.said.entry(&home, index, entry.as_ref());
                self.report.void.extend(void.map(|reason| (index, reason)));
            }
        }
        self.report.entries += entries.len() as u64;
        self.leaves(&leaves);
    }

    /// Takes the next leaves where the entries themselves are not there.
    pub(super) fn leaves(&mut self, leaves: &[Hash]) {
        let full = self.recount.append(leaves);
        self.compare(full);
    }

    /// Something is missing, and `rest` tiles after it are not looked for. The tree stays short of its right edge, whose
    /// tiles cannot be compared.
    pub(super) fn end_early(&mut self, missing: Finding, rest: u64) {
        let after = &missing.place;
        let what = format!("{rest} further tiles after {after}, and whatever lies in them");
        self.report.not_checked.push(what);
        self.report.findings.push(missing);
        self.tile = None;
    }

    /// Weighs the signed head against the tree. Nothing can be taken after it.
    pub(super) fn weigh(&mut self, note: &[u8], witnesses: &Witnesses) {
        let partial = self.recount.partial();
        self.compare(partial);
        let signed = statement::open(note, &self.trust, witnesses);
        let mut wrong = signed.findings;
        if let Some(checkpoint) = signed.checkpoint {
            self.report.signed = Some(checkpoint.head.size);
            wrong.extend(statement::compare(
                Place::Checkpoint,
                &checkpoint.head,
                &self.recount,
            ));
        }
        self.report.cosigned_by.extend(signed.cosigned_by);
        self.report.unchecked.extend(signed.unchecked);
        wrong.extend(self.unlike());
        let entries_are_signed = wrong.is_empty();
        self.report
            .findings
            .extend(self.recount.findings(entries_are_signed));
        self.report.findings.extend(wrong);
    }

    /// A log nobody has been shown yet has no signed head; its tree must still be the one stored.
    pub(super) fn weigh_unsigned(&mut self, why: &str) {
        let partial = self.recount.partial();
        self.compare(partial);
        self.report.not_checked.push(format!("the signed head: {why}"));
        let wrong: Vec<Finding> = self.unlike().collect();
        self.report
            .findings
            .extend(self.recount.findings(wrong.is_empty()));
        self.report.findings.extend(wrong);
    }

    /// The entry at `index` is not there, although later ones are.
    pub(super) fn gap(&mut self, index: u64) {
        self.report.findings.push(Finding {
            place: Place::Entry(index),
            fault: Fault::Missing,
        });
    }

    /// Weighs every body that entries refer to; `kept` says what is kept under a name.
    pub(super) fn bodies(&mut self, mut kept: impl FnMut(&Claim) -> Kept) {
        for claim in self.said.bodies() {
            let kept = kept(claim);
            let finding = body::judge(claim, kept, &self.said);
            match (&finding, kept) {
                (
                    Some(Finding {
                        fault: Fault::Withheld,
                        ..
                    }),
                    _,
                ) => self.report.bodies.withheld += 1,
                (None, Kept::Whole { .. }) => self.report.bodies.whole += 1,
                (None, Kept::Erased | Kept::Absent) => self.report.bodies.erased += 1,
                (Some(_), _) => {}
            }
            self.report.findings.extend(finding);
        }
    }

    /// The size at which the log first changed its key.
    pub(super) fn handed_over(&self) -> Option<u64> {
        match &self.trust {
            Trust::Chain(chain) => chain.statements().next().map(|(head, _)| head.size),
            Trust::Key(_) => None,
        }
    }

    /// Statements that the tree does not bear out.
    fn unlike(&self) -> impl Iterator<Item = Finding> + '_ {
        self.heads
            .iter()
            .filter_map(|(place, head)| statement::compare(place.clone(), head, &self.recount))
    }

    fn compare(&mut self, grown: Vec<GrownTile>) {
        let Some(tile) = self.tile else { return };
        for grown in grown {
            match tile(grown.tile) {
                Ok(kept) => self.recount.compare(&grown, kept.as_deref()),
                Err(error) => {
                    let place = Place::Tile(grown.tile);
                    self.report.findings.push(Finding {
                        place,
                        fault: Fault::Unreadable(error),
                    });
                }
            }
        }
    }
}

/// The size a signed head claims, before any signature is checked.
pub(super) fn claimed_size(note: &[u8]) -> Option<u64> {
    Some(Checkpoint::parse(Note::parse(note).ok()?.text()).ok()?.head.size)
}
