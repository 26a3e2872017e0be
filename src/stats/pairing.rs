//! Two series of dated returns, brought together on the days both have.

/// Returns by day, in days since 1970-01-01, ascending.
pub type Dated = [(i32, f64)];

/// What two series have in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paired {
    /// Days of both, ascending.
    pub days: Vec<i32>,
    /// Returns of the first on those days.
    pub left: Vec<f64>,
    /// Returns of the second on those days.
    pub right: Vec<f64>,
    /// Days that only the first has.
    pub only_left: usize,
    /// Days that only the second has.
    pub only_right: usize,
}

/// Pairs two series by day; both ascend.
#[must_use]
pub fn pair(left: &Dated, right: &Dated) -> Paired {
    let mut found = Paired::default();
    let mut rest = right.iter().peekable();
    for (day, value) in left {
        while rest.next_if(|(other, _)| other < day).is_some() {}
        if let Some((_, other)) = rest.next_if(|(other, _)| other == day) {
            found.days.push(*day);
            found.left.push(*value);
            found.right.push(*other);
        }
    }
    found.only_left = left.len() - found.days.len();
    found.only_right = right.len() - found.days.len();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_common_days_are_paired_and_the_rest_is_counted() {
        let left = [(1, 0.1), (3, 0.3), (4, 0.4), (9, 0.9)];
        let right = [(0, 1.0), (3, 3.0), (5, 5.0), (9, 9.0), (10, 10.0)];
        let found = pair(&left, &right);
        assert_eq!((found.days.as_slice(), found.only_left, found.only_right), ([3, 9].as_slice(), 2, 3));
        assert_eq!((found.left, found.right), (vec![0.3, 0.9], vec![3.0, 9.0]));
        assert_eq!(pair(&[], &right).only_right, 5);
    }
}
