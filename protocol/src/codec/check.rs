//! The check of docs/protocol.md §1 on raw bytes: one pass, a fixed stack, no allocation.

use super::cursor::{Cursor, Head, Major};
use super::malformed::{Malformed, MalformedReason};
use crate::limits;

/// Which of the three slightly different sets of rules applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Payloads, records, messages: text keys, no tags.
    Item,
    /// An event's outer array: tag 18 in front, else as [`Shape::Item`].
    Envelope,
    /// An event's protected header: unsigned integers as keys, no tags.
    Protected,
}

/// The tag of COSE_Sign1 (RFC 9052 §2).
pub(crate) const COSE_SIGN1: u64 = 18;

/// Accepts exactly the deterministic encodings; names the first thing that is wrong and its offset.
pub fn check(bytes: &[u8], shape: Shape) -> Result<(), Malformed> {
    let mut cursor = Cursor::new(bytes);
    if shape == Shape::Envelope {
        let tag = cursor.head()?;
        if (tag.major, tag.argument) != (Major::Tag, COSE_SIGN1) {
            return Err(Malformed::new(0, MalformedReason::NotAnEntry));
        }
    }
    let mut open = Open::default();
    loop {
        let opened = item(&mut cursor, shape, &mut open)?;
        if !opened && !open.close_finished() {
            break;
        }
    }
    match cursor.remaining() {
        0 => Ok(()),
        _ => Err(Malformed::new(cursor.at(), MalformedReason::TrailingBytes)),
    }
}

/// Reads the next item (and the map key before it, inside a map). True if it opened a container that has content.
fn item<'a>(cursor: &mut Cursor<'a>, shape: Shape, open: &mut Open<'a>) -> Result<bool, Malformed> {
    if let Some(container) = open.innermost() {
        container.remaining -= 1;
        if container.is_map {
            container.last_key = Some(key(cursor, shape, container.last_key)?);
        }
    }
    let head = cursor.head()?;
    let fail = |reason| Err(Malformed::new(head.at, reason));
    match head.major {
        Major::Unsigned | Major::Bool => {}
        Major::Negative if head.argument > i64::MAX.unsigned_abs() => {
            return fail(MalformedReason::NegativeTooLow);
        }
        Major::Negative => {}
        Major::Bytes => {
            cursor
                .take(head.argument)
                .map_err(|beyond| Malformed::new(head.at, beyond.reason))?;
        }
        Major::Text => {
            text(cursor, head)?;
        }
        Major::Array => return open.push(cursor, head, 1),
        Major::Map => return open.push(cursor, head, 2),
        Major::Tag => return fail(MalformedReason::Tag(head.argument)),
    }
    Ok(false)
}

fn key<'a>(cursor: &mut Cursor<'a>, shape: Shape, last: Option<&'a [u8]>) -> Result<&'a [u8], Malformed> {
    let head = cursor.head()?;
    let fail = |reason| Err(Malformed::new(head.at, reason));
    match (shape, head.major) {
        (Shape::Protected, Major::Unsigned) => {}
        (Shape::Item | Shape::Envelope, Major::Text) => {
            if head.argument > limits::KEY as u64 {
                return fail(MalformedReason::KeyTooLong(head.argument));
            }
            text(cursor, head)?;
        }
        _ => return fail(MalformedReason::KeyType),
    }
    let encoded = cursor.since(head.at);
    match last {
        Some(last) if encoded == last => fail(MalformedReason::DuplicateKey),
        Some(last) if encoded < last => fail(MalformedReason::UnsortedKey),
        _ => Ok(encoded),
    }
}

fn text(cursor: &mut Cursor<'_>, head: Head) -> Result<(), Malformed> {
    let start = cursor.at();
    let bytes = cursor
        .take(head.argument)
        .map_err(|beyond| Malformed::new(head.at, beyond.reason))?;
    std::str::from_utf8(bytes)
        .map_err(|error| Malformed::new(start + error.valid_up_to(), MalformedReason::BadUtf8))?;
    Ok(())
}

/// The containers that are not yet complete, outermost first.
#[derive(Default)]
struct Open<'a> {
    containers: [Container<'a>; limits::DEPTH],
    depth: usize,
}

#[derive(Default, Clone, Copy)]
struct Container<'a> {
    is_map: bool,
    /// Elements or pairs still to come.
    remaining: u64,
    /// Encoding of the key read last.
    last_key: Option<&'a [u8]>,
}

impl<'a> Open<'a> {
    fn innermost(&mut self) -> Option<&mut Container<'a>> {
        self.containers[..self.depth].last_mut()
    }

    /// Opens the container of `head`, whose elements (or pairs) take at least `least` bytes each.
    fn push(&mut self, cursor: &Cursor<'_>, head: Head, least: u64) -> Result<bool, Malformed> {
        if self.depth == limits::DEPTH {
            return Err(Malformed::new(head.at, MalformedReason::TooDeep));
        }
        if head.argument.saturating_mul(least) > cursor.remaining() as u64 {
            return Err(Malformed::new(
                head.at,
                MalformedReason::LengthBeyondInput(head.argument),
            ));
        }
        self.containers[self.depth] = Container {
            is_map: head.major == Major::Map,
            remaining: head.argument,
            last_key: None,
        };
        self.depth += 1;
        Ok(head.argument > 0)
    }

    /// Drops what is complete. False when nothing is open any more.
    fn close_finished(&mut self) -> bool {
        while self.innermost().is_some_and(|container| container.remaining == 0) {
            self.depth -= 1;
        }
        self.depth > 0
    }
}
