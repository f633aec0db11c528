//! When a checkpoint counts as witnessed.

/// How many of `witnesses` (the N − 1 others of N organisations, or those a policy names) have to cosign:
/// ⌊witnesses / 2⌋ + 1, more than half. Of none, one: nobody is witnessed alone.
pub const fn quorum(witnesses: usize) -> usize {
    witnesses / 2 + 1
}

/// How far a checkpoint has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witnessing {
    /// There is nobody to cosign: said aloud, never taken for witnessed.
    Unwitnessed,
    /// Fewer cosignatures than the quorum.
    Provisional {
        /// Cosignatures that hold.
        have: usize,
        /// How many there have to be.
        need: usize,
    },
    /// A quorum has cosigned.
    Witnessed {
        /// Cosignatures that hold.
        have: usize,
        /// How many there have to be.
        need: usize,
    },
}

impl Witnessing {
    /// The judgement on `have` cosignatures of `witnesses` possible ones.
    pub const fn of(have: usize, witnesses: usize) -> Witnessing {
        let need = quorum(witnesses);
        if witnesses == 0 {
            Witnessing::Unwitnessed
        } else if have < need {
            Witnessing::Provisional { have, need }
        } else {
            Witnessing::Witnessed { have, need }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_half_of_the_others() {
        let needed: Vec<usize> = (0..8).map(quorum).collect();
        assert_eq!(needed, [1, 1, 2, 2, 3, 3, 4, 4]);
        assert_eq!(Witnessing::of(0, 0), Witnessing::Unwitnessed);
        assert_eq!(Witnessing::of(1, 2), Witnessing::Provisional { have: 1, need: 2 });
        assert_eq!(Witnessing::of(2, 2), Witnessing::Witnessed { have: 2, need: 2 });
        assert_eq!(Witnessing::of(2, 4), Witnessing::Provisional { have: 2, need: 3 });
    }
}
