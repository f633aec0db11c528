//! Carrying answers to the node of the organisation that collects them.

use hearth_protocol::id::Id;
use hearth_protocol::pulse::Receipt;
use hearth_protocol::sync::PulseReply;
use tokio::sync::{mpsc, oneshot};

use super::Declined;

/// Answers that are on their way at once; more are told to come again.
const WAITING: usize = 64;

/// An answer to be carried, and where the reply goes. Dropping that says that nobody was reached.
#[derive(Debug)]
pub struct Parcel {
    /// Whose node.
    pub to: Id,
    /// The entry.
    pub entry: Vec<u8>,
    /// The way back.
    pub back: oneshot::Sender<PulseReply>,
}

/// Hands answers to whoever speaks with other nodes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Carrier(mpsc::Sender<Parcel>);

impl Carrier {
    /// A carrier, and where its parcels come out.
    pub fn new() -> (Carrier, mpsc::Receiver<Parcel>) {
        let (parcels, out) = mpsc::channel(WAITING);
        (Carrier(parcels), out)
    }

    /// Carries an answer, and brings the receipt.
    pub async fn carry(&self, to: Id, entry: Vec<u8>) -> Result<Receipt, Declined> {
        let (back, reply) = oneshot::channel();
        let parcel = Parcel { to, entry, back };
        self.0.try_send(parcel).map_err(|_| Declined::Busy)?;
        match reply.await {
            Ok(PulseReply::Taken { receipt }) => Ok(receipt),
            Ok(PulseReply::Refused { code, reason }) => Err(Declined::Elsewhere { code, reason }),
            Err(_) => Err(Declined::Unreachable),
        }
    }
}
