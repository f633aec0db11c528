//! A disk in memory that fails when told to: the seam is redb's storage backend, so the store above it is the real one.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use redb::StorageBackend;

/// What happens at the operation the fault is set on. Operations are writes, changes of length and syncs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It fails once and does nothing.
    Fails,
    /// It says it failed, but was done.
    FailsButPersists,
    /// It and all after it fail for want of room, until [`Disk::free`].
    Full,
    /// The power goes: nothing works any more, and of what was not synced only an arbitrary part is on the disk.
    Crash,
}

/// A disk. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// What a reader sees.
    bytes: Vec<u8>,
    /// What would be there after a crash, if nothing of `unsynced` were.
    synced: Vec<u8>,
    unsynced: Vec<Operation>,
    operations: u64,
    fault: Option<(u64, Fault)>,
    full: bool,
    crashed: bool,
}

#[derive(Debug, Clone)]
enum Operation {
    Write(u64, Vec<u8>),
    Length(u64),
    Sync,
}

impl Disk {
    /// A disk that holds these bytes.
    pub(super) fn holding(bytes: Vec<u8>) -> Disk {
        let disk = Disk::default();
        disk.lock().synced = bytes.clone();
        disk.lock().bytes = bytes;
        disk
    }

    /// Sets a fault on the `after`-th operation from now.
    pub(super) fn fault(&self, after: u64, fault: Fault) {
        let mut state = self.lock();
        state.fault = Some((state.operations + after, fault));
    }

    /// Whether the fault that was set has struck.
    pub(super) fn has_struck(&self) -> bool {
        self.lock().fault.is_none()
    }

    /// There is room again.
    pub(super) fn free(&self) {
        self.lock().full = false;
    }

    /// The disk as it is found after a crash: everything synced, and of the rest what `kept` says, one bit an operation.
    pub(super) fn after_crash(&self, kept: u64) -> Disk {
        let state = self.lock();
        let mut bytes = state.synced.clone();
        for (number, operation) in state.unsynced.iter().enumerate() {
            if kept >> (number % 64) & 1 == 1 {
                operation.apply(&mut bytes);
            }
        }
        Disk::holding(bytes)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn run(&self, operation: Operation) -> io::Result<()> {
        let mut state = self.lock();
        if state.crashed {
            return Err(io::Error::other("the power is off"));
        }
        state.operations += 1;
        let struck = state
            .fault
            .filter(|(at, _)| *at <= state.operations)
            .map(|(_, fault)| fault);
        if struck.is_some() {
            state.fault = None;
        }
        match struck {
            Some(Fault::Crash) => {
                state.crashed = true;
                state.unsynced.push(operation);
                return Err(io::Error::other("the power went off"));
            }
            Some(Fault::Full) => state.full = true,
            Some(Fault::Fails) => return Err(io::Error::other("a bad sector")),
            Some(Fault::FailsButPersists) | None => {}
        }
        let needs_room = !matches!(operation, Operation::Sync);
        if state.full && needs_room && operation.grows(&state.bytes) {
            return Err(io::Error::from(io::ErrorKind::StorageFull));
        }
        state.perform(operation);
        match struck {
            Some(Fault::FailsButPersists) => Err(io::Error::other("it may or may not be written")),
            _ => Ok(()),
        }
    }
}

impl State {
    fn perform(&mut self, operation: Operation) {
        if let Operation::Sync = operation {
            self.synced = self.bytes.clone();
            self.unsynced.clear();
        } else {
            operation.apply(&mut self.bytes);
            self.unsynced.push(operation);
        }
    }
}

impl Operation {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Operation::Write(at, data) => {
                let (start, end) = (*at as usize, *at as usize + data.len());
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[start..end].copy_from_slice(data);
            }
            Operation::Length(length) => bytes.resize(*length as usize, 0),
            Operation::Sync => {}
        }
    }

    /// Whether it takes room that is not taken yet. A file is grown sparsely, so a page that was never written does.
    fn grows(&self, bytes: &[u8]) -> bool {
        match self {
            Operation::Write(at, data) => {
                let held = bytes.get(*at as usize..*at as usize + data.len());
                held.is_none_or(|held| held.iter().all(|byte| *byte == 0))
            }
            Operation::Length(length) => *length > bytes.len() as u64,
            Operation::Sync => false,
        }
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.lock();
        let start = offset as usize;
        let held = state
            .bytes
            .get(start..start + out.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(held);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.run(Operation::Length(len))
    }

    fn sync_data(&self) -> io::Result<()> {
        self.run(Operation::Sync)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.run(Operation::Write(offset, data.to_vec()))
    }
}
