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

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of Go's `sumdb/note`.
    const TEXT: &str = "If you think cryptography is the answer to your problem,\n\
                        then you don't know what your problem is.\n";
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PETERS: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    const ENOCHS: &str = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

    fn keys(keys: &[&str]) -> Vec<VerifierKey> {
        keys.iter().map(|key| key.parse().unwrap()).collect()
    }

    fn note(lines: &str) -> Note {
        Note::parse(format!("{TEXT}\n{lines}").as_bytes()).unwrap()
    }

    fn signers(note: &Note, keys: &[VerifierKey]) -> Result<Vec<String>, Unopened> {
        Ok(note
            .open(keys)?
            .iter()
            .map(|known| known.key.name().to_string())
            .collect())
    }

    #[test]
    fn opens_and_writes_the_published_examples() {
        let both = note(&format!("{PETERS}{ENOCHS}"));
        assert_eq!(both.text(), TEXT);
        assert_eq!(both.to_string(), format!("{TEXT}\n{PETERS}{ENOCHS}"));
        assert_eq!(signers(&both, &keys(&[PETER])).unwrap(), ["PeterNeumann"]);
        assert_eq!(
            signers(&both, &keys(&[ENOCH, PETER])).unwrap(),
            ["PeterNeumann", "EnochRoot"]
        );
        assert_eq!(signers(&both, &[]), Err(Unopened::Unknown));
        let c2sp = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        assert_eq!(
            signers(&Note::parse(c2sp.as_bytes()).unwrap(), &keys(&[key])).unwrap(),
            ["example.com/foo"]
        );
    }

    /// The secret of Go's example: `NewSigner` and `Sign` give the published line.
    #[test]
    fn signs_the_published_example() {
        let typed = lines::from_base64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
        let secret = SecretKey::from_seed(typed[1..].try_into().unwrap());
        let signed = Note::sign(TEXT.to_owned(), "PeterNeumann".parse().unwrap(), &secret).unwrap();
        assert_eq!(signed, note(PETERS));
    }

    #[test]
    fn a_line_of_a_known_key_that_fails_condemns_the_note() {
        let broken = PETERS.replace("9UG/", "9UG+");
        let condemned = note(&format!("{ENOCHS}{broken}"));
        assert!(matches!(
            signers(&condemned, &keys(&[ENOCH, PETER])),
            Err(Unopened::Failed { .. })
        ));
        assert_eq!(signers(&condemned, &keys(&[ENOCH])).unwrap(), ["EnochRoot"]);
        let after_a_good_one = note(&format!("{PETERS}{broken}"));
        assert!(signers(&after_a_good_one, &keys(&[PETER])).is_err());
        let longer = note(&format!(
            "— PeterNeumann {}\n",
            lines::base64(&[&[0xc7, 0x4f, 0x20, 0xa3], [1; 65].as_slice()].concat())
        ));
        assert!(matches!(
            signers(&longer, &keys(&[PETER])),
            Err(Unopened::Failed {
                source: BadLine::Length { length: 65 },
                ..
            })
        ));
    }

    #[test]
    fn a_key_is_known_by_name_and_id_together() {
        let other_name = note(&PETERS.replace("PeterNeumann", "CarmenSandiego"));
        assert_eq!(signers(&other_name, &keys(&[PETER])), Err(Unopened::Unknown));
        let other_id = note(&PETERS.replace("x08g", "xxxx"));
        assert_eq!(signers(&other_id, &keys(&[PETER])), Err(Unopened::Unknown));
    }

    #[test]
    fn passes_over_lines_of_types_it_cannot_check() {
        let ml_dsa = format!("— witness.example/w1 {}\n", lines::base64(&[9; 4 + 8 + 2420]));
        let mixed = note(&format!("{ml_dsa}{PETERS}{ml_dsa}"));
        assert_eq!(mixed.signatures().len(), 3);
        assert_eq!(signers(&mixed, &keys(&[PETER])).unwrap(), ["PeterNeumann"]);
    }

    #[test]
    fn reads_many_signatures_but_not_any_number() {
        let most = note(&ENOCHS.repeat(limits::NOTE_SIGNATURES));
        assert_eq!(
            signers(&most, &keys(&[ENOCH])).unwrap().len(),
            limits::NOTE_SIGNATURES
        );
        let ml_dsa = format!("— witness.example/w1 {}\n", lines::base64(&[9; 4 + 8 + 2420]));
        assert_eq!(note(&ml_dsa.repeat(32)).signatures().len(), 32);
        let more = format!("{TEXT}\n{}", ENOCHS.repeat(limits::NOTE_SIGNATURES + 1));
        assert_eq!(
            Note::parse(more.as_bytes()),
            Err(MalformedNote::TooManySignatures)
        );
        let long = "a".repeat(limits::NOTE);
        assert!(matches!(
            Note::parse(format!("{long}\n\n{PETERS}").as_bytes()),
            Err(MalformedNote::TooLong { .. })
        ));
    }

    #[test]
    fn the_last_empty_line_divides() {
        for text in ["a\n\nb\n", "a\n\n", "\n", "— PeterNeumann x08go/ZJ\n\nb\n"] {
            let parsed = Note::parse(format!("{text}\n{PETERS}").as_bytes()).unwrap();
            assert_eq!(parsed.text(), text);
            assert_eq!(parsed.to_string(), format!("{text}\n{PETERS}"));
        }
    }

    #[test]
    fn refuses_what_is_no_note() {
        let whole = format!("{TEXT}\n{PETERS}");
        let bytes = |text: &str| Note::parse(text.as_bytes());
        assert_eq!(bytes(TEXT), Err(MalformedNote::Unsigned));
        assert_eq!(bytes(&format!("{TEXT}\n")), Err(MalformedNote::Unsigned));
        assert_eq!(bytes(""), Err(MalformedNote::Unsigned));
        assert_eq!(
            bytes(&format!("\n{PETERS}")),
            Err(MalformedNote::Unsigned),
            "no text"
        );
        assert_eq!(
            bytes(whole.trim_end()),
            Err(MalformedNote::Line { line: 0 }),
            "no last newline"
        );
        assert_eq!(
            bytes(&format!("{whole}\n")),
            Err(MalformedNote::Unsigned),
            "one newline more"
        );
        assert_eq!(
            bytes(&format!("{whole}More.\n")),
            Err(MalformedNote::Line { line: 1 })
        );
        assert_eq!(
            bytes(&whole.replace('—', "-")),
            Err(MalformedNote::Line { line: 0 })
        );
        assert!(bytes(&whole.replace("— ", "—  ")).is_err());
        assert!(matches!(
            bytes(&whole.replace("PeterN", "Peter N")),
            Err(MalformedNote::Line { .. })
        ));
        assert!(matches!(
            bytes(&whole.replace("PeterN", "Peter+N")),
            Err(MalformedNote::Name { .. })
        ));
        assert!(matches!(
            bytes(&whole.replace("PeterN", "Peter\u{2003}N")),
            Err(MalformedNote::Name { .. })
        ));
        assert!(
            matches!(
                bytes(&whole.replace("nAM=", "nAN=")),
                Err(MalformedNote::Line { .. })
            ),
            "loose bits"
        );
        assert!(
            matches!(
                bytes(&whole.replace("nAM=", "nAM")),
                Err(MalformedNote::Line { .. })
            ),
            "padding"
        );
        assert!(
            bytes(&format!("{TEXT}\n— PeterNeumann x08gow==\n")).is_err(),
            "an id alone"
        );
        assert_eq!(
            bytes(&whole.replace('\n', "\r\n")),
            Err(MalformedNote::Control { at: 56 })
        );
        assert_eq!(
            bytes(&format!("\t{whole}")),
            Err(MalformedNote::Control { at: 0 })
        );
        assert_eq!(
            Note::parse(&[b"\xff", whole.as_bytes()].concat()),
            Err(MalformedNote::NotUtf8)
        );
    }

    #[test]
    fn signs_only_what_a_note_can_carry() {
        let sign = |text: &str| {
            Note::sign(
                text.to_owned(),
                "x".parse().unwrap(),
                &SecretKey::from_seed([1; 32]),
            )
        };
        assert_eq!(sign("open"), Err(MalformedNote::OpenText));
        assert_eq!(sign("a\0\n"), Err(MalformedNote::Control { at: 1 }));
        let twice = sign("a\n\n").unwrap();
        assert_eq!(Note::parse(&twice.to_bytes()), Ok(twice));
    }
}
