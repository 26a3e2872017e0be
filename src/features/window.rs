//! Windows by name: the short way to say which bars an expression looks at.
//!
//! | name | bars |
//! |---|---|
//! | `last_20` | the bar and the 19 before it |
//! | `prior_20` | the 20 before it, without the bar itself |
//! | `session` | the bar and those before it in its trading session |
//! | `series` | for `lag(x, k)` only: the bar k before it |
//! | `peers` | every member's bar of the same length that closes at the same instant |
//!
//! The first four stay within one symbol and interval. The generated script defines those it uses in a `WINDOW`
//! clause, so that expressions stand in it as they were written.

/// Most bars a window by name reaches back.
pub(super) const LONGEST: usize = 10_000;

/// Minutes of the longest day, when clocks go back: no session has more bars.
const DAY: usize = 1_500;

/// A named window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Window {
    /// `last_<n>`
    Last(usize),
    /// `prior_<n>`
    Prior(usize),
    /// `session`
    Session,
    /// `series`
    Series,
    /// `peers`
    Peers,
}

impl Window {
    /// The window of this name; `None` when no window is called so.
    ///
    /// # Errors
    /// A number of bars that can't be used.
    pub(super) fn named(name: &str) -> Result<Option<Self>, String> {
        let bars = |digits: &str| match digits.parse() {
            Ok(bars) if (1..=LONGEST).contains(&bars) && !digits.starts_with('0') => Ok(bars),
            _ => Err(format!("window '{name}': the number of bars must be from 1 to {LONGEST}")),
        };
        Ok(match name {
            "session" => Some(Self::Session),
            "series" => Some(Self::Series),
            "peers" => Some(Self::Peers),
            _ => match (name.strip_prefix("last_"), name.strip_prefix("prior_")) {
                (Some(digits), _) => Some(Self::Last(bars(digits)?)),
                (_, Some(digits)) => Some(Self::Prior(bars(digits)?)),
                _ => None,
            },
        })
    }

    /// How many bars before the newest it reaches.
    pub(super) fn back(self) -> usize {
        match self {
            Self::Last(bars) => bars - 1,
            Self::Prior(bars) => bars,
            Self::Session => DAY - 1,
            Self::Series | Self::Peers => 0,
        }
    }

    /// How many bars must lie before the first value.
    pub(super) fn warmup(self) -> usize {
        match self {
            Self::Session => 0,
            other => other.back(),
        }
    }

    /// `last_20 AS (PARTITION BY ..)`
    pub(super) fn definition(self) -> String {
        let series = "PARTITION BY symbol, interval ORDER BY ts";
        let frame = |from: usize, to: &str| format!("({series} ROWS BETWEEN {from} PRECEDING AND {to})");
        match self {
            Self::Last(bars) => format!("last_{bars} AS {}", frame(bars - 1, "CURRENT ROW")),
            Self::Prior(bars) => format!("prior_{bars} AS {}", frame(bars, "1 PRECEDING")),
            Self::Session => format!(
                "session AS (PARTITION BY symbol, interval, session_date ORDER BY ts \
                 ROWS BETWEEN {} PRECEDING AND CURRENT ROW)",
                DAY - 1
            ),
            Self::Series => format!("series AS ({series})"),
            Self::Peers => format!("peers AS ({PEERS})"),
        }
    }
}

/// The bars that a cross-section compares: known at the same instant, not just of the same start.
pub(super) const PEERS: &str = "PARTITION BY interval, close_ts, member";

/// The same as arguments of the cross-sectional functions.
pub(super) const PEER_COLUMNS: &str = ", interval, close_ts, member";

/// The cross-sectional functions, as macros of the script: name and definition.
pub(super) const ACROSS: [(&str, &str); 2] = [
    (
        "cs_rank",
        "-- Rank among the peers from 0 to 1, ties in the middle, as pandas' rank(pct=True); for members only.\n\
         CREATE OR REPLACE TEMP MACRO cs_rank(x, len, known, member) AS\n    CASE WHEN member AND x IS NOT NULL THEN\n        \
         (rank() OVER (PARTITION BY len, known, member ORDER BY x NULLS LAST)\n         \
         + (count(*) OVER (PARTITION BY len, known, member, x) - 1) / 2)\n        \
         / count(x) OVER (PARTITION BY len, known, member) END;\n",
    ),
    (
        "cs_zscore",
        "-- Distance from the peers' mean in their sample deviations; for members only.\n\
         CREATE OR REPLACE TEMP MACRO cs_zscore(x, len, known, member) AS\n    CASE WHEN member THEN\n        \
         (x - avg(x) OVER (PARTITION BY len, known, member))\n        \
         / nullif(stddev_samp(x) OVER (PARTITION BY len, known, member), 0) END;\n",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_the_bars() {
        assert_eq!(Window::named("last_20"), Ok(Some(Window::Last(20))));
        assert_eq!(Window::named("prior_1"), Ok(Some(Window::Prior(1))));
        assert_eq!(Window::named("next_5"), Ok(None));
        for bad in ["last_0", "last_", "last_-1", "prior_99999", "last_05", "last_1e3"] {
            assert!(Window::named(bad).is_err(), "{bad}");
        }
        assert_eq!(Window::Last(20).back(), 19);
        assert_eq!(Window::Prior(20).back(), 20);
        assert!(Window::Last(3).definition().ends_with("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"));
    }
}
