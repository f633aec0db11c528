//! Which logs and which witnesses somebody trusts (C2SP tlog-policy).

use super::checkpoint::{Checkpoint, MalformedCheckpoint};
use super::note::{Note, Unopened, open_lines};
use super::quorum::quorum;
use super::verifier_key::VerifierKey;

mod parse;

pub use parse::{BadPolicy, BadPolicyLine};

/// A checkpoint is valid if any one of the logs signed it and witnesses enough cosigned it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Party>,
    witnesses: Vec<(Vec<u8>, Party)>,
    groups: Vec<Group>,
    quorum: Option<Member>,
}

/// A log or a witness: its key and, where somebody has to reach it, its URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The key under its name.
    pub key: VerifierKey,
    /// Where to reach it, as written.
    pub url: Option<Vec<u8>>,
}

/// Has cosigned if at least `threshold` of its members have.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    threshold: usize,
    members: Vec<Member>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

/// Why a policy does not accept a note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefusal {
    /// Not the text of a checkpoint.
    #[error(transparent)]
    Text(#[from] MalformedCheckpoint),
    /// No trusted log of that origin has signed it, or a line of one does not hold.
    #[error("the log: {0}")]
    Log(#[source] Unopened),
    /// A line of a trusted witness does not hold.
    #[error("a witness: {0}")]
    Witness(#[source] Unopened),
    /// Too few witnesses have cosigned.
    #[error("{have} of {of} trusted witnesses have cosigned, which is no quorum")]
    Quorum {
        /// How many have.
        have: usize,
        /// How many the policy names.
        of: usize,
    },
}

impl Policy {
    /// The policy of docs/protocol.md §4: these logs, and more than half of these witnesses (none, if there are none).
    /// The witnesses have to differ in name and key.
    pub fn majority(logs: Vec<VerifierKey>, witnesses: Vec<VerifierKey>) -> Policy {
        let members = (0..witnesses.len()).map(Member::Witness).collect();
        let group = Group {
            name: b"witnesses".to_vec(),
            threshold: quorum(witnesses.len()),
            members,
        };
        let groups = if witnesses.is_empty() {
            Vec::new()
        } else {
            vec![group]
        };
        let party = |key| Party { key, url: None };
        Policy {
            logs: logs.into_iter().map(party).collect(),
            quorum: groups.first().map(|_| Member::Group(0)),
            groups,
            witnesses: witnesses
                .into_iter()
                .map(|key| (key.name().as_str().as_bytes().to_vec(), party(key)))
                .collect(),
        }
    }

    /// Reads a policy file.
    pub fn parse(bytes: &[u8]) -> Result<Policy, BadPolicy> {
        parse::parse(bytes)
    }

    /// The policy as a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut line = |words: &[&[u8]]| {
            file.extend(words.join(b" ".as_slice()));
            file.push(b'\n');
        };
        let url = |party: &Party| {
            party
                .url
                .as_ref()
                .map(|url| [b" ", url.as_slice()].concat())
                .unwrap_or_default()
        };
        for log in &self.logs {
            line(&[b"log", &[log.key.to_string().as_bytes(), &url(log)].concat()]);
        }
        for (name, witness) in &self.witnesses {
            line(&[
                b"witness",
                name,
                &[witness.key.to_string().as_bytes(), &url(witness)].concat(),
            ]);
        }
        for group in &self.groups {
            let threshold = group.threshold.to_string();
            let members = group.members.iter().map(|member| self.name(*member));
            let words: Vec<&[u8]> = [b"group", group.name.as_slice(), threshold.as_bytes()]
                .into_iter()
                .chain(members)
                .collect();
            line(&words);
        }
        line(&[b"quorum", self.quorum.map_or(b"none", |member| self.name(member))]);
        file
    }

    /// The logs it trusts.
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// The witnesses it trusts.
    pub fn witnesses(&self) -> impl Iterator<Item = &Party> {
        self.witnesses.iter().map(|(_, witness)| witness)
    }

    /// Reads a note that the policy accepts. Extension lines are passed over.
    pub fn judge(&self, note: &Note) -> Result<Checkpoint, PolicyRefusal> {
        let (checkpoint, _) = Checkpoint::read(note.text())?;
        let of_origin = self
            .logs
            .iter()
            .filter(|log| log.key.name() == checkpoint.origin.key_name());
        let logs: Vec<VerifierKey> = of_origin.map(|log| log.key.clone()).collect();
        note.open(&logs).map_err(PolicyRefusal::Log)?;
        let witnesses: Vec<VerifierKey> = self.witnesses().map(|witness| witness.key.clone()).collect();
        let known = open_lines(note.text(), note.signatures(), &witnesses).map_err(PolicyRefusal::Witness)?;
        let cosigned: Vec<bool> = witnesses
            .iter()
            .map(|witness| known.iter().any(|known| known.key == witness))
            .collect();
        if self
            .quorum
            .is_none_or(|member| self.has_cosigned(member, &cosigned))
        {
            Ok(checkpoint)
        } else {
            let have = cosigned.iter().filter(|cosigned| **cosigned).count();
            Err(PolicyRefusal::Quorum {
                have,
                of: witnesses.len(),
            })
        }
    }

    /// Whether a witness or group has cosigned. Groups name only what stands before them, so this ends.
    fn has_cosigned(&self, member: Member, cosigned: &[bool]) -> bool {
        match member {
            Member::Witness(witness) => cosigned[witness],
            Member::Group(group) => {
                let Group {
                    threshold, members, ..
                } = &self.groups[group];
                members
                    .iter()
                    .filter(|member| self.has_cosigned(**member, cosigned))
                    .count()
                    >= *threshold
            }
        }
    }

    fn name(&self, member: Member) -> &[u8] {
        match member {
            Member::Witness(witness) => &self.witnesses[witness].0,
            Member::Group(group) => &self.groups[group].name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, cosigner, log_key};
    use super::super::verifier_key::BadVerifierKey;
    use super::*;

    /// The two-level example of C2SP tlog-policy with keys in it, an URL, and what may stand between its lines.
    fn file(sample: &Sample) -> String {
        let log = log_line(sample);
        let witness = |name: &str, which: u8| format!("witness {name} {}\n", cosigner(which).verifier());
        let (xs, ys) = (
            witness("X1", 1) + &witness("X2", 2) + &witness("X3", 3),
            witness("Y1", 4) + &witness("Y2", 5),
        );
        format!(
            "# a comment\n\n\t {log} https://log.example/ \n{xs}group X-witnesses 2 X1 X2 X3\n{ys}\
             group Y-witnesses any Y1\tY2\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
        )
    }

    fn log_line(sample: &Sample) -> String {
        format!(
            "log {}",
            VerifierKey::log(sample.origin.key_name().clone(), log_key(0).public())
        )
    }

    fn cosigned(sample: &Sample, by: &[u8]) -> Note {
        by.iter().fold(sample.checkpoint(9), |note, which| {
            sample.cosigned(&note, *which, 10)
        })
    }

    #[test]
    fn a_quorum_of_groups() {
        let sample = Sample::new();
        let policy = Policy::parse(file(&sample).as_bytes()).unwrap();
        for by in [[1, 2, 4].as_slice(), &[1, 3, 5], &[1, 2, 3, 4, 5]] {
            assert_eq!(
                policy.judge(&cosigned(&sample, by)).unwrap().head,
                sample.head(9),
                "{by:?}"
            );
        }
        for by in [
            [].as_slice(),
            &[1, 4],
            &[1, 2, 3],
            &[4, 5],
            &[1, 4, 5],
            &[1, 1, 4],
            &[1, 9, 4],
        ] {
            assert!(
                matches!(
                    policy.judge(&cosigned(&sample, by)),
                    Err(PolicyRefusal::Quorum { .. })
                ),
                "{by:?}"
            );
        }
    }

    #[test]
    fn a_majority_of_witnesses() {
        let sample = Sample::new();
        let log = VerifierKey::log(sample.origin.key_name().clone(), log_key(0).public());
        let witnesses: Vec<VerifierKey> = (1..=4).map(|which| cosigner(which).verifier().clone()).collect();
        let policy = Policy::majority(vec![log.clone()], witnesses);
        assert!(policy.judge(&cosigned(&sample, &[1, 2, 4])).is_ok());
        assert_eq!(
            policy.judge(&cosigned(&sample, &[1, 2])),
            Err(PolicyRefusal::Quorum { have: 2, of: 4 })
        );
        let alone = Policy::majority(vec![log], Vec::new());
        assert!(alone.judge(&cosigned(&sample, &[])).is_ok());
        for policy in [policy, alone, Policy::parse(file(&sample).as_bytes()).unwrap()] {
            assert_eq!(Policy::parse(&policy.to_bytes()), Ok(policy));
        }
    }

    #[test]
    fn only_its_logs_and_none_that_fail() {
        let sample = Sample::new();
        let policy = Policy::parse(format!("{}\nquorum none\n", log_line(&sample)).as_bytes()).unwrap();
        assert!(policy.judge(&sample.checkpoint(9)).is_ok());
        let by_another = sample.sign(sample.head(9), 1);
        assert_eq!(
            policy.judge(&by_another),
            Err(PolicyRefusal::Log(Unopened::Unknown))
        );
        let misplaced = Note::assemble(
            sample.checkpoint(9).text().to_owned(),
            sample.checkpoint(8).signatures().to_vec(),
        );
        assert!(matches!(
            policy.judge(&misplaced),
            Err(PolicyRefusal::Log(Unopened::Failed { .. }))
        ));

        let policy = Policy::parse(file(&sample).as_bytes()).unwrap();
        let mut lines = cosigned(&sample, &[1, 2, 4]).signatures().to_vec();
        lines.push(sample.cosigned(&sample.checkpoint(8), 3, 10).signatures()[1].clone());
        let condemned = Note::assemble(sample.checkpoint(9).text().to_owned(), lines);
        assert!(matches!(policy.judge(&condemned), Err(PolicyRefusal::Witness(_))));
    }

    #[test]
    fn says_which_line_is_wrong() {
        use BadPolicyLine as Bad;
        let sample = Sample::new();
        let (log, x1, x2) = (
            log_line(&sample),
            cosigner(1).verifier().to_string(),
            cosigner(2).verifier().to_string(),
        );
        let start = format!("{log}\nwitness a {x1}\nwitness b {x2}\ngroup g 1 a\n");
        let fourth = |line: &str| Policy::parse(format!("{start}{line}\nquorum g\n").as_bytes());
        for (line, why) in [
            ("wrong", Bad::Shape),
            ("log", Bad::Shape),
            ("log a b c", Bad::Shape),
            ("log a", Bad::Key(BadVerifierKey::Shape)),
            (log.as_str(), Bad::DuplicateKey),
            (&format!("witness c {x1}"), Bad::DuplicateKey),
            (&format!("witness c {}", &log[4..]), Bad::NoWitnessKey),
            (
                &format!("witness a {}", cosigner(3).verifier()),
                Bad::DuplicateName,
            ),
            (
                &format!("witness none {}", cosigner(3).verifier()),
                Bad::DuplicateName,
            ),
            ("group a 1 b", Bad::DuplicateName),
            ("group h 1 c", Bad::Undefined),
            ("group h 1 none", Bad::Undefined),
            ("group h 1 h", Bad::Undefined),
            ("group h 1 a", Bad::MemberTwice),
            ("group h 1 b b", Bad::MemberTwice),
            ("group h 0 b", Bad::Threshold),
            ("group h 2 b", Bad::Threshold),
            ("group h all", Bad::Threshold),
            ("group h any", Bad::Threshold),
            ("group h one b", Bad::Shape),
            ("group h 01 b", Bad::Shape),
            ("quorum h", Bad::Undefined),
            ("quorum b", Bad::SecondQuorum),
            ("# \u{1}", Bad::Control),
            ("# \u{7f}", Bad::Control),
            ("# a\r", Bad::Control),
        ] {
            let line_number = if why == Bad::SecondQuorum { 6 } else { 5 };
            assert_eq!(
                fourth(line),
                Err(BadPolicy::Line {
                    line: line_number,
                    source: why
                }),
                "{line}"
            );
        }
        assert_eq!(Policy::parse(start.as_bytes()), Err(BadPolicy::NoQuorum));
        assert_eq!(Policy::parse(b"quorum none"), Err(BadPolicy::Form));
        assert!(
            Policy::parse(b"# \xff\nquorum none\n").is_ok(),
            "names and comments are octets"
        );
    }
}
