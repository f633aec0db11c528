//! Reads heads and strings off canonical CBOR, one at a time, borrowing from the input.

use super::malformed::{Malformed, MalformedReason};

/// Major types of RFC 8949 §3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Major {
    Unsigned,
    Negative,
    Bytes,
    Text,
    Array,
    Map,
    Tag,
    Bool,
}

/// The head of an item: where it starts, its type and its argument (value, length or count).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) at: usize,
    pub(crate) major: Major,
    pub(crate) argument: u64,
}

/// A place in a byte string. Nothing is read twice and nothing is allocated.
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Cursor<'a> {
        Cursor { bytes, at: 0 }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn remaining(&self) -> usize {
        self.bytes.len() - self.at
    }

    /// The bytes between an earlier place and this one.
    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        &self.bytes[start..self.at]
    }

    /// Reads one head, which must be of the shortest form and of definite length.
    pub(crate) fn head(&mut self) -> Result<Head, Malformed> {
        let at = self.at;
        let first = *self
            .bytes
            .get(at)
            .ok_or(Malformed::new(at, MalformedReason::Truncated))?;
        let fail = |reason| Err(Malformed::new(at, reason));
        let (major, info) = (first >> 5, first & 0x1f);
        let major = match major {
            0 => Major::Unsigned,
            1 => Major::Negative,
            2 => Major::Bytes,
            3 => Major::Text,
            4 => Major::Array,
            5 => Major::Map,
            6 => Major::Tag,
            _ => match info {
                20 | 21 => Major::Bool,
                22 => return fail(MalformedReason::Null),
                23 => return fail(MalformedReason::Undefined),
                25..=27 => return fail(MalformedReason::Float),
                28..=30 => return fail(MalformedReason::ReservedHead),
                31 => return fail(MalformedReason::Break),
                _ => return fail(MalformedReason::Simple),
            },
        };
        self.at += 1;
        let argument = match info {
            0..=23 => u64::from(info),
            24 => self.argument(at, 1, 24)?,
            25 => self.argument(at, 2, 1 << 8)?,
            26 => self.argument(at, 4, 1 << 16)?,
            27 => self.argument(at, 8, 1 << 32)?,
            31 if matches!(major, Major::Bytes | Major::Text | Major::Array | Major::Map) => {
                return fail(MalformedReason::IndefiniteLength);
            }
            _ => return fail(MalformedReason::ReservedHead),
        };
        Ok(Head { at, major, argument })
    }

    /// Steps over the content of a string of `length` bytes and returns it.
    pub(crate) fn take(&mut self, length: u64) -> Result<&'a [u8], Malformed> {
        let beyond = Malformed::new(self.at, MalformedReason::LengthBeyondInput(length));
        let length = usize::try_from(length).map_err(|_| beyond.clone())?;
        if length > self.remaining() {
            return Err(beyond);
        }
        let start = self.at;
        self.at += length;
        Ok(self.since(start))
    }

    /// Reads the `width` bytes of an argument that must be at least `least`, else a shorter head would hold it.
    fn argument(&mut self, head: usize, width: usize, least: u64) -> Result<u64, Malformed> {
        if self.remaining() < width {
            return Err(Malformed::new(self.bytes.len(), MalformedReason::Truncated));
        }
        let start = self.at;
        self.at += width;
        let value = self
            .since(start)
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte));
        if value < least {
            return Err(Malformed::new(head, MalformedReason::OverlongHead));
        }
        Ok(value)
    }
}
