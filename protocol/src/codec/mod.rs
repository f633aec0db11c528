//! Canonical CBOR: the check on raw bytes, and encoding and decoding behind it (docs/protocol.md §1).
//!
//! `ciborium` accepts overlong heads, indefinite lengths, duplicate keys and trailing bytes, and writes fields in
//! declaration order. So every byte string is checked before it is decoded, and again after it is encoded.

pub mod blob;
mod check;
mod cursor;
mod malformed;

pub(crate) use check::COSE_SIGN1;
pub use check::{Shape, check};
pub(crate) use cursor::{Cursor, Head, Major};
pub use malformed::{Malformed, MalformedReason};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Encodes a value whose fields are declared in canonical order (shorter key first, then bytewise).
///
/// # Panics
/// If the result is not canonical: the declaration of `T` is then wrong, never the input.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    encode_as(value, Shape::Item)
}

pub(crate) fn encode_as<T: Serialize>(value: &T, shape: Shape) -> Vec<u8> {
    let bytes = write(value);
    if let Err(malformed) = check(&bytes, shape) {
        panic!("{} encodes canonically: {malformed}", std::any::type_name::<T>());
    }
    bytes
}

/// Checks `bytes`, then decodes them.
///
/// A value has exactly one encoding: bytes that decode, but are not what [`encode`] would write, are refused
/// ([`MalformedReason::Redundant`]), because `serde` reads some values from more than one form.
pub fn decode<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Result<T, Malformed> {
    check(bytes, Shape::Item)?;
    let value: T = ciborium::from_reader(bytes).map_err(Malformed::from_ciborium)?;
    if write(&value) != bytes {
        return Err(Malformed::new(0, MalformedReason::Redundant));
    }
    Ok(value)
}

fn write<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("a Vec takes every byte and our types serialise");
    bytes
}

#[cfg(test)]
mod tests;
