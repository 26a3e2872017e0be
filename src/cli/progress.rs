//! Progress bars on stderr; nothing when stderr is not a terminal.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::Progress;

/// One bar at a time, removed when its stage ends.
#[derive(Default)]
pub struct Bar {
    bar: Mutex<Option<ProgressBar>>,
    /// Rows of this stage so far.
    rows: AtomicU64,
}

/// `1.2 M`, `340 k`, `56`.
fn short(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{:.1} M", v / 1e6),
        v if v >= 1e3 => format!("{:.0} k", v / 1e3),
        v => format!("{v:.0}"),
    }
}

impl Bar {
    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        // A poisoned lock only means that another thread failed while drawing.
        act(&mut self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Progress for Bar {
    fn start(&self, label: &str, total: u64) {
        let template = "{msg:24!} {wide_bar} {percent:>3} %  {prefix}{elapsed} (ETA {eta})";
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr()).with_style(style);
        bar.set_message(label.to_string());
        self.rows.store(0, Ordering::Relaxed);
        self.with(|slot| *slot = Some(bar));
    }

    fn rows(&self, rows: u64) {
        let all = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        self.with(|slot| {
            if let Some(bar) = slot {
                let rate = all as f64 / bar.elapsed().as_secs_f64().max(1e-3);
                bar.set_prefix(format!("{} rows/s  ", short(rate)));
            }
        });
    }

    fn note(&self, text: &str) {
        self.with(|slot| {
            if let Some(bar) = slot {
                bar.set_prefix(format!("{text}  "));
            }
        });
    }

    fn advance(&self, steps: u64) {
        self.with(|slot| {
            if let Some(bar) = slot {
                bar.inc(steps);
            }
        });
    }

    fn finish(&self) {
        self.with(|slot| {
            if let Some(bar) = slot.take() {
                bar.finish_and_clear();
            }
        });
    }
}
