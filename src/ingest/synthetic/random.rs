//! Seeded shocks.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A portable random stream: the same seed and stream give the same numbers everywhere.
pub struct Stream {
    rng: ChaCha8Rng,
    /// The second of a pair of normals.
    spare: Option<f64>,
}

impl Stream {
    /// Stream `number` of a seed; streams don't overlap.
    pub fn new(seed: u64, number: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(number);
        Self { rng, spare: None }
    }

    /// Uniform in [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.rng.random::<f64>()
    }

    /// Uniform in (0, 1]: its logarithm is finite.
    pub fn positive(&mut self) -> f64 {
        1.0 - self.uniform()
    }

    /// Standard normal (Box-Muller, both of a pair used).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * self.positive().ln()).sqrt();
        let (sin, cos) = (std::f64::consts::TAU * self.uniform()).sin_cos();
        self.spare = Some(radius * sin);
        radius * cos
    }

    /// Student-t with 4 degrees of freedom, scaled to unit variance (its own is 2), cut at 12.
    ///
    /// By its quantile function: with `a = 4u(1-u)` and `q = cos(acos(sqrt a) / 3) / sqrt a` it is
    /// `sign(u - 1/2) * 2 * sqrt(q - 1)` (Shaw, "Sampling Student's T distribution", 2006).
    pub fn fat_tailed(&mut self) -> f64 {
        let u = self.positive();
        let root = (4.0 * u * (1.0 - u)).sqrt();
        if root < 1e-12 {
            return 12.0;
        }
        let q = (root.min(1.0).acos() / 3.0).cos() / root;
        let t = 2.0 * (q - 1.0).max(0.0).sqrt();
        (t.copysign(u - 0.5) / std::f64::consts::SQRT_2).clamp(-12.0, 12.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shocks_are_students_t_with_unit_variance() {
        let mut stream = Stream::new(1, 0);
        let mut shocks: Vec<f64> = (0..200_000).map(|_| stream.fat_tailed()).collect();
        let n = shocks.len() as f64;
        let variance = shocks.iter().map(|x| x * x).sum::<f64>() / n;
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
        shocks.sort_by(f64::total_cmp);
        // Quantiles of t with 4 degrees of freedom from tables: 0.741 (75 %), 2.132 (95 %), 3.747 (99 %).
        for (p, t) in [(0.75, 0.741), (0.95, 2.132), (0.99, 3.747), (0.05, -2.132)] {
            let found = shocks[(p * n) as usize] * std::f64::consts::SQRT_2;
            assert!((found - t).abs() < 0.06, "{p}: {found} beside {t}");
        }
    }

    #[test]
    fn normals_are_normal_and_independent_within_a_pair() {
        let mut stream = Stream::new(2, 0);
        let pairs: Vec<(f64, f64)> = (0..100_000).map(|_| (stream.normal(), stream.normal())).collect();
        let mean = |f: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(f).sum::<f64>() / pairs.len() as f64;
        assert!((mean(&|p| p.0 * p.0) - 1.0).abs() < 0.02 && (mean(&|p| p.1 * p.1) - 1.0).abs() < 0.02);
        assert!(mean(&|p| p.0 * p.1).abs() < 0.015 && mean(&|p| p.0.powi(4)) > 2.8);
    }
}
