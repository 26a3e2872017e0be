//! Every combination of a space once, by number, without listing them.
//!
//! Conditions make a forest: a dimension has at most one parent. The combinations below a dimension are the sum over its
//! values of the product over the children that the value makes active; those of the space are the product over the
//! roots. A number is taken apart in the same way, mixed radix, the last root fastest. Counts that a `u128` can't hold
//! stay at its greatest value.

use super::error::{Problem, SpaceError};
use super::space::Space;
use super::value::{Assignment, Value};

impl Space {
    /// Combinations of a grid, conditions included: `None` for a continuum, `u128::MAX` for that many or more.
    #[must_use]
    pub fn size(&self) -> Option<u128> {
        Some(Forest::new(self).ok()?.size())
    }
}

/// The dimensions with what hangs below them.
pub(super) struct Forest<'a> {
    space: &'a Space,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    /// Combinations of a dimension and all below it, while it is active.
    below: Vec<u128>,
    /// By dimension: numbers of values that some child waits for, in order, with the combinations of each.
    special: Vec<Vec<(u128, u128)>>,
}

impl<'a> Forest<'a> {
    /// Counts combinations.
    ///
    /// # Errors
    /// A continuum.
    pub(super) fn new(space: &'a Space) -> Result<Self, SpaceError> {
        let dimensions = space.dimensions();
        let n = dimensions.len();
        let mut forest = Self {
            space,
            children: vec![Vec::new(); n],
            roots: Vec::new(),
            below: vec![1; n],
            special: vec![Vec::new(); n],
        };
        for (at, dimension) in dimensions.iter().enumerate() {
            let parent = dimension.when.as_ref().and_then(|when| dimensions.iter().position(|d| d.name == when.param));
            match parent {
                Some(parent) => forest.children[parent].push(at),
                None => forest.roots.push(at),
            }
        }
        // Children come after their parents, so going backwards every child has been counted.
        for at in (0..n).rev() {
            forest.count(at)?;
        }
        Ok(forest)
    }

    fn count(&mut self, at: usize) -> Result<(), SpaceError> {
        let dimension = &self.space.dimensions()[at];
        let values = dimension.domain.count().ok_or_else(|| SpaceError::new(&dimension.name, Problem::Continuous))?;
        let waited = self.children[at].iter().filter_map(|child| self.space.dimensions()[*child].when.as_ref());
        let mut special: Vec<u128> =
            waited.flat_map(|when| when.is.iter().filter_map(|v| self.number(at, v))).collect();
        special.sort_unstable();
        special.dedup();
        let special: Vec<(u128, u128)> =
            special.into_iter().map(|number| (number, self.combinations(at, number))).collect();
        let plain = values - special.len() as u128;
        self.below[at] = special.iter().fold(plain, |sum, (_, combinations)| sum.saturating_add(*combinations));
        self.special[at] = special;
        Ok(())
    }

    /// The number of a value in its domain.
    fn number(&self, at: usize, value: &Value) -> Option<u128> {
        use super::space::Domain;
        match (&self.space.dimensions()[at].domain, value) {
            (Domain::Int { low, step, .. }, Value::Int(value)) => {
                u128::try_from((i128::from(*value) - i128::from(*low)) / i128::from(*step)).ok()
            }
            (Domain::Categorical(values), value) => values.iter().position(|v| v == value).map(|at| at as u128),
            _ => None,
        }
    }

    /// Children that a value makes active.
    fn active(&self, at: usize, value: &Value) -> impl DoubleEndedIterator<Item = usize> {
        let waits = |child: &usize| {
            let when = &self.space.dimensions()[*child].when;
            when.as_ref().is_some_and(|when| when.is.contains(value))
        };
        self.children[at].iter().copied().filter(waits).collect::<Vec<_>>().into_iter()
    }

    fn combinations(&self, at: usize, number: u128) -> u128 {
        let value = self.space.dimensions()[at].domain.nth(number);
        self.active(at, &value).fold(1, |product, child| product.saturating_mul(self.below[child]))
    }

    /// Combinations of the whole space.
    pub(super) fn size(&self) -> u128 {
        self.roots.iter().fold(1, |product, root| product.saturating_mul(self.below[*root]))
    }

    /// Combination number `index`; `None` past the last.
    pub(super) fn nth(&self, index: u64) -> Option<Assignment> {
        let index = u128::from(index);
        if index >= self.size() {
            return None;
        }
        let mut point = Assignment::new();
        // What is still to be taken apart: a dimension and a number below its count.
        let mut open = self.digits(index, self.roots.iter().copied().rev());
        while let Some((at, index)) = open.pop() {
            let (number, rest) = self.locate(at, index);
            let dimension = &self.space.dimensions()[at];
            let value = dimension.domain.nth(number);
            open.extend(self.digits(rest, self.active(at, &value).rev()));
            point.insert(dimension.name.clone(), value);
        }
        Some(point)
    }

    /// Mixed radix: a digit for each dimension, the first of them fastest.
    fn digits(&self, mut index: u128, fastest_first: impl Iterator<Item = usize>) -> Vec<(usize, u128)> {
        let mut digits = Vec::new();
        for at in fastest_first {
            digits.push((at, index % self.below[at]));
            index /= self.below[at];
        }
        digits
    }

    /// The value of a dimension that combination `index` falls on, and its number among the combinations of that value.
    fn locate(&self, at: usize, index: u128) -> (u128, u128) {
        // `passed` combinations belong to the values before `next`.
        let (mut passed, mut next) = (0_u128, 0_u128);
        for (number, combinations) in &self.special[at] {
            let plain = number - next;
            if index < passed.saturating_add(plain) {
                break;
            }
            passed = passed.saturating_add(plain);
            if index < passed.saturating_add(*combinations) {
                return (*number, index - passed);
            }
            passed = passed.saturating_add(*combinations);
            next = number + 1;
        }
        (next + (index - passed), 0)
    }
}
