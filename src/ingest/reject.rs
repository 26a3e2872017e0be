//! Reason codes of quarantined rows.

/// Why a row is not a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A stamp or number that can't be read, or too few fields.
    Unparsable,
    /// NaN, an infinity, or so large that sums of squares overflow.
    NonFinite,
    /// A price of zero or less.
    NonPositivePrice,
    /// high < max(open, close).
    HighBelowBody,
    /// low > min(open, close).
    LowAboveBody,
    /// Volume below zero.
    NegativeVolume,
    /// An intraday bar of an exchange-bound instrument outside its session.
    OutsideSession,
    /// The stamp is more than 5 s off the interval's grid.
    OffGrid,
    /// A later row of the same file has the same symbol and stamp.
    Duplicate,
}

impl Reason {
    /// The code stored in `bars_rejected.reason`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unparsable => "unparsable",
            Self::NonFinite => "non_finite",
            Self::NonPositivePrice => "non_positive_price",
            Self::HighBelowBody => "high_below_body",
            Self::LowAboveBody => "low_above_body",
            Self::NegativeVolume => "negative_volume",
            Self::OutsideSession => "outside_session",
            Self::OffGrid => "off_grid",
            Self::Duplicate => "duplicate",
        }
    }
}

/// Prices and volume of a row.
#[derive(Debug, Clone, Copy)]
pub struct Values {
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Units traded; `None` when missing.
    pub volume: Option<f64>,
    /// Volume-weighted average price; `None` when missing.
    pub vwap: Option<f64>,
}

/// Values from here on are refused: their squares overflow, and with them every variance over the column.
const TOO_LARGE: f64 = 1e150;

impl Values {
    /// No values.
    pub const UNKNOWN: Self =
        Self { open: f64::NAN, high: f64::NAN, low: f64::NAN, close: f64::NAN, volume: None, vwap: None };

    /// Checks the row in the order of the reasons; `None` is a good row.
    #[must_use]
    pub fn fault(&self) -> Option<(Reason, String)> {
        let prices = [("open", self.open), ("high", self.high), ("low", self.low), ("close", self.close)];
        let all = prices.into_iter().chain(self.volume.map(|v| ("volume", v))).chain(self.vwap.map(|v| ("vwap", v)));
        for (name, value) in all {
            if !value.is_finite() {
                return Some((Reason::NonFinite, format!("{name} is {value}")));
            }
            if value.abs() >= TOO_LARGE {
                return Some((Reason::NonFinite, format!("{name} is {value:e}, too large to compute with")));
            }
        }
        for (name, value) in prices.into_iter().chain(self.vwap.map(|v| ("vwap", v))) {
            if value <= 0.0 {
                return Some((Reason::NonPositivePrice, format!("{name} is {value}")));
            }
        }
        let (top, bottom) = (self.open.max(self.close), self.open.min(self.close));
        if self.high < top {
            return Some((Reason::HighBelowBody, format!("high {} is below {top}", self.high)));
        }
        if self.low > bottom {
            return Some((Reason::LowAboveBody, format!("low {} is above {bottom}", self.low)));
        }
        let volume = self.volume.filter(|volume| *volume < 0.0)?;
        Some((Reason::NegativeVolume, format!("volume is {volume}")))
    }
}
