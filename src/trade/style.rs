//! How and for how long an order works.

use std::fmt;
use std::str::FromStr;

use super::contract::Contract;
use super::order::Side;

/// How an order is to be executed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Style {
    /// At the next open.
    Market,
    /// At the close of the session's last bar.
    MarketOnClose,
    /// At this price or better, once the price has gone through it.
    Limit(f64),
    /// As a market order once this price is touched.
    Stop(f64),
    /// As a limit order once the stop is touched.
    StopLimit {
        /// Touched by.
        stop: f64,
        /// Price or better.
        limit: f64,
    },
}

impl Style {
    /// The name used in tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::MarketOnClose => "market_on_close",
            Self::Limit(_) => "limit",
            Self::Stop(_) => "stop",
            Self::StopLimit { .. } => "stop_limit",
        }
    }

    /// The same after a split of `ratio` new units for one old one.
    pub(super) fn split(&mut self, ratio: f64) {
        match self {
            Self::Market | Self::MarketOnClose => {}
            Self::Limit(price) | Self::Stop(price) => *price /= ratio,
            Self::StopLimit { stop, limit } => {
                *stop /= ratio;
                *limit /= ratio;
            }
        }
    }
}

/// How long an order works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Life {
    /// Until it is filled or the strategy changes its mind.
    #[default]
    UntilCancelled,
    /// To the end of the first session it works in.
    Day,
    /// For this many bars after the deciding one.
    Bars(u32),
}

/// A text that is no life of an order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not how long an order works; use gtc (until cancelled), day or bars:N")]
pub struct InvalidLife(String);

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UntilCancelled => write!(f, "gtc"),
            Self::Day => write!(f, "day"),
            Self::Bars(bars) => write!(f, "bars:{bars}"),
        }
    }
}

impl FromStr for Life {
    type Err = InvalidLife;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bars = |digits: &str| digits.parse().ok().filter(|bars| *bars > 0).map(Self::Bars);
        match text {
            "gtc" => Some(Self::UntilCancelled),
            "day" => Some(Self::Day),
            _ => text.strip_prefix("bars:").and_then(bars),
        }
        .ok_or_else(|| InvalidLife(text.chars().take(60).collect()))
    }
}

/// How entries are ordered, prices given as distances from the deciding close, fractions of it.
///
/// As text: `market`, `close`, `limit:0.004` (a buy 0.4 % below the close, a sale above), `stop:0.004` (a buy above, a
/// sale below), `stop-limit:0.004,0.006` (stop and limit, both on the far side).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Approach {
    /// At the next open.
    #[default]
    Market,
    /// At the close of the session's last bar.
    MarketOnClose,
    /// At a better price.
    Limit(f64),
    /// Once the price moves on.
    Stop(f64),
    /// Once the price moves on, but not at any price.
    StopLimit(f64, f64),
}

/// A text that is no approach.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is not a way to enter; use market, close, limit:0.004, stop:0.004 or stop-limit:0.004,0.006 (fractions of the \
     deciding close from 0 to below 1, the limit of a stop-limit not nearer than its stop)"
)]
pub struct InvalidApproach(String);

impl Approach {
    /// The style of an order on `side`, decided at `close`; prices on the contract's grid, in the trader's disfavour.
    #[must_use]
    pub fn style(self, side: Side, close: f64, contract: &Contract) -> Style {
        let sign = side.sign();
        let better = |distance: f64| contract.passive(side, close * (1.0 - sign * distance));
        let beyond = |distance: f64| contract.active(side, close * (1.0 + sign * distance));
        match self {
            Self::Market => Style::Market,
            Self::MarketOnClose => Style::MarketOnClose,
            Self::Limit(distance) => Style::Limit(better(distance)),
            Self::Stop(distance) => Style::Stop(beyond(distance)),
            Self::StopLimit(stop, limit) => Style::StopLimit { stop: beyond(stop), limit: beyond(limit) },
        }
    }
}

impl fmt::Display for Approach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Market => write!(f, "market"),
            Self::MarketOnClose => write!(f, "close"),
            Self::Limit(distance) => write!(f, "limit:{distance}"),
            Self::Stop(distance) => write!(f, "stop:{distance}"),
            Self::StopLimit(stop, limit) => write!(f, "stop-limit:{stop},{limit}"),
        }
    }
}

impl FromStr for Approach {
    type Err = InvalidApproach;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let distance = |text: &str| text.parse::<f64>().ok().filter(|distance| (0.0..1.0).contains(distance));
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match (kind, rest.split_once(',')) {
            ("market", None) if rest.is_empty() => Some(Self::Market),
            ("close", None) if rest.is_empty() => Some(Self::MarketOnClose),
            ("limit", None) => distance(rest).map(Self::Limit),
            ("stop", None) => distance(rest).map(Self::Stop),
            ("stop-limit", Some((stop, limit))) => distance(stop)
                .zip(distance(limit))
                .filter(|(stop, limit)| stop <= limit)
                .map(|(stop, limit)| Self::StopLimit(stop, limit)),
            _ => None,
        }
        .ok_or_else(|| InvalidApproach(text.chars().take(60).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_round_trip_and_nonsense_is_refused() {
        for text in ["market", "close", "limit:0.004", "stop:0", "stop-limit:0.004,0.006"] {
            assert_eq!(text.parse::<Approach>().unwrap().to_string(), text);
        }
        for text in ["", "limit", "limit:-0.1", "limit:1", "limit:nan", "stop:x", "stop-limit:0.006,0.004", "market:1"]
        {
            assert!(text.parse::<Approach>().is_err(), "{text}");
        }
        for text in ["gtc", "day", "bars:3"] {
            assert_eq!(text.parse::<Life>().unwrap().to_string(), text);
        }
        for text in ["", "bars:0", "bars:-1", "week"] {
            assert!(text.parse::<Life>().is_err(), "{text}");
        }
    }

    #[test]
    fn prices_lie_on_the_grid_in_the_traders_disfavour() {
        let contract = Contract { lot: None, tick: Some(0.05) };
        let close = |price: f64, wanted: f64| assert!((price - wanted).abs() < 1e-9, "{price} {wanted}");
        let prices = |approach: Approach, side| match approach.style(side, 100.02, &contract) {
            Style::Limit(price) | Style::Stop(price) => price,
            other => panic!("{other:?}"),
        };
        close(prices(Approach::Limit(0.01), Side::Buy), 99.0);
        close(prices(Approach::Limit(0.01), Side::Sell), 101.05);
        close(prices(Approach::Stop(0.01), Side::Buy), 101.05);
        close(prices(Approach::Stop(0.01), Side::Sell), 99.0);
    }
}
