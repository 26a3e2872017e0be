//! The statistics against SciPy, statsmodels and arch, against closed forms, and on what real runs leave behind.

mod bad_input;
mod golden;
mod laws;
mod luck;
mod noise;
mod selection;

/// Size and bounds of a study: `full` in the slow step of `.ci/run` (`WS_STUDIES=full`), else `usual`, whose bounds are as
/// much wider as its sample is smaller.
fn study<T>(usual: T, full: T) -> T {
    if std::env::var("WS_STUDIES").is_ok_and(|size| size == "full") { full } else { usual }
}

/// A SYNTHETIC series, made as `tests/peers/stats_peer.py` makes it.
pub fn series(seed: u64, n: usize, phi: f64, level: f64, scale: f64) -> Vec<f64> {
    let (mut state, mut y) = (seed, 0.0);
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    (0..n)
        .map(|_| {
            let shock = (0..12).fold(0.0, |sum, _| sum + uniform());
            y = phi * y + (shock - 6.0);
            level + scale * y
        })
        .collect()
}
