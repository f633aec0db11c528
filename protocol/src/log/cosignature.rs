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

#[cfg(test)]
mod tests {
    use super::super::note::{Note, Unopened};
    use super::super::sample::{Sample, cosigner};
    use super::*;

    #[test]
    fn a_cosignature_vouches_for_text_and_time() {
        let sample = Sample::new();
        let note = sample.cosigned(&sample.checkpoint(7), 1, 1_679_315_147);
        let keys = [cosigner(1).verifier().clone()];
        assert_eq!(
            note.open(&keys).unwrap()[0].vouched,
            Vouched::Witness {
                seconds: 1_679_315_147
            }
        );

        let line = note.signatures()[1].clone();
        assert_eq!(line.blob().len(), 72);
        let elsewhere = Note::assemble(sample.checkpoint(8).text().to_owned(), vec![line.clone()]);
        assert!(matches!(elsewhere.open(&keys), Err(Unopened::Failed { .. })));

        let mut later = line.blob().to_vec();
        later[7] += 1;
        assert!(matches!(
            cosignature_of(&sample, &later).open(&keys),
            Err(Unopened::Failed {
                source: BadLine::Signature(_),
                ..
            })
        ));
        later[0] = 0x80;
        assert!(matches!(
            cosignature_of(&sample, &later).open(&keys),
            Err(Unopened::Failed {
                source: BadLine::Time,
                ..
            })
        ));
        let plain = log_signature(&sample);
        assert!(matches!(
            cosignature_of(&sample, &plain).open(&keys),
            Err(Unopened::Failed {
                source: BadLine::Length { length: 64 },
                ..
            })
        ));
    }

    fn cosignature_of(sample: &Sample, blob: &[u8]) -> Note {
        let line = NoteSignature::new(cosigner(1).verifier(), blob.to_vec());
        Note::assemble(sample.checkpoint(7).text().to_owned(), vec![line])
    }

    fn log_signature(sample: &Sample) -> Vec<u8> {
        sample.checkpoint(7).signatures()[0].blob().to_vec()
    }

    /// The bytes as C2SP tlog-cosignature spells them out.
    #[test]
    fn the_message_is_the_published_one() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let published = format!("cosignature/v1\ntime 1679315147\n{text}");
        assert_eq!(message(text, 1_679_315_147), published.as_bytes());
    }
}
