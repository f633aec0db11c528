//! What is wrong with received bytes, and where.

/// The first thing that is wrong, reading from the left.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {reason}")]
pub struct Malformed {
    /// Offset of the offending byte or item in the bytes given.
    pub at: usize,
    /// What is wrong there.
    pub reason: MalformedReason,
}

impl Malformed {
    pub(crate) fn new(at: usize, reason: MalformedReason) -> Malformed {
        Malformed { at, reason }
    }

    /// The same finding, told from the start of the bytes that enclose these at `base`.
    pub(crate) fn within(self, base: usize) -> Malformed {
        Malformed {
            at: self.at + base,
            reason: self.reason,
        }
    }

    pub(crate) fn from_ciborium(error: ciborium::de::Error<std::io::Error>) -> Malformed {
        use ciborium::de::Error::{Io, RecursionLimitExceeded, Semantic, Syntax};
        match error {
            Semantic(at, text) => Malformed::new(at.unwrap_or(0), MalformedReason::Fields(text)),
            Syntax(at) => Malformed::new(at, MalformedReason::Fields("not understood".to_owned())),
            Io(_) => Malformed::new(0, MalformedReason::Fields("ends too early".to_owned())),
            RecursionLimitExceeded => Malformed::new(0, MalformedReason::TooDeep),
        }
    }
}

/// Why bytes are not what they should be. The first group is about CBOR, the second about the shape of an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MalformedReason {
    /// The bytes end inside an item, or before one that was announced.
    #[error("the bytes end too early")]
    Truncated,
    /// A string, array or map announces more than the bytes that follow can hold.
    #[error("a length of {0} goes beyond the bytes")]
    LengthBeyondInput(u64),
    /// Bytes follow the outermost item.
    #[error("bytes follow the item")]
    TrailingBytes,
    /// A head is longer than its value needs.
    #[error("the head is longer than its value needs")]
    OverlongHead,
    /// A head of additional information 28 to 30, which RFC 8949 reserves.
    #[error("the head is of a reserved form")]
    ReservedHead,
    /// A string, array or map of indefinite length.
    #[error("the length is indefinite")]
    IndefiniteLength,
    /// A break without an indefinite length.
    #[error("a break stands alone")]
    Break,
    /// Nested deeper than [`crate::limits::DEPTH`].
    #[error("nested too deeply")]
    TooDeep,
    /// A negative integer below −2⁶³.
    #[error("the integer is below -2^63")]
    NegativeTooLow,
    /// A text string that is not UTF-8.
    #[error("the text is not UTF-8")]
    BadUtf8,
    /// A floating-point number.
    #[error("a floating-point number")]
    Float,
    /// `null`.
    #[error("null")]
    Null,
    /// `undefined`.
    #[error("undefined")]
    Undefined,
    /// A simple value other than `true` and `false`.
    #[error("a simple value")]
    Simple,
    /// A tag where none may stand.
    #[error("tag {0} may not stand here")]
    Tag(u64),
    /// A map key that is not text (in a protected header: not an unsigned integer).
    #[error("a map key of a type that may not be one here")]
    KeyType,
    /// A map key longer than [`crate::limits::KEY`].
    #[error("a map key of {0} bytes is too long")]
    KeyTooLong(u64),
    /// A map key that should stand before the one before it.
    #[error("the map key is out of order")]
    UnsortedKey,
    /// A map key that is the same as the one before it.
    #[error("the map key is there twice")]
    DuplicateKey,
    /// The item decodes, but another encoding of the same value is the one to be used.
    #[error("not the one encoding of its value")]
    Redundant,
    /// A field is missing, unknown or of the wrong type; the text says which.
    #[error("{0}")]
    Fields(String),

    /// Neither an event (tag 18) nor a record (a map).
    #[error("neither an event nor a record")]
    NotAnEntry,
    /// The envelope is not an array of four.
    #[error("the envelope is not an array of protected, unprotected, payload and signature")]
    Envelope,
    /// The protected header is not the byte string of `{1: -8, 4: kid}`, kid 32 bytes.
    #[error("the protected header is not {{1: -8, 4: 32 bytes}}")]
    Protected,
    /// The unprotected header is not the empty map.
    #[error("the unprotected header is not empty")]
    Unprotected,
    /// The payload is not a byte string.
    #[error("the payload is not a byte string")]
    Payload,
    /// The signature is not a byte string of 64.
    #[error("the signature is not 64 bytes")]
    SignatureLength,
}
