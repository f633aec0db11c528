//! Verification of a log published as static files (C2SP tlog-tiles).

use super::examination::{Examination, Opening, claimed_size};
use super::report::{LogReport, Report};
use crate::exit::Failure;
use hearth_protocol::audit::charter::NoCharter;
use hearth_protocol::audit::statement::{self, Witnesses};
use hearth_protocol::audit::{Charter, Fault, Finding, Place, Trust};
use hearth_protocol::entry::Entry;
use hearth_protocol::id::{Hash, Id};
use hearth_protocol::log::{BundleId, TileId, VerifierKey, bundle};
use indicatif::ProgressBar;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Entries of a bundle.
const BUNDLE: u64 = 256;

/// What the person knows about the log from elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// The log's key.
    pub(crate) key: Option<VerifierKey>,
    /// The keys of its witnesses; where some are given, no others may have signed.
    pub(crate) witnesses: Vec<VerifierKey>,
    /// The community it belongs to.
    pub(crate) community: Option<Id>,
}

/// Verifies the files under a directory.
pub(crate) fn published(directory: &Path, given: Given, bar: &ProgressBar) -> Result<Report, Failure> {
    let log = Published { directory };
    let note = log
        .read("checkpoint")
        .map_err(|error| log.failed("checkpoint", &error))?;
    let Some(note) = note else {
        return Err(
            Failure::new(format!("{} holds no checkpoint", directory.display()))
                .advise("Name a directory that `hearth publish` wrote."),
        );
    };
    let report = log.verify(&note, given, bar);
    Ok(Report {
        logs: vec![report],
        findings: Vec::new(),
    })
}

struct Published<'a> {
    directory: &'a Path,
}

impl Published<'_> {
    fn verify(&self, note: &[u8], given: Given, bar: &ProgressBar) -> LogReport {
        let mut report = LogReport {
            name: self.directory.display().to_string(),
            ..LogReport::default()
        };
        let Some(size) = claimed_size(note) else {
            let fault = Fault::Unreadable("it is no signed checkpoint".to_owned());
            report.findings.push(Finding {
                place: Place::Checkpoint,
                fault,
            });
            return report;
        };
        bar.set_length(size);
        let with_entries = self.directory.join("tile/entries").is_dir();
        let charter = with_entries.then(|| self.charter(size, given.community));
        let Some((trust, charter)) = believe(&mut report, &given, charter) else {
            return report;
        };
        let tile = |tile: TileId| self.tile(tile).map_err(|error| error.to_string());
        let mut examination = Examination::open(Opening {
            report,
            trust,
            home: charter.as_ref().map(|charter| charter.home),
            tile: Some(&tile),
            handovers: self.handovers(),
            heads: Vec::new(),
            note: Some(note),
        });
        // Whoever wrote the head chose its size: nothing is done for a size that the log's key has not signed.
        let head = statement::open(note, &examination.trust, &Witnesses::Known(Vec::new()));
        if head.checkpoint.is_none() {
            let mut report = examination.report;
            report.findings.extend(head.findings);
            let what = "everything else: the key that is believed has not signed this head";
            report.not_checked.push(what.to_owned());
            return report;
        }
        self.bundles(&mut examination, size, with_entries, bar);
        let witnesses = witnesses(given.witnesses, charter.as_ref(), &examination);
        examination.weigh(note, &witnesses);
        let mut report = examination.report;
        report.findings.extend(self.others(size));
        report
            .not_checked
            .push("bodies: they are not published".to_owned());
        if !with_entries {
            report
                .not_checked
                .push("entries: they are not published here, only their hashes".to_owned());
        }
        report
    }

    /// The charter, and the community it is bound to: given, or named by one of the log's first records.
    fn charter(&self, size: u64, community: Option<Id>) -> Result<Charter, NoCharter> {
        let first = BundleId::within(size, 0)
            .and_then(|bundle| self.read_bundle(bundle).ok().flatten())
            .unwrap_or_default();
        let entries = bundle::parse(&first).unwrap_or_default();
        let named = entries.iter().find_map(|entry| match Entry::parse(entry) {
            Ok(Entry::Record(record)) => Some(record.home.community),
            Ok(Entry::Event(_)) | Err(_) => None,
        });
        Charter::open(
            entries.first().ok_or(NoCharter::Absent)?,
            entries.get(1).copied(),
            community.or(named),
        )
    }

    /// Takes entries and hashes as far as there are any. Of what is missing the first is named and the rest counted: a
    /// log may claim any size.
    fn bundles(&self, examination: &mut Examination<'_>, size: u64, with_entries: bool, bar: &ProgressBar) {
        let mut missing = 0;
        for bundle in BundleId::all(size) {
            let taken = with_entries && self.take_entries(examination, bundle, &mut missing);
            if !taken && let Some(finding) = self.take_hashes(examination, bundle) {
                let rest = size.div_ceil(BUNDLE) - bundle.index() - 1;
                examination.end_early(finding, rest);
                break;
            }
            bar.inc(u64::from(bundle.width()));
        }
        if missing > 1 {
            let what = format!(
                "the entries of {} further bundles, which are missing",
                missing - 1
            );
            examination.report.not_checked.push(what);
        }
    }

    fn take_entries(&self, examination: &mut Examination<'_>, bundle: BundleId, missing: &mut u64) -> bool {
        let fault = match self.entries(bundle) {
            Ok(entries) => {
                examination.entries(&entries);
                return true;
            }
            Err(fault) => fault,
        };
        if fault == Fault::Missing {
            *missing += 1;
        }
        if fault != Fault::Missing || *missing == 1 {
            let place = Place::Bundle(bundle);
            examination.report.findings.push(Finding { place, fault });
        }
        false
    }

    /// Takes the hashes of a bundle's entries where the entries themselves cannot be had. Gives what is missing of them.
    fn take_hashes(&self, examination: &mut Examination<'_>, bundle: BundleId) -> Option<Finding> {
        let tile = TileId::within(bundle.start() + u64::from(bundle.width()), 0, bundle.index())
            .expect("a bundle's entries are the leaves of a tile");
        let (place, expected) = (Place::Tile(tile), u64::from(tile.width()));
        let fault = match self.tile(tile) {
            Ok(Some(bytes)) => {
                let leaves = bytes.as_chunks::<32>().0.iter().take(usize::from(tile.width()));
                let leaves: Vec<Hash> = leaves.copied().map(Hash::from_bytes).collect();
                examination.leaves(&leaves);
                let found = leaves.len() as u64;
                if found == expected {
                    return None;
                }
                Fault::Length { expected, found }
            }
            Ok(None) => Fault::Missing,
            Err(error) => Fault::Unreadable(error.to_string()),
        };
        Some(Finding { place, fault })
    }

    fn entries(&self, bundle: BundleId) -> Result<Vec<Vec<u8>>, Fault> {
        let bytes = self
            .read_bundle(bundle)
            .map_err(|error| Fault::Unreadable(error.to_string()))?;
        let bytes = bytes.ok_or(Fault::Missing)?;
        let mut entries = bundle::parse(&bytes).map_err(|error| Fault::Unreadable(error.to_string()))?;
        let (expected, found) = (usize::from(bundle.width()), entries.len());
        if found < expected {
            return Err(Fault::Length {
                expected: expected as u64,
                found: found as u64,
            });
        }
        entries.truncate(expected);
        Ok(entries.into_iter().map(<[u8]>::to_vec).collect())
    }

    fn read_bundle(&self, bundle: BundleId) -> io::Result<Option<Vec<u8>>> {
        self.read_either(&bundle.to_string())
    }

    fn tile(&self, tile: TileId) -> io::Result<Option<Vec<u8>>> {
        self.read_either(&tile.to_string())
    }

    /// A partial tile may have been replaced by the full one.
    fn read_either(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match (self.read(path)?, path.rsplit_once(".p/")) {
            (None, Some((full, _))) => self.read(full),
            (found, _) => Ok(found),
        }
    }

    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.directory.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn handovers(&self) -> Vec<Vec<u8>> {
        (0..)
            .map_while(|number| fs::read(self.directory.join(format!("handover/{number}"))).ok())
            .collect()
    }

    /// Tiles and bundles that the signed size does not need: narrower ones left from before must agree with what
    /// replaced them; what lies beyond the signed size is not signed for.
    fn others(&self, size: u64) -> Vec<Finding> {
        let mut files = Vec::new();
        files_under(self.directory, &self.directory.join("tile"), &mut files);
        files
            .into_iter()
            .filter_map(|path| self.other(&path, size))
            .collect()
    }

    fn other(&self, path: &str, size: u64) -> Option<Finding> {
        let beyond = || {
            Some(Finding {
                place: Place::File(path.to_owned()),
                fault: Fault::Beyond { size },
            })
        };
        let successor = if let Ok(bundle) = path.parse::<BundleId>() {
            BundleId::within(size, bundle.index()).map(|bundle| bundle.to_string())
        } else {
            let tile: TileId = path.parse().ok()?;
            TileId::within(size, tile.level(), tile.index()).map(|tile| tile.to_string())
        };
        let Some(successor) = successor else {
            return beyond();
        };
        if successor == path {
            return None;
        }
        let bytes = self.read(path).ok().flatten()?;
        let kept = self.read_either(&successor).ok().flatten()?;
        if kept.starts_with(&bytes) {
            return None;
        }
        if bytes.starts_with(&kept) {
            return beyond();
        }
        let fault = Fault::Unreadable(format!("it differs from {successor}, which replaced it"));
        Some(Finding {
            place: Place::File(path.to_owned()),
            fault,
        })
    }

    fn failed(&self, path: &str, error: &io::Error) -> Failure {
        Failure::new(format!(
            "cannot read {}: {error}",
            self.directory.join(path).display()
        ))
    }
}

/// Which keys to believe, and why; none if there is nothing to believe.
fn believe(
    report: &mut LogReport,
    given: &Given,
    charter: Option<Result<Charter, NoCharter>>,
) -> Option<(Trust, Option<Charter>)> {
    let charter = match charter {
        Some(Ok(charter)) => Some(charter),
        Some(Err(error)) => {
            report.findings.push(Finding {
                place: Place::Log,
                fault: Fault::Unreadable(error.to_string()),
            });
            None
        }
        None => None,
    };
    match (&given.key, charter) {
        (Some(key), charter) => {
            report.name = key.name().to_string();
            report.trust = "the key given".to_owned();
            Some((Trust::Key(key.clone()), charter))
        }
        (None, Some(charter)) => {
            report.name = charter.chain.origin().to_string();
            report.trust =
                "the key in the log's own charter; compare it with one you had from elsewhere (--vkey)"
                    .to_owned();
            Some((Trust::Chain(charter.chain.clone()), Some(charter)))
        }
        (None, None) => {
            if report.findings.is_empty() {
                let fault = Fault::Unreadable(
                    "without entries nothing says which key signs it: give the key with --vkey".to_owned(),
                );
                report.findings.push(Finding {
                    place: Place::Log,
                    fault,
                });
            }
            None
        }
    }
}

/// Who may have cosigned: those given; else, in the founding log, the organisations it admits.
fn witnesses(given: Vec<VerifierKey>, charter: Option<&Charter>, examination: &Examination<'_>) -> Witnesses {
    if !given.is_empty() {
        return Witnesses::All(given);
    }
    let admitted = examination
        .said
        .charters()
        .iter()
        .map(|charter| charter.witness.clone())
        .collect();
    let is_founding = charter.is_some_and(|charter| charter.index == 1);
    if is_founding {
        Witnesses::All(admitted)
    } else {
        Witnesses::Known(admitted)
    }
}

/// Paths of all files under `directory`, from `root`, with slashes.
fn files_under(root: &Path, directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path: PathBuf = entry.path();
        if path.is_dir() {
            files_under(root, &path, found);
        } else if let Some(path) = path.strip_prefix(root).ok().and_then(Path::to_str) {
            found.push(path.replace(std::path::MAIN_SEPARATOR, "/"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_protocol::id::Root;
    use hearth_protocol::log::{Checkpoint, Origin, TreeHead};
    use hearth_protocol::sign::SecretKey;

    /// Verifies a directory with one tile of hashes and a head that claims 2^62 entries, signed by `signer`, by the key
    /// of the log.
    fn verified(signer: &SecretKey, files: &[&str]) -> LogReport {
        let key = SecretKey::from_seed([1; 32]);
        let origin = Origin::of("north", &key.public()).unwrap();
        let (size, root) = (1 << 62, Root::from_bytes([7; 32]));
        let checkpoint = Checkpoint {
            origin: origin.clone(),
            head: TreeHead { size, root },
        };
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, [3; 8192]).unwrap();
        }
        fs::write(
            directory.path().join("checkpoint"),
            checkpoint.sign(signer).to_bytes(),
        )
        .unwrap();
        let given = Given {
            key: Some(VerifierKey::log(origin.key_name().clone(), key.public())),
            witnesses: Vec::new(),
            community: None,
        };
        published(directory.path(), given, &ProgressBar::hidden())
            .unwrap()
            .logs
            .remove(0)
    }

    fn said(report: &LogReport) -> Vec<String> {
        report.findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_size_that_the_key_has_not_signed_is_not_read_for() {
        let report = verified(&SecretKey::from_seed([2; 32]), &["tile/0/000"]);
        assert_eq!(report.findings.len(), 1, "{:?}", said(&report));
        assert_eq!(report.findings[0].place, Place::Checkpoint);
    }

    #[test]
    fn reading_ends_at_the_first_thing_missing() {
        let key = SecretKey::from_seed([1; 32]);
        let report = verified(&key, &["tile/0/000", "tile/0/001"]);
        let expected = [
            "tile/0/002: it is missing",
            "checkpoint: it is signed for 4611686018427387904 entries; 512 are here",
        ];
        assert_eq!(said(&report), expected);
        let left = format!("{} further tiles", (1_u64 << 54) - 3);
        assert!(
            report.not_checked.iter().any(|what| what.contains(&left)),
            "{report:?}"
        );

        let report = verified(
            &key,
            &["tile/0/000", "tile/0/001", "tile/0/002", "tile/entries/x"],
        );
        let findings = said(&report);
        let bundles = findings.iter().filter(|finding| finding.contains("entries/"));
        assert_eq!(bundles.count(), 1, "{findings:?}");
        assert!(
            report
                .not_checked
                .iter()
                .any(|what| what.contains("3 further bundles")),
            "{report:?}"
        );
    }
}
