//! What a witness signs (C2SP tlog-cosignature, `cosignature/v1`): the text of a checkpoint and the time it was seen.

use super::note::NoteSignature;
use super::origin::KeyName;
use super::verifier_key::{BadLine, VerifierKey, Vouched};
use crate::sign::{PublicKey, SecretKey, Signature};

/// A witness's secret key under its name. It signs only what [`super::witness`] has decided and persisted.
#[derive(Clone, Debug)]
pub struct Cosigner {
    verifier: VerifierKey,
    key: SecretKey,
}

impl Cosigner {
    /// The witness of that name and key.
    pub fn new(name: KeyName, key: SecretKey) -> Cosigner {
        Cosigner {
            verifier: VerifierKey::witness(name, key.public()),
            key,
        }
    }

    /// The key that verifies its cosignatures.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Cosigns a checkpoint's text; `seconds` since 1970 UTC.
    pub(super) fn cosign(&self, text: &str, seconds: u64) -> NoteSignature {
        let signature = self.key.sign(&message(text, seconds));
        NoteSignature::new(
            &self.verifier,
            [&seconds.to_be_bytes(), signature.as_bytes().as_slice()].concat(),
        )
    }
}

/// Checks `u64be seconds ‖ signature` over a checkpoint's text.
pub(super) fn verify(key: &PublicKey, text: &str, blob: &[u8]) -> Result<Vouched, BadLine> {
    let length = BadLine::Length { length: blob.len() };
    let (seconds, signature) = blob.split_first_chunk::<8>().ok_or(length)?;
    let signature = <[u8; 64]>::try_from(signature).map_err(|_| length)?;
    let seconds = u64::from_be_bytes(*seconds);
    if i64::try_from(seconds).is_err() {
        return Err(BadLine::Time);
    }
    key.verify(&message(text, seconds), &Signature::from_bytes(signature))?;
    Ok(Vouched::Witness { seconds })
}

fn message(text: &str, seconds: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}
