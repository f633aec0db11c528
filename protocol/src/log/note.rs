//! Signed notes (C2SP signed-note): a text, an empty line, and the signatures of one or more keys.

use std::fmt;

use super::lines;
use super::origin::{BadName, KeyName};
use super::verifier_key::{BadLine, KeyId, VerifierKey, Vouched};
use crate::limits;
use crate::sign::SecretKey;

/// One signature line: `— <name> base64(key id ‖ signature)`. Says who claims to have signed; [`Note::open`] says
/// whether they did.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoteSignature {
    name: KeyName,
    id: KeyId,
    blob: Vec<u8>,
}

/// A note as parsed. Its text must be ignored until [`Note::open`] has found a trusted key under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// Why bytes are no signed note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedNote {
    /// Longer than [`limits::NOTE`].
    #[error("a note of {length} bytes is too long")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// More lines than [`limits::NOTE_SIGNATURES`].
    #[error("the note has too many signatures")]
    TooManySignatures,
    /// Notes are UTF-8.
    #[error("the note is not UTF-8")]
    NotUtf8,
    /// The only control character of a note is the newline.
    #[error("the note has a control character at byte {at}")]
    Control {
        /// Where, in bytes from the beginning.
        at: usize,
    },
    /// No empty line between text and signatures, or nothing after it.
    #[error("the note has no signatures")]
    Unsigned,
    /// The text does not end in a newline.
    #[error("the text does not end in a newline")]
    OpenText,
    /// A line after the last empty one is not `— name base64`.
    #[error("signature line {line} is malformed")]
    Line {
        /// Which, from 0.
        line: usize,
    },
    /// The name in a line cannot name a key.
    #[error("signature line {line}: {source}")]
    Name {
        /// Which, from 0.
        line: usize,
        /// What is wrong with it.
        source: BadName,
    },
}

/// Why a note says nothing to those who trust these keys.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// A line names a known key, and its signature does not hold.
    #[error("the signature of {name} does not hold: {source}")]
    Failed {
        /// The key named.
        name: KeyName,
        /// What is wrong.
        source: BadLine,
    },
    /// No line is of a known key.
    #[error("none of the keys trusted here has signed the note")]
    Unknown,
}

/// A signature that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    /// The key that made it.
    pub key: &'a VerifierKey,
    /// The line it stands in.
    pub line: &'a NoteSignature,
    /// What it says beyond the text.
    pub vouched: Vouched,
}

impl NoteSignature {
    /// Makes a line out of what a key produced.
    pub(super) fn new(key: &VerifierKey, blob: Vec<u8>) -> NoteSignature {
        NoteSignature {
            name: key.name().clone(),
            id: key.id(),
            blob,
        }
    }

    /// Name of the key said to have signed.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// Id of the key said to have signed.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What follows the key id: the signature, or for a witness its time and signature.
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Reads lines one after the other, each ended by a newline: the end of a note, or a witness's answer.
    pub fn parse_lines(text: &str) -> Result<Vec<NoteSignature>, MalformedNote> {
        let mut signatures = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let line = signatures.len();
            if line == limits::NOTE_SIGNATURES {
                return Err(MalformedNote::TooManySignatures);
            }
            let (head, tail) = lines::next(rest).ok_or(MalformedNote::Line { line })?;
            signatures.push(Self::parse_line(head, line)?);
            rest = tail;
        }
        Ok(signatures)
    }

    fn parse_line(text: &str, line: usize) -> Result<NoteSignature, MalformedNote> {
        let malformed = MalformedNote::Line { line };
        let fields = text.strip_prefix("— ").and_then(|fields| fields.split_once(' '));
        let (name, encoded) = fields.ok_or_else(|| malformed.clone())?;
        let name = name
            .parse()
            .map_err(|source| MalformedNote::Name { line, source })?;
        let bytes = lines::from_base64(encoded).ok_or_else(|| malformed.clone())?;
        match bytes.split_first_chunk::<4>() {
            Some((id, blob)) if !blob.is_empty() => Ok(NoteSignature {
                name,
                id: KeyId::from_bytes(*id),
                blob: blob.to_vec(),
            }),
            Some(_) | None => Err(malformed),
        }
    }
}

/// The line with its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.id.as_bytes(), self.blob.as_slice()].concat();
        writeln!(f, "— {} {}", self.name, lines::base64(&bytes))
    }
}

impl Note {
    /// Reads a note. Nothing is verified yet.
    pub fn parse(bytes: &[u8]) -> Result<Note, MalformedNote> {
        if bytes.len() > limits::NOTE {
            return Err(MalformedNote::TooLong { length: bytes.len() });
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| MalformedNote::NotUtf8)?;
        refuse_control(whole)?;
        let blank = whole.rfind("\n\n").ok_or(MalformedNote::Unsigned)?;
        let (text, lines) = (&whole[..=blank], &whole[blank + 2..]);
        if lines.is_empty() {
            return Err(MalformedNote::Unsigned);
        }
        Ok(Note {
            text: text.to_owned(),
            signatures: NoteSignature::parse_lines(lines)?,
        })
    }

    /// Signs a text as a log does (type 0x01), or refuses a text that no note can carry.
    pub fn sign(text: String, name: KeyName, key: &SecretKey) -> Result<Note, MalformedNote> {
        refuse_control(&text)?;
        if !text.ends_with('\n') {
            return Err(MalformedNote::OpenText);
        }
        let verifier = VerifierKey::log(name, key.public());
        let signature = NoteSignature::new(&verifier, key.sign(text.as_bytes()).as_bytes().to_vec());
        Ok(Note {
            text,
            signatures: vec![signature],
        })
    }

    /// A text with lines as they are.
    pub(super) fn assemble(text: String, signatures: Vec<NoteSignature>) -> Note {
        Note { text, signatures }
    }

    /// The text with its final newline: what is signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Every line, known or not, in its order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The note as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// Finds the signatures of trusted keys. Lines of unknown keys are passed over, even if they share a name or an
    /// id with a known one; one line of a known key that does not hold condemns the note.
    pub fn open<'a>(&'a self, keys: &'a [VerifierKey]) -> Result<Vec<Known<'a>>, Unopened> {
        let known = open_lines(&self.text, &self.signatures, keys)?;
        if known.is_empty() {
            Err(Unopened::Unknown)
        } else {
            Ok(known)
        }
    }
}

/// The rule of [`Note::open`] for lines apart from their note.
pub(super) fn open_lines<'a>(
    text: &str,
    signatures: &'a [NoteSignature],
    keys: &'a [VerifierKey],
) -> Result<Vec<Known<'a>>, Unopened> {
    let mut known = Vec::new();
    for line in signatures {
        let mut failed = None;
        for key in keys
            .iter()
            .filter(|key| *key.name() == line.name && key.id() == line.id)
        {
            match key.verify(text, &line.blob) {
                Some(Ok(vouched)) => {
                    known.push(Known { key, line, vouched });
                    failed = None;
                    break;
                }
                Some(Err(source)) => failed = Some(source),
                None => {}
            }
        }
        if let Some(source) = failed {
            return Err(Unopened::Failed {
                name: line.name.clone(),
                source,
            });
        }
    }
    Ok(known)
}

fn refuse_control(text: &str) -> Result<(), MalformedNote> {
    match text.bytes().position(|byte| byte < 0x20 && byte != b'\n') {
        Some(at) => Err(MalformedNote::Control { at }),
        None => Ok(()),
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| signature.fmt(f))
    }
}
