//! What whoever answers a pulse takes away: the collector's word that the answer will be published.

use serde::{Deserialize, Serialize};

use crate::codec::blob;
use crate::id::Id;
use crate::sign::{PublicKey, SecretKey, Signature};

const CONTEXT: &[u8] = b"hearth/receipt/v1\0";

/// A collector's word that it holds an answer. With the collector's log it shows whether the word was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Id of the answer.
    pub entry: Id,
    /// The pulse it answers.
    pub pulse: Id,
    /// Whose node took it.
    pub collector: Id,
    /// The community.
    pub community: Id,
    /// Under the collector's witness key.
    #[serde(with = "blob")]
    pub signature: Vec<u8>,
}

/// The receipt is not this collector's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the receipt was not signed by the collector's witness key, or says something else")]
pub struct BadReceipt;

impl Receipt {
    /// Gives one.
    pub fn sign(community: Id, collector: Id, pulse: Id, entry: Id, witness: &SecretKey) -> Receipt {
        let mut receipt = Receipt {
            entry,
            pulse,
            collector,
            community,
            signature: Vec::new(),
        };
        receipt.signature = witness.sign(&receipt.statement()).as_bytes().to_vec();
        receipt
    }

    /// Checks it against the witness key in the collector's charter.
    pub fn verify(&self, witness: &PublicKey) -> Result<(), BadReceipt> {
        let signature = <[u8; 64]>::try_from(self.signature.as_slice()).map_err(|_| BadReceipt)?;
        witness
            .verify(&self.statement(), &Signature::from_bytes(signature))
            .map_err(|_| BadReceipt)
    }

    fn statement(&self) -> Vec<u8> {
        let ids = [self.community, self.collector, self.pulse, self.entry];
        [CONTEXT, &ids.map(|id| *id.as_bytes()).concat()].concat()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::codec;
    use crate::vectors;

    #[test]
    fn a_receipt_holds_for_one_answer() {
        let [community, collector, pulse, entry] = [1, 2, 3, 4].map(|byte| Id::from_bytes([byte; 32]));
        let witness = SecretKey::from_seed([5; 32]);
        let receipt = Receipt::sign(community, collector, pulse, entry, &witness);
        assert_eq!(receipt.verify(&witness.public()), Ok(()));
        assert_eq!(
            receipt.verify(&SecretKey::from_seed([6; 32]).public()),
            Err(BadReceipt)
        );
        let mut other = receipt.clone();
        other.entry = pulse;
        assert_eq!(other.verify(&witness.public()), Err(BadReceipt));
        other = receipt.clone();
        other.signature.pop();
        assert_eq!(other.verify(&witness.public()), Err(BadReceipt));
        let vector = json!({
            "seed": hex::encode([5; 32]),
            "receipt": receipt,
            "bytes": hex::encode(codec::encode(&receipt)),
        });
        vectors::assert_frozen("pulse/receipt.json", &vector);
    }
}
