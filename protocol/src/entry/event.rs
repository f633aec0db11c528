//! Signed entries: COSE_Sign1 (RFC 9052 §4.2) bound to one log by `external_aad`.

use ciborium::tag;
use serde_bytes::Bytes;

use super::home::Home;
use super::payload::Payload;
use crate::codec::{self, Cursor, Head, Major, Malformed, MalformedReason, Shape};
use crate::id::KeyBytes;
use crate::sign::{BadSignature, PublicKey, SecretKey, Signature};

/// A payload and its author's signature, as received. That the signature holds is for [`Event::verify`] to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    kid: KeyBytes,
    payload: Payload,
    /// The payload as received: what was signed.
    signed: Vec<u8>,
    signature: Signature,
}

/// `{1: -8, 4: kid}` up to the kid: algorithm EdDSA, key id a byte string of 32.
const PROTECTED_PREFIX: [u8; 6] = [0xa2, 0x01, 0x27, 0x04, 0x58, 0x20];

impl Event {
    /// Reads an event's bytes. See [`super::Entry::parse`] for what is malformed and what is a value.
    pub fn parse(bytes: &[u8]) -> Result<Event, Malformed> {
        codec::check(bytes, Shape::Envelope)?;
        let mut cursor = Cursor::new(bytes);
        cursor.head()?;
        expect(cursor.head()?, Major::Array, Some(4), MalformedReason::Envelope)?;

        let protected = expect(cursor.head()?, Major::Bytes, None, MalformedReason::Protected)?;
        let start = cursor.at();
        let kid = parse_protected(cursor.take(protected.argument)?).map_err(|wrong| wrong.within(start))?;

        expect(cursor.head()?, Major::Map, Some(0), MalformedReason::Unprotected)?;

        let payload = expect(cursor.head()?, Major::Bytes, None, MalformedReason::Payload)?;
        let start = cursor.at();
        let signed = cursor.take(payload.argument)?;
        let payload = Payload::parse(signed).map_err(|wrong| wrong.within(start))?;

        let signature = expect(
            cursor.head()?,
            Major::Bytes,
            Some(64),
            MalformedReason::SignatureLength,
        )?;
        let signature = cursor
            .take(signature.argument)?
            .try_into()
            .expect("64 bytes were taken");
        Ok(Event {
            kid,
            payload,
            signed: signed.to_vec(),
            signature: Signature::from_bytes(signature),
        })
    }

    /// Signs a payload for one log. The result is the entry.
    pub fn sign(payload: &Payload, key: &SecretKey, home: &Home) -> Vec<u8> {
        Event::seal(&payload.encode(), key, home)
    }

    /// Signs payload bytes as they are, even such as [`Event::parse`] would refuse.
    pub fn seal(payload: &[u8], key: &SecretKey, home: &Home) -> Vec<u8> {
        let protected = protected(&key.public().bytes());
        let signature = key.sign(&to_be_signed(&protected, payload, home));
        let envelope = (
            Bytes::new(&protected),
            std::collections::BTreeMap::<(), ()>::new(),
            Bytes::new(payload),
            Bytes::new(signature.as_bytes()),
        );
        codec::encode_as(
            &tag::Required::<_, { codec::COSE_SIGN1 }>(envelope),
            Shape::Envelope,
        )
    }

    /// Checks the signature under the key named in the event.
    pub fn verify(&self, home: &Home) -> Result<(), BadSignature> {
        self.verify_by(&PublicKey::try_from(self.kid)?, home)
    }

    /// Checks the signature under a key that has been parsed before: the one named in the event, else it does not hold.
    pub fn verify_by(&self, key: &PublicKey, home: &Home) -> Result<(), BadSignature> {
        if key.bytes() != self.kid {
            return Err(BadSignature::Mismatch);
        }
        key.verify(
            &to_be_signed(&protected(&self.kid), &self.signed, home),
            &self.signature,
        )
    }

    /// The author's key, as written.
    pub fn kid(&self) -> KeyBytes {
        self.kid
    }

    /// What the author says.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// The signature, as written.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}

fn parse_protected(bytes: &[u8]) -> Result<KeyBytes, Malformed> {
    codec::check(bytes, Shape::Protected)?;
    bytes
        .strip_prefix(&PROTECTED_PREFIX)
        .and_then(|kid| kid.try_into().ok())
        .map(KeyBytes::from_bytes)
        .ok_or(Malformed::new(0, MalformedReason::Protected))
}

fn protected(kid: &KeyBytes) -> [u8; 38] {
    let mut bytes = [0; 38];
    bytes[..6].copy_from_slice(&PROTECTED_PREFIX);
    bytes[6..].copy_from_slice(kid.as_bytes());
    bytes
}

/// Sig_structure of RFC 9052 §4.4.
fn to_be_signed(protected: &[u8], payload: &[u8], home: &Home) -> Vec<u8> {
    codec::encode(&(
        "Signature1",
        Bytes::new(protected),
        Bytes::new(&home.external_aad()),
        Bytes::new(payload),
    ))
}

fn expect(
    head: Head,
    major: Major,
    argument: Option<u64>,
    otherwise: MalformedReason,
) -> Result<Head, Malformed> {
    let fits = head.major == major && argument.is_none_or(|argument| head.argument == argument);
    if fits {
        Ok(head)
    } else {
        Err(Malformed::new(head.at, otherwise))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::People;
    use crate::time::Timestamp;

    #[test]
    fn another_key_cannot_stand_in_for_the_one_named() {
        let (author, other) = (SecretKey::from_seed([1; 32]), SecretKey::from_seed([2; 32]));
        let payload = Payload::new(Timestamp::EPOCH, People::MemberLeft);
        let mut event = Event::parse(&Event::sign(&payload, &author, &Home::NONE)).unwrap();
        event.signature = other.sign(&to_be_signed(&protected(&event.kid), &event.signed, &Home::NONE));
        assert_eq!(
            event.verify_by(&other.public(), &Home::NONE),
            Err(BadSignature::Mismatch)
        );
        assert_eq!(event.verify(&Home::NONE), Err(BadSignature::Mismatch));
    }
}
