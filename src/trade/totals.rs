//! Sums over the slots of an account, kept up to date in a logarithm of their number.
//!
//! A tree: groups of [`FAN`] neighbours are summed from left to right, groups of those sums likewise. A sum follows from the
//! values as they are and not from how they came about, so nothing drifts, and the same account always has the same bits;
//! an account of up to [`FAN`] slots is the plain sum of them.

use std::ops::Add;

/// Neighbours that are summed together.
const FAN: usize = 16;

/// What a slot adds to its account, in currency; summed over slots, what they add together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Value {
    /// Value of the position, a short one's negative.
    pub net: f64,
    /// |Value| of the position.
    pub gross: f64,
    /// Value of what is still to come of entries on their way.
    pub ordered: f64,
}

impl Add for Value {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self { net: self.net + other.net, gross: self.gross + other.gross, ordered: self.ordered + other.ordered }
    }
}

#[inline(always)]
fn sum(values: &[Value]) -> Value {
    values.iter().fold(Value::default(), |sum, value| sum + *value)
}

/// Values by slot with their sum.
#[derive(Debug, Clone)]
pub(super) struct Totals {
    /// The values, then the sums of their groups, and so on up to a level of at most [`FAN`].
    levels: Vec<Vec<Value>>,
    /// Groups of values that were put and not summed, and by group whether it is one of them.
    stale: Vec<usize>,
    is_stale: Vec<bool>,
}

impl Totals {
    pub(super) fn new(slots: usize) -> Self {
        let mut levels = vec![vec![Value::default(); slots]];
        let mut width = slots;
        while width > FAN {
            width = width.div_ceil(FAN);
            levels.push(vec![Value::default(); width]);
        }
        let groups = slots.div_ceil(FAN);
        Self { levels, stale: Vec::with_capacity(groups), is_stale: vec![false; groups] }
    }

    /// The sum of all values; what was put must have been [settled](Self::settle).
    #[inline]
    pub(super) fn all(&self) -> Value {
        debug_assert!(self.stale.is_empty() || self.levels.len() == 1);
        self.levels.last().map_or_else(Value::default, |top| sum(top))
    }

    /// Changes a value and the sums that it is in.
    #[inline]
    pub(super) fn set(&mut self, slot: usize, value: Value) {
        if self.levels[0][slot] != value {
            self.levels[0][slot] = value;
            self.climb(slot / FAN);
        }
    }

    /// Changes a value without the sums that it is in, where many are changed together.
    #[inline(always)]
    pub(super) fn put(&mut self, slot: usize, value: Value) {
        self.levels[0][slot] = value;
        if self.levels.len() > 1 {
            let group = slot / FAN;
            if !std::mem::replace(&mut self.is_stale[group], true) {
                self.stale.push(group);
            }
        }
    }

    /// Sums what was put.
    #[inline(always)]
    pub(super) fn settle(&mut self) {
        if !self.stale.is_empty() {
            self.settle_stale();
        }
    }

    #[inline(never)]
    fn settle_stale(&mut self) {
        let mut groups = std::mem::take(&mut self.stale);
        groups.iter().for_each(|group| self.is_stale[*group] = false);
        // Of a whole market every sum is taken once, level by level.
        for level in 1..self.levels.len() {
            groups.iter().for_each(|group| self.add_up(level, *group));
            groups.iter_mut().for_each(|group| *group /= FAN);
            groups.dedup();
        }
        groups.clear();
        self.stale = groups;
    }

    /// Takes the sum of a group of values again, and of the groups that it is in.
    #[inline]
    fn climb(&mut self, mut group: usize) {
        for level in 1..self.levels.len() {
            self.add_up(level, group);
            group /= FAN;
        }
    }

    #[inline(always)]
    fn add_up(&mut self, level: usize, group: usize) {
        let below = &self.levels[level - 1];
        let from = group * FAN;
        self.levels[level][group] = sum(&below[from..below.len().min(from + FAN)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(number: f64) -> Value {
        Value { net: number, gross: number.abs(), ordered: number / 3.0 }
    }

    /// A walk over all sizes of tree with values far apart, which is where sums lose digits.
    #[test]
    fn the_sum_follows_from_the_values_whatever_happened_before() {
        for slots in [0, 1, 2, 15, 16, 17, 256, 257, 5_000] {
            let mut kept = Totals::new(slots);
            let mut state = 88_172_645_463_325_252_u64;
            for round in 0..200 {
                for _ in 0..slots.min(7) {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    let slot = (state % slots as u64) as usize;
                    let number = ((state >> 20) as f64 / 1e6 - 8e6) * 10_f64.powi((state % 17) as i32 - 8);
                    if round % 2 == 0 { kept.set(slot, value(number)) } else { kept.put(slot, value(number)) }
                }
                kept.settle();
                let mut fresh = Totals::new(slots);
                (0..slots).for_each(|slot| fresh.set(slot, kept.levels[0][slot]));
                assert_eq!(kept.all(), fresh.all(), "{slots} slots: the same bits from the same values");
                let plain = sum(&kept.levels[0]);
                let close = |ours: f64, plain: f64| (ours - plain).abs() <= 1e-12 * plain_scale(&kept.levels[0]);
                assert!(close(kept.all().net, plain.net) && close(kept.all().gross, plain.gross), "{slots} slots");
                if slots <= FAN {
                    assert_eq!(kept.all(), plain, "a small account is the plain sum");
                }
            }
        }
    }

    fn plain_scale(values: &[Value]) -> f64 {
        values.iter().map(|value| value.gross).sum::<f64>().max(1.0)
    }

    #[test]
    fn what_is_no_number_leaves_with_its_slot() {
        let mut totals = Totals::new(40);
        totals.set(3, value(2.0));
        totals.set(33, value(f64::NAN));
        assert!(totals.all().net.is_nan());
        totals.set(33, Value::default());
        assert_eq!(totals.all(), value(2.0));
    }
}
