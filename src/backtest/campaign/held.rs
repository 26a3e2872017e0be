//! How many recorded cells are in memory at once.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts what is held, and the most that ever was.
#[derive(Debug, Default)]
pub struct Gauge {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Gauge {
    /// Counts one more, until the answer is dropped.
    pub fn hold(&self) -> Held<'_> {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(now, Ordering::Relaxed);
        Held(self)
    }

    /// The most held at once.
    pub fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }
}

/// One of those that a gauge counts.
#[derive(Debug)]
pub struct Held<'a>(&'a Gauge);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_is_remembered() {
        let gauge = Gauge::default();
        let first = gauge.hold();
        drop((first, gauge.hold()));
        drop(gauge.hold());
        assert_eq!(gauge.most(), 2);
    }
}
