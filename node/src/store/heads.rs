//! The signed notes beside the logs: heads with their cosignatures, handovers, evidence. Kept as received; whoever puts
//! one here has verified it.

use hearth_protocol::id::Hash;
use hearth_protocol::log::Note;
use hearth_protocol::log::quorum::quorum;
use redb::ReadableTableMetadata;

use super::error::StoreError;
use super::logs::LogNumber;
use super::tables::{AIMS, COSIGNED, EVIDENCE, HANDOVERS, HEADS, LOGS};
use super::{Batch, Snapshot};

impl Snapshot<'_> {
    /// The newest signed note of a log whose entries are all held. For the own log: the newest offered one.
    pub fn head(&self, log: LogNumber) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(HEADS, log.0)
    }

    /// The newest signed note of a log with as many cosignatures as a quorum of the other logs' witnesses needs.
    pub fn cosigned(&self, log: LogNumber) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(COSIGNED, log.0)
    }

    /// The newest signed note of a log that some held entries are proven into and that is not all held yet.
    pub fn aim(&self, log: LogNumber) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(AIMS, log.0)
    }

    /// The handover notes of a log, oldest first.
    pub fn handovers(&self, log: LogNumber) -> Result<Vec<Vec<u8>>, StoreError> {
        let table = self.transaction().open_table(HANDOVERS)?;
        let rows = table.range((log.0, 0)..=(log.0, u32::MAX))?;
        rows.map(|row| Ok(row?.1.value().to_vec())).collect()
    }

    /// The evidence of a fork kept against a log.
    pub fn evidence(&self, log: LogNumber) -> Result<Vec<Vec<u8>>, StoreError> {
        let table = self.transaction().open_table(EVIDENCE)?;
        let rows = table.range((log.0, &[0; 32])..=(log.0, &[0xff; 32]))?;
        rows.map(|row| Ok(row?.1.value().to_vec())).collect()
    }
}

impl Batch {
    /// Keeps the newest head of a log; the one before it, too, while it alone is cosigned by a quorum.
    pub fn keep_head(&mut self, log: LogNumber, note: &[u8]) -> Result<(), StoreError> {
        let logs = usize::try_from(self.transaction().open_table(LOGS)?.len()?).unwrap_or(usize::MAX);
        let lines = Note::parse(note).map_or(0, |note| note.signatures().len());
        // The first line is the log's own. A change of its key adds one more, which whoever reads this finds out.
        if lines > quorum(logs.saturating_sub(1)) {
            self.put(COSIGNED, log.0, note)?;
        }
        self.put(HEADS, log.0, note)
    }

    /// Keeps the newest note aimed at, until its entries are held.
    pub fn keep_aim(&mut self, log: LogNumber, note: &[u8]) -> Result<(), StoreError> {
        self.put(AIMS, log.0, note)
    }

    /// Forgets the note aimed at: its entries are held.
    pub fn drop_aim(&mut self, log: LogNumber) -> Result<(), StoreError> {
        self.transaction().open_table(AIMS)?.remove(log.0)?;
        Ok(())
    }

    /// Keeps the handover notes of a log: all of them, oldest first.
    pub fn keep_handovers(&mut self, log: LogNumber, notes: &[Vec<u8>]) -> Result<(), StoreError> {
        let mut table = self.transaction().open_table(HANDOVERS)?;
        for (number, note) in (0..).zip(notes) {
            table.insert((log.0, number), note.as_slice())?;
        }
        Ok(())
    }

    /// Keeps evidence of a fork. Keeping it twice is keeping it once.
    pub fn keep_evidence(&mut self, log: LogNumber, evidence: &[u8]) -> Result<(), StoreError> {
        self.put(EVIDENCE, (log.0, Hash::of(evidence).as_bytes()), evidence)
    }
}
