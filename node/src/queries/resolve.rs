//! What people write for ids and organisations, resolved.

use hearth_protocol::community::{Item, View};
use hearth_protocol::id::Id;

use super::QueryError;
use crate::store::{Log, Snapshot};

/// Fewest digits of a shortened id.
const SHORTEST: usize = 4;
/// Most candidates named.
const CANDIDATES: usize = 5;

/// The entry whose id begins so.
pub(super) fn item<'a>(view: &'a View, prefix: &str) -> Result<&'a Item, QueryError> {
    let prefix = prefix.to_ascii_lowercase();
    if let Ok(id) = prefix.parse::<Id>() {
        return view.find(id).ok_or(QueryError::NoSuchEntry { prefix });
    }
    if prefix.len() < SHORTEST || !prefix.bytes().all(|c| c.is_ascii_hexdigit()) {
        return Err(QueryError::NotAnId { text: prefix });
    }
    let mut found: Vec<Id> = view
        .items()
        .iter()
        .map(|item| item.id)
        .filter(|id| begins(id, &prefix))
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] => Err(QueryError::NoSuchEntry { prefix }),
        [id] => view.find(*id).ok_or(QueryError::NoSuchEntry { prefix }),
        several => {
            let candidates = several.iter().take(CANDIDATES).map(Id::short).collect();
            Err(QueryError::Ambiguous { prefix, candidates })
        }
    }
}

/// Whether the id's digits begin so, compared without writing all of them.
pub(super) fn begins(id: &Id, prefix: &str) -> bool {
    let digits = prefix.as_bytes();
    let nibble = |i: usize| char::from_digit(u32::from(id.as_bytes()[i / 2] >> (4 * (1 - i % 2)) & 15), 16);
    digits.len() <= 64
        && digits
            .iter()
            .enumerate()
            .all(|(i, digit)| nibble(i) == Some(char::from(*digit)))
}

/// The log of an organisation named by slug or by the beginning of its id; the own one where none is named.
pub(super) fn log(snapshot: &Snapshot<'_>, name: Option<&str>) -> Result<Log, QueryError> {
    let logs = snapshot.logs()?;
    let missing = || QueryError::NoSuchOrganisation {
        name: name.unwrap_or("this node's own").to_owned(),
    };
    let wanted = |log: &Log| match name {
        None => log.charter.own,
        Some(name) => {
            let slug = log.charter.origin.as_str().split('/').nth(1);
            let by_id =
                name.len() >= SHORTEST && begins(&log.charter.organisation, &name.to_ascii_lowercase());
            slug == Some(name) || by_id
        }
    };
    let mut found = logs.into_iter().filter(wanted);
    match (found.next(), found.next()) {
        (Some(log), None) => Ok(log),
        (Some(_), Some(_)) | (None, _) => Err(missing()),
    }
}

/// The short name of a log's organisation.
pub(super) fn slug(log: &Log) -> &str {
    log.charter.origin.as_str().split('/').nth(1).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_begins_with_its_digits() {
        let id = Id::from_bytes([0xa5; 32]);
        for good in ["a5a5", "a5a5a", &id.to_string()] {
            assert!(begins(&id, good), "{good}");
        }
        for bad in ["5a5a", "a5a6", &format!("{id}a")] {
            assert!(!begins(&id, bad), "{bad}");
        }
    }
}
