//! Seeded, portable randomness: one stream a resample.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random numbers that depends on seed and number only.
#[derive(Debug, Clone)]
pub struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// Stream `number` of a seed; streams of one seed don't overlap.
    #[must_use]
    pub fn new(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self { rng }
    }

    /// A whole number below `n`, each as likely (Lemire 2019); 0 when `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        let mut product = u64::from(self.rng.next_u32()) * u64::from(n);
        if (product as u32) < n {
            // Draws that would make some numbers likelier than others are drawn again.
            let uneven = n.wrapping_neg() % n;
            while (product as u32) < uneven {
                product = u64::from(self.rng.next_u32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    /// A seed for something else that is random.
    pub fn seed(&mut self) -> u64 {
        self.rng.next_u64() >> 1
    }

    /// Uniform above 0 and up to 1: its logarithm is finite.
    pub fn positive(&mut self) -> f64 {
        const STEP: f64 = 1.0 / (1u64 << 53) as f64;
        ((self.rng.next_u64() >> 11) + 1) as f64 * STEP
    }

    /// Puts values into a random order, every order as likely (Fisher and Yates).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            let other = self.below(last as u32 + 1) as usize;
            values.swap(last, other);
        }
    }
}
