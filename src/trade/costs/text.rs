//! Costs as short texts.
//!
//! | text | commission |
//! |---|---|
//! | `fraction:0.001` | 0.10 % of the value |
//! | `flat:20` | 20 an order |
//! | `per-share:0.005,min=1,max=0.01` | 0.005 a share, at least 1, at most 1 % of the value; `min` and `max` may be left out |
//! | `tiered:value,0=0.001,100000=0.0005` | 0.10 % of the value up to 100 000, 0.05 % of what is above; `tiered:units,..` counts units and the rates are currency a unit |
//! | `in-delivery` | a schedule with its own brokerage |
//! | `in-intraday,brokerage=0.0003,cap=20` | a schedule, its brokerage replaced; keys `brokerage` (a fraction), `per-share`, `min`, `cap` (currency), `max` (a fraction); a key left out is 0, a bound left out is none |
//!
//! | text | slippage |
//! |---|---|
//! | `bps:5` | 5 basis points |
//! | `half-spread:0.01` | 0.01 of currency |
//! | `volume-share:0.1` | 0.1 times the squared share of the bar's volume |
//!
//! Written texts read back to the same costs.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::catalogue::schedules;
use super::commission::{Commission, Levy};
use super::error::CostsError;
use super::slippage::Slippage;
use super::tariff::{Tariff, TierBasis, Tiers};
use crate::domain::shown;

/// Largest amount of currency, and of currency a unit.
const AMOUNT: f64 = 1e9;

impl FromStr for Commission {
    type Err = CostsError;

    fn from_str(text: &str) -> Result<Self, CostsError> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let commission = match kind.trim() {
            "fraction" => number(rest, 1.0).map(Self::Fraction),
            "flat" => number(rest, AMOUNT).map(Self::Flat),
            "per-share" => per_share(rest),
            "tiered" => tiers(rest).map(|tiers| Self::Tiered(Arc::new(tiers))),
            _ => return levy(text),
        };
        commission.map_err(|problem| refused("commission", text, problem))
    }
}

impl FromStr for Slippage {
    type Err = CostsError;

    fn from_str(text: &str) -> Result<Self, CostsError> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let slippage = match kind.trim() {
            "bps" => number(rest, 10_000.0).map(Self::Bps),
            "half-spread" => number(rest, AMOUNT).map(Self::HalfSpread),
            "volume-share" => number(rest, 1.0).map(Self::VolumeShare),
            _ => Err("not a form of slippage".into()),
        };
        slippage.map_err(|problem| refused("slippage", text, problem))
    }
}

/// A number from 0 to below `limit`.
fn number(text: &str, limit: f64) -> Result<f64, String> {
    let number = text.trim().parse::<f64>().ok().filter(|number| (0.0..limit).contains(number));
    // Adding 0 makes 0 of -0.
    number.map(|number| number + 0.0).ok_or_else(|| {
        let text = shown(text.trim());
        format!("'{text}' is not a number from 0 to below {limit}")
    })
}

/// `key=value` pairs, each key once.
fn pairs(text: &str) -> Result<Vec<(&str, &str)>, String> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for part in text.split(',') {
        let Some((key, value)) = part.split_once('=') else {
            return Err(format!("'{}' is not a pair such as min=1", shown(part)));
        };
        let key = key.trim();
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(format!("'{}' is given twice", shown(key)));
        }
        pairs.push((key, value));
    }
    Ok(pairs)
}

fn per_share(text: &str) -> Result<Commission, String> {
    let (per_share, bounds) = text.split_once(',').map_or((text, None), |(first, rest)| (first, Some(rest)));
    let (mut min, mut max) = (0.0, f64::INFINITY);
    for (key, value) in bounds.map_or(Ok(Vec::new()), pairs)? {
        match key {
            "min" => min = number(value, AMOUNT)?,
            "max" => max = number(value, 1.0)?,
            _ => return Err(format!("unknown key '{}', known are min and max", shown(key))),
        }
    }
    Ok(Commission::PerShare { per_share: number(per_share, AMOUNT)?, min, max })
}

fn tiers(text: &str) -> Result<Tiers, String> {
    let (basis, steps) = text.split_once(',').unwrap_or((text, ""));
    let (basis, limit) = match basis.trim() {
        "value" => (TierBasis::Value, 1.0),
        "units" => (TierBasis::Units, 1e6),
        other => return Err(format!("'{}' is neither value nor units", shown(other))),
    };
    let step = |(from, rate): (&str, &str)| Ok((number(from, 1e15)?, number(rate, limit)?));
    Tiers::new(basis, pairs(steps)?.into_iter().map(step).collect::<Result<_, String>>()?)
}

/// A schedule by name, perhaps with another brokerage.
fn levy(text: &str) -> Result<Commission, CostsError> {
    let (name, keys) = text.split_once(',').map_or((text, None), |(name, keys)| (name, Some(keys)));
    let Some(schedule) = schedules()?.iter().find(|schedule| schedule.name == name.trim()) else {
        return Err(refused("commission", text, "neither a form nor a schedule".into()));
    };
    let brokerage = keys.map_or(Ok(schedule.brokerage), tariff);
    let brokerage = brokerage.map_err(|problem| refused("commission", text, problem))?;
    Ok(Commission::Schedule(Levy { schedule: Arc::clone(schedule), brokerage }))
}

fn tariff(text: &str) -> Result<Tariff, String> {
    let mut tariff = Tariff::FREE;
    for (key, value) in pairs(text)? {
        match key {
            "brokerage" => tariff.rate = number(value, 1.0)?,
            "per-share" => tariff.per_unit = number(value, AMOUNT)?,
            "min" => tariff.min = number(value, AMOUNT)?,
            "cap" => tariff.cap = number(value, AMOUNT)?,
            "max" => tariff.max = number(value, 1.0)?,
            _ => {
                let known = "brokerage, per-share, min, cap and max";
                return Err(format!("unknown key '{}', known are {known}", shown(key)));
            }
        }
    }
    Ok(tariff)
}

fn refused(what: &'static str, given: &str, problem: String) -> CostsError {
    let wanted = if what == "slippage" {
        "bps:5, half-spread:0.01 (currency) or volume-share:0.1".to_string()
    } else {
        let names = schedules().unwrap_or_default().iter().map(|schedule| schedule.name.as_str());
        format!(
            "fraction:0.001, flat:20, per-share:0.005,min=1,max=0.01, tiered:value,0=0.001,100000=0.0005, or a schedule \
             ({}) such as in-intraday,brokerage=0.0003,cap=20",
            names.collect::<Vec<_>>().join(", ")
        )
    };
    CostsError::Text { what, given: shown(given), problem, wanted }
}

impl fmt::Display for Commission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fraction(rate) => write!(f, "fraction:{rate}"),
            Self::Flat(amount) => write!(f, "flat:{amount}"),
            Self::PerShare { per_share, min, max } => {
                write!(f, "per-share:{per_share}")?;
                keys(f, &[("min", *min, 0.0), ("max", *max, f64::INFINITY)])
            }
            Self::Tiered(tiers) => {
                let basis = if tiers.basis() == TierBasis::Value { "value" } else { "units" };
                write!(f, "tiered:{basis}")?;
                tiers.steps().iter().try_for_each(|(from, rate)| write!(f, ",{from}={rate}"))
            }
            Self::Schedule(Levy { schedule, brokerage }) if *brokerage == schedule.brokerage => {
                f.write_str(&schedule.name)
            }
            Self::Schedule(Levy { schedule, brokerage }) => {
                write!(f, "{},brokerage={}", schedule.name, brokerage.rate)?;
                let bounds = [("cap", brokerage.cap, f64::INFINITY), ("max", brokerage.max, f64::INFINITY)];
                keys(f, &[("per-share", brokerage.per_unit, 0.0), ("min", brokerage.min, 0.0)])?;
                keys(f, &bounds)
            }
        }
    }
}

/// `,key=value` for every value that is not the one of a key left out.
fn keys(f: &mut fmt::Formatter<'_>, keys: &[(&str, f64, f64)]) -> fmt::Result {
    let told = keys.iter().filter(|(_, value, absent)| value != absent);
    told.into_iter().try_for_each(|(key, value, _)| write!(f, ",{key}={value}"))
}

impl fmt::Display for Slippage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bps(bps) => write!(f, "bps:{bps}"),
            Self::HalfSpread(half) => write!(f, "half-spread:{half}"),
            Self::VolumeShare(coefficient) => write!(f, "volume-share:{coefficient}"),
        }
    }
}
