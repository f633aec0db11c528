//! When an entry was, as far as others can bear it out (docs/protocol.md §6).

use std::collections::BTreeMap;

use crate::time::{Span, Timestamp};

use super::facts::LogNumber;
use super::sightings::Sighting;

/// A claim this much before others bear it out is marked late.
pub const LATE: Span = Span::hours(72);

/// What the others in a cut bear out about one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Witnessed {
    /// Too few others have seen it: its own word is all there is.
    No,
    /// It existed by then.
    By(Timestamp),
}

/// For each entry of a log, by when it existed: of the times at which each other organisation first saw it, the
/// `liars + 1`-th smallest. O(entries + sightings × organisations).
pub(super) fn existed_by(size: u64, mut sightings: Vec<Sighting>, liars: u64) -> Vec<Witnessed> {
    sightings.sort_unstable_by_key(|sighting| sighting.size);
    let mut first: BTreeMap<LogNumber, Timestamp> = BTreeMap::new();
    let mut now = Witnessed::No;
    let mut backwards: Vec<Witnessed> = (0..size)
        .rev()
        .map(|index| {
            let mut changed = false;
            while let Some(sighting) = sightings.pop_if(|sighting| sighting.size > index) {
                let earliest = first.entry(sighting.by).or_insert(sighting.at);
                *earliest = sighting.at.min(*earliest);
                changed = true;
            }
            if changed {
                now = nth_smallest(&first, liars);
            }
            now
        })
        .collect();
    backwards.reverse();
    backwards
}

fn nth_smallest(first: &BTreeMap<LogNumber, Timestamp>, n: u64) -> Witnessed {
    let mut times: Vec<Timestamp> = first.values().copied().collect();
    times.sort_unstable();
    let nth = usize::try_from(n).ok().and_then(|n| times.get(n));
    nth.map_or(Witnessed::No, |at| Witnessed::By(*at))
}

/// `at`, moved to the nearest time others bear out.
pub(super) fn effective(at: Timestamp, witnessed: Witnessed, tolerance: Span) -> Timestamp {
    match witnessed {
        Witnessed::No => at,
        Witnessed::By(existed) => at.clamp(existed.minus(tolerance), existed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(by: u32, size: u64, at: u64) -> Sighting {
        Sighting {
            size,
            by: LogNumber(by),
            index: 0,
            at: Timestamp::from_millis(at),
        }
    }

    fn by(at: u64) -> Witnessed {
        Witnessed::By(Timestamp::from_millis(at))
    }

    #[test]
    fn a_size_covers_the_indices_below_it() {
        assert_eq!(
            existed_by(3, vec![seen(1, 2, 50)], 0),
            [by(50), by(50), Witnessed::No]
        );
    }

    #[test]
    fn each_organisation_speaks_once_with_its_earliest() {
        let sightings = vec![seen(1, 1, 70), seen(1, 2, 60), seen(2, 2, 90)];
        assert_eq!(existed_by(2, sightings.clone(), 0), [by(60), by(60)]);
        assert_eq!(
            existed_by(2, sightings, 1),
            [by(90), by(90)],
            "one liar is not believed"
        );
        assert_eq!(
            existed_by(1, vec![seen(1, 1, 70), seen(1, 1, 80)], 1),
            [Witnessed::No]
        );
    }

    #[test]
    fn a_claim_is_moved_into_what_others_bear_out() {
        let six = Span::from_millis(6);
        let effective = |at| effective(Timestamp::from_millis(at), by(100), six).as_millis();
        assert_eq!([93, 94, 97, 100, 101].map(effective), [94, 94, 97, 100, 100]);
        let unborne = super::effective(Timestamp::from_millis(5), Witnessed::No, six);
        assert_eq!(unborne, Timestamp::from_millis(5));
    }
}
