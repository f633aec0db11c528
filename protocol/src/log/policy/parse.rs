//! Reading a policy file. Its names, URLs and comments are octets, not text.

use super::{Group, Member, Party, Policy};
use crate::limits;
use crate::log::lines;
use crate::log::verifier_key::{BadVerifierKey, VerifierKey};

/// Why a file is no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// One of its lines is wrong.
    #[error("line {line}: {source}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong.
        source: BadPolicyLine,
    },
    /// It does not end in a newline, or is longer than [`limits::NOTE`].
    #[error("the file does not end in a newline or is too long")]
    Form,
    /// It does not say what a quorum is.
    #[error("there is no quorum line")]
    NoQuorum,
}

/// Why a line does not belong into a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicyLine {
    /// A control character other than tab.
    #[error("a control character")]
    Control,
    /// Not a log, witness, group or quorum line, or one with too few or too many words.
    #[error("not a log, witness, group or quorum line")]
    Shape,
    /// A key is malformed.
    #[error(transparent)]
    Key(#[from] BadVerifierKey),
    /// A witness needs a cosignature key (type 0x04 or 0x06).
    #[error("the key is not of a type that cosigns")]
    NoWitnessKey,
    /// A log or witness with this public key stands above.
    #[error("the same public key again")]
    DuplicateKey,
    /// A witness or group of this name stands above, or the name is `none`.
    #[error("the name is taken")]
    DuplicateName,
    /// No witness or group of this name stands above.
    #[error("a name that is not defined above")]
    Undefined,
    /// A witness or group is a member twice.
    #[error("a name that is a member of a group already")]
    MemberTwice,
    /// The threshold is not between 1 and the number of members.
    #[error("the threshold is not between 1 and the number of members")]
    Threshold,
    /// A second quorum line.
    #[error("a second quorum line")]
    SecondQuorum,
}

#[derive(Default)]
struct Reader {
    logs: Vec<Party>,
    witnesses: Vec<(Vec<u8>, Party)>,
    groups: Vec<Group>,
    quorum: Option<Option<Member>>,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Policy, BadPolicy> {
    let ends = bytes.is_empty() || bytes.ends_with(b"\n");
    if !ends || bytes.len() > limits::NOTE {
        return Err(BadPolicy::Form);
    }
    let mut reader = Reader::default();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        reader.line(line).map_err(|source| BadPolicy::Line {
            line: index + 1,
            source,
        })?;
    }
    let Reader {
        logs,
        witnesses,
        groups,
        quorum,
    } = reader;
    Ok(Policy {
        logs,
        witnesses,
        groups,
        quorum: quorum.ok_or(BadPolicy::NoQuorum)?,
    })
}

impl Reader {
    fn line(&mut self, line: &[u8]) -> Result<(), BadPolicyLine> {
        if line
            .iter()
            .any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f)
        {
            return Err(BadPolicyLine::Control);
        }
        let words: Vec<&[u8]> = line
            .split(|byte| matches!(byte, b' ' | b'\t'))
            .filter(|word| !word.is_empty())
            .collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(key, None),
            [b"log", key, url] => self.log(key, Some(url)),
            [b"witness", name, key] => self.witness(name, key, None),
            [b"witness", name, key, url] => self.witness(name, key, Some(url)),
            [b"group", name, threshold, members @ ..] => self.group(name, threshold, members),
            [b"quorum", name] => self.quorum(name),
            _ => Err(BadPolicyLine::Shape),
        }
    }

    fn log(&mut self, key: &[u8], url: Option<&&[u8]>) -> Result<(), BadPolicyLine> {
        let party = party(key, url)?;
        if self
            .logs
            .iter()
            .any(|log| log.key.key_bytes() == party.key.key_bytes())
        {
            return Err(BadPolicyLine::DuplicateKey);
        }
        self.logs.push(party);
        Ok(())
    }

    fn witness(&mut self, name: &[u8], key: &[u8], url: Option<&&[u8]>) -> Result<(), BadPolicyLine> {
        let party = party(key, url)?;
        if !party.key.cosigns() {
            return Err(BadPolicyLine::NoWitnessKey);
        }
        if self
            .witnesses
            .iter()
            .any(|(_, witness)| witness.key.key_bytes() == party.key.key_bytes())
        {
            return Err(BadPolicyLine::DuplicateKey);
        }
        self.witnesses.push((self.unused(name)?, party));
        Ok(())
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], members: &[&[u8]]) -> Result<(), BadPolicyLine> {
        let name = self.unused(name)?;
        let mut found: Vec<Member> = Vec::with_capacity(members.len());
        for member in members {
            let member = self.find(member).ok_or(BadPolicyLine::Undefined)?;
            let elsewhere = self.groups.iter().flat_map(|group| &group.members);
            if elsewhere.chain(&found).any(|taken| *taken == member) {
                return Err(BadPolicyLine::MemberTwice);
            }
            found.push(member);
        }
        let threshold = match threshold {
            b"any" => 1,
            b"all" => found.len(),
            number => {
                let number = std::str::from_utf8(number).ok().and_then(lines::decimal);
                number
                    .and_then(|number| usize::try_from(number).ok())
                    .ok_or(BadPolicyLine::Shape)?
            }
        };
        if !(1..=found.len()).contains(&threshold) {
            return Err(BadPolicyLine::Threshold);
        }
        self.groups.push(Group {
            name,
            threshold,
            members: found,
        });
        Ok(())
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), BadPolicyLine> {
        if self.quorum.is_some() {
            return Err(BadPolicyLine::SecondQuorum);
        }
        let member = match name {
            b"none" => None,
            name => Some(self.find(name).ok_or(BadPolicyLine::Undefined)?),
        };
        self.quorum = Some(member);
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Option<Member> {
        let witness = self
            .witnesses
            .iter()
            .position(|(taken, _)| taken == name)
            .map(Member::Witness);
        witness.or_else(|| {
            self.groups
                .iter()
                .position(|group| group.name == name)
                .map(Member::Group)
        })
    }

    fn unused(&self, name: &[u8]) -> Result<Vec<u8>, BadPolicyLine> {
        if name == b"none" || self.find(name).is_some() {
            Err(BadPolicyLine::DuplicateName)
        } else {
            Ok(name.to_vec())
        }
    }
}

fn party(key: &[u8], url: Option<&&[u8]>) -> Result<Party, BadPolicyLine> {
    let key: VerifierKey = std::str::from_utf8(key)
        .map_err(|_| BadVerifierKey::Shape)?
        .parse()?;
    Ok(Party {
        key,
        url: url.map(|url| url.to_vec()),
    })
}
