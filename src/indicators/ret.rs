//! Simple return over n bars.
//!
//! `ret(t) = x(t) / x(t−n) − 1`, a fraction; `roc(t) = 100 · ret(t)`, in percent. Unknown when the older value is 0.
//! First value at bar n; memory finite, n + 1 bars. Source: TA-Lib ROCP and ROC.

use serde::{Deserialize, Serialize};

use super::window::Window;

/// Simple return.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ret {
    window: Window,
}

impl Ret {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { window: Window::new(n.max(1).saturating_add(1)) }
    }

    /// Takes the newest value; gives the return once `n` bars came before it.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            self.window.clear();
            return None;
        }
        if !self.window.push(value) {
            return None;
        }
        let old = self.window.oldest().filter(|old| *old != 0.0)?;
        Some(value / old - 1.0)
    }
}

/// Rate of change: the simple return in percent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Roc {
    ret: Ret,
}

impl Roc {
    /// Over `n` bars; 0 counts as 1.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self { ret: Ret::new(n) }
    }

    /// Takes the newest value; gives the rate once `n` bars came before it.
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.ret.update(value).map(|ret| 100.0 * ret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let (mut ret, mut roc) = (Ret::new(2), Roc::new(2));
        assert_eq!([4.0, 0.0, 5.0, 6.0].map(|x| ret.update(x)), [None, None, Some(0.25), None]);
        assert_eq!([4.0, 0.0, 5.0, 6.0].map(|x| roc.update(x)), [None, None, Some(25.0), None]);
    }
}
