//! A kind as two bytes, for facts kept in memory by the million.

use std::fmt;

use super::Family;
use super::table::Kind;

/// What an entry does: the name of its kind. Its rules stand in [`Deed::rules`]. Every family declares its own, as
/// constants of this type (`Deed::QueryAsked`), in the order of its file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deed {
    pub(super) family: Family,
    pub(super) nth: u8,
}

impl Deed {
    /// Every deed, in the order of docs/protocol.md §3.
    pub fn all() -> impl Iterator<Item = Deed> {
        Family::ALL.into_iter().flat_map(|family| {
            let count = u8::try_from(family.rows().len()).expect("a family has fewer than 256 kinds");
            (0..count).map(move |nth| Deed { family, nth })
        })
    }

    /// The deed of a kind; none for one this version does not know.
    pub fn named(kind: &str) -> Option<Deed> {
        Deed::all().find(|deed| deed.name() == kind)
    }

    /// Who may do it, and about what.
    pub fn rules(self) -> &'static Kind {
        &self.family.rows()[usize::from(self.nth)]
    }

    /// Its name in `do`.
    pub fn name(self) -> &'static str {
        self.rules().name
    }

    /// Whether it is what R5 of docs/framework.md calls a contribution.
    pub fn is_contribution(self) -> bool {
        self.rules().contribution
    }
}

impl fmt::Debug for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deed_is_found_by_its_name() {
        assert!(Deed::all().all(|deed| Deed::named(deed.name()) == Some(deed)));
        assert_eq!(Deed::named("query.asked"), Some(Deed::QueryAsked));
        assert_eq!(Deed::named("query.asking"), None);
    }
}
