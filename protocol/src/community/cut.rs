//! A cut: how much of every log an answer is about.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::codec;
use crate::id::{Hash, Id, Root};

/// One log's part of a cut, and one row of a `heads.seen`: `[organisation, size, root]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row(pub Id, pub u64, pub Root);

impl Row {
    /// Whose log.
    pub const fn organisation(&self) -> Id {
        self.0
    }

    /// How many of its entries.
    pub const fn size(&self) -> u64 {
        self.1
    }

    /// The root over these.
    pub const fn root(&self) -> Root {
        self.2
    }
}

/// Rows ascending by organisation, each once. Whether they are the organisations admitted within it is for
/// [`super::Community::view`] to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Row>", into = "Vec<Row>")]
pub struct Cut(Vec<Row>);

/// As one writes it in one word: `organisation:size:root`, the rows separated by commas.
impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, Row(organisation, size, root)) in self.0.iter().enumerate() {
            let comma = if place == 0 { "" } else { "," };
            write!(f, "{comma}{organisation}:{size}:{root}")?;
        }
        Ok(())
    }
}

/// A word that is no cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCut {
    /// A row of another form.
    #[error(
        "`{0}` is no row of a cut: organisation:size:root, with ids and roots in full, the rows separated by commas"
    )]
    Row(String),
    /// Not ascending.
    #[error(transparent)]
    Order(#[from] Unordered),
}

impl FromStr for Cut {
    type Err = BadCut;

    fn from_str(text: &str) -> Result<Cut, BadCut> {
        let row = |written: &str| {
            let mut fields = written.split(':');
            let row = Row(
                fields.next()?.parse().ok()?,
                fields.next()?.parse().ok()?,
                fields.next()?.parse().ok()?,
            );
            fields.next().is_none().then_some(row)
        };
        let rows = text
            .split(',')
            .map(|written| row(written).ok_or_else(|| BadCut::Row(written.to_owned())));
        Ok(Cut::new(rows.collect::<Result<_, _>>()?)?)
    }
}

/// Rows that are not ascending by organisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the rows of a cut ascend by organisation, each once; {0} does not")]
pub struct Unordered(pub Id);

impl Cut {
    /// A cut of these rows, in any order.
    ///
    /// # Errors
    /// If an organisation occurs twice.
    pub fn new(mut rows: Vec<Row>) -> Result<Cut, Unordered> {
        rows.sort_unstable();
        Cut::try_from(rows)
    }

    /// The rows, ascending by organisation.
    pub fn rows(&self) -> &[Row] {
        &self.0
    }

    /// The row of an organisation.
    pub fn row(&self, organisation: Id) -> Option<&Row> {
        let found = self.0.binary_search_by_key(&organisation, Row::organisation);
        found.ok().map(|i| &self.0[i])
    }

    /// The name of the cut: SHA-256 of `"hearth/cut/v1" ‖ 0x00 ‖` its canonical CBOR.
    pub fn hash(&self) -> Hash {
        let digest = Sha256::new()
            .chain_update(b"hearth/cut/v1\0")
            .chain_update(codec::encode(self));
        Hash::from_bytes(digest.finalize().into())
    }
}

impl TryFrom<Vec<Row>> for Cut {
    type Error = Unordered;

    fn try_from(rows: Vec<Row>) -> Result<Cut, Unordered> {
        match rows
            .windows(2)
            .find(|pair| pair[0].organisation() >= pair[1].organisation())
        {
            Some(pair) => Err(Unordered(pair[1].organisation())),
            None => Ok(Cut(rows)),
        }
    }
}

impl From<Cut> for Vec<Row> {
    fn from(cut: Cut) -> Vec<Row> {
        cut.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(organisation: u8, size: u64) -> Row {
        Row(
            Id::from_bytes([organisation; 32]),
            size,
            Root::from_bytes([9; 32]),
        )
    }

    #[test]
    fn the_order_of_rows_does_not_name_another_cut() {
        let cut = Cut::new(vec![row(2, 7), row(1, 0)]).unwrap();
        assert_eq!(cut, Cut::new(vec![row(1, 0), row(2, 7)]).unwrap());
        assert_eq!(cut.row(Id::from_bytes([2; 32])).map(Row::size), Some(7));
        assert_eq!(cut.row(Id::from_bytes([3; 32])), None);
        assert_ne!(cut.hash(), Cut::new(vec![row(1, 0), row(2, 8)]).unwrap().hash());
    }

    #[test]
    fn a_cut_is_written_and_read_in_one_word() {
        let cut = Cut::new(vec![row(1, 0), row(2, 7)]).unwrap();
        assert_eq!(cut.to_string().parse(), Ok(cut.clone()));
        let word = cut.to_string();
        for wrong in [
            "",
            "1:2:3",
            &format!("{word}:1"),
            &word.replace(":7:", ":x:"),
            &format!("{word},"),
        ] {
            assert!(wrong.parse::<Cut>().is_err(), "{wrong}");
        }
        let twice = format!("{word},{word}");
        assert!(matches!(twice.parse::<Cut>(), Err(BadCut::Order(_))));
    }

    #[test]
    fn the_name_is_taken_over_the_canonical_bytes() {
        let mut bytes = b"hearth/cut/v1\0".to_vec();
        bytes.extend([0x81, 0x83, 0x58, 0x20]);
        bytes.extend([1; 32]);
        bytes.extend([0x00, 0x58, 0x20]);
        bytes.extend([9; 32]);
        assert_eq!(Cut::new(vec![row(1, 0)]).unwrap().hash(), Hash::of(&bytes));
    }

    #[test]
    fn an_organisation_occurs_once_and_in_order() {
        assert_eq!(
            Cut::new(vec![row(1, 0), row(1, 3)]),
            Err(Unordered(Id::from_bytes([1; 32])))
        );
        let descending = codec::encode(&vec![row(2, 0), row(1, 0)]);
        assert!(codec::decode::<Cut>(&descending).is_err());
    }
}
