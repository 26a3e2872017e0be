//! Seeded shocks.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A portable random stream: the same seed and stream give the same numbers everywhere.
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// Stream `number` of a seed; streams don't overlap.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self(rng)
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// Standard normal (Box-Muller).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Student-t with 4 degrees of freedom, scaled to unit variance (its own is 2), cut at 12.
    pub fn fat_tailed(&mut self) -> f64 {
        let chi2: f64 = (0..4).map(|_| self.normal().powi(2)).sum();
        let t = self.normal() / (chi2.max(1e-9) / 4.0).sqrt();
        (t / std::f64::consts::SQRT_2).clamp(-12.0, 12.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shocks_have_unit_variance_and_fat_tails() {
        let mut stream = Stream::new(1, 0);
        let shocks: Vec<f64> = (0..200_000).map(|_| stream.fat_tailed()).collect();
        let n = shocks.len() as f64;
        let variance = shocks.iter().map(|x| x * x).sum::<f64>() / n;
        let kurtosis = shocks.iter().map(|x| x.powi(4)).sum::<f64>() / n / variance.powi(2);
        assert!((variance - 1.0).abs() < 0.1, "{variance}");
        assert!(kurtosis > 5.0, "{kurtosis}");
    }
}
