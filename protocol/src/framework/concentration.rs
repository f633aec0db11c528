//! How few people carry the whole.

/// The absence factor: the least k such that the k largest make at least half of the sum. None where the sum is zero.
pub(super) fn absence_factor(mut counts: Vec<u64>) -> Option<u64> {
    let total: u128 = counts.iter().map(|&c| u128::from(c)).sum();
    if total == 0 {
        return None;
    }
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let mut sum = 0_u128;
    for (k, count) in (1..).zip(counts) {
        sum += u128::from(count);
        if 2 * sum >= total {
            return Some(k);
        }
    }
    unreachable!("all counts together make the whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_enough_and_nothing_has_no_factor() {
        assert_eq!(
            absence_factor(vec![1000, 202, 90, 33, 332, 343, 42, 433]),
            Some(2),
            "the framework's own example"
        );
        assert_eq!(absence_factor(vec![5, 5]), Some(1), "exactly half");
        assert_eq!(absence_factor(vec![4, 5, 2]), Some(2));
        assert_eq!(absence_factor(vec![1; 7]), Some(4));
        assert_eq!(
            absence_factor(vec![u64::MAX, u64::MAX, u64::MAX]),
            Some(2),
            "no overflow"
        );
        assert_eq!(absence_factor(vec![0, 0]), None);
        assert_eq!(absence_factor(vec![]), None);
    }
}
