//! `[validation]`: which time is for choosing, and which is left untouched.
//!
//! | scheme | keys | meaning |
//! |---|---|---|
//! | `holdout` | `valid` = 0.3 | the last part of the development period judges |
//! | `walk_forward` | `train`, `valid` in sessions, `expanding` | train, judge the sessions after, move on by `valid` |
//! | `kfold` | `folds` = 5 | each of so many parts judges what was fitted on the others |
//! | `cpcv` | `folds` = 6, `test_folds` = 2 | every combination of parts judges; the parts make several paths |
//!
//! `test` is the share of sessions, at the end, that no trial sees (0.2), or the first day of them. `embargo` is the
//! number of bars of each symbol, counted in its own, kept free around every boundary, besides the purge of labels that reach
//! across one.

use super::error::SpecError;
use super::section::Section;
use crate::domain::Ts;

/// How trials are judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scheme {
    /// One split.
    Holdout {
        /// Share of the sessions that judge.
        valid: f64,
    },
    /// Windows that move on in time.
    WalkForward {
        /// Sessions to learn from or choose on.
        train: usize,
        /// Sessions judged before the next one.
        valid: usize,
        /// Whether training begins with the first session every time.
        expanding: bool,
    },
    /// Each part once.
    KFold {
        /// Parts.
        folds: usize,
    },
    /// Every combination of parts.
    Combinatorial {
        /// Parts.
        folds: usize,
        /// Parts that judge at a time.
        test_folds: usize,
    },
}

impl Scheme {
    /// Name in files and tables.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holdout { .. } => "holdout",
            Self::WalkForward { .. } => "walk_forward",
            Self::KFold { .. } => "kfold",
            Self::Combinatorial { .. } => "cpcv",
        }
    }
}

/// Where the untouched end begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TestPeriod {
    /// A share of the sessions.
    Share(f64),
    /// With this instant.
    From(Ts),
}

/// What the table says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Validation {
    /// How trials are judged.
    pub scheme: Scheme,
    /// What no trial sees.
    pub test: TestPeriod,
    /// Bars kept free around boundaries; `None` is the lookback of a model, and 0 for a strategy.
    pub embargo: Option<usize>,
    /// Line of the table.
    pub line: usize,
}

const SCHEMES: [&str; 4] = ["holdout", "walk_forward", "kfold", "cpcv"];
/// Most combinations: each of them is a fit.
const MOST_COMBINATIONS: u64 = 2_000;

/// Reads the table; a holdout when there is none.
pub fn read(section: Option<&Section<'_>>) -> Result<Validation, SpecError> {
    let Some(section) = section else {
        let (scheme, test) = (Scheme::Holdout { valid: 0.3 }, TestPeriod::Share(0.2));
        return Ok(Validation { scheme, test, embargo: None, line: 1 });
    };
    let name = section.text("scheme")?.unwrap_or_else(|| "holdout".into());
    let scheme = match name.as_str() {
        "holdout" => Scheme::Holdout { valid: share(section, "valid", 0.3)? },
        "walk_forward" => walk_forward(section)?,
        "kfold" => Scheme::KFold { folds: count(section, "folds", 5, 2)? },
        "cpcv" => combinatorial(section)?,
        other => {
            let known = SCHEMES.join(", ");
            return Err(section.wrong("scheme", format!("unknown scheme '{other}'; there are {known}")));
        }
    };
    let embargo = section.whole("embargo", 0..=1_000_000)?.map(|bars| bars as usize);
    let test = test(section)?;
    section.finish()?;
    Ok(Validation { scheme, test, embargo, line: section.line("scheme") })
}

fn share(section: &Section<'_>, key: &str, default: f64) -> Result<f64, SpecError> {
    let value = section.number(key)?.unwrap_or(default);
    if value > 0.0 && value < 1.0 {
        return Ok(value);
    }
    Err(section.wrong(key, format!("{} = {value} must be a share between 0 and 1", section.called(key))))
}

fn count(section: &Section<'_>, key: &str, default: usize, least: i64) -> Result<usize, SpecError> {
    Ok(section.whole(key, least..=10_000)?.map_or(default, |value| value as usize))
}

fn walk_forward(section: &Section<'_>) -> Result<Scheme, SpecError> {
    let needed = |key: &str| {
        let sessions = section.whole(key, 1..=1_000_000)?;
        let missing =
            || section.wrong(key, format!("walk_forward needs {} in sessions, like 250", section.called(key)));
        sessions.map(|sessions| sessions as usize).ok_or_else(missing)
    };
    let (train, valid) = (needed("train")?, needed("valid")?);
    Ok(Scheme::WalkForward { train, valid, expanding: section.flag("expanding")?.unwrap_or(false) })
}

fn combinatorial(section: &Section<'_>) -> Result<Scheme, SpecError> {
    let (folds, test_folds) = (count(section, "folds", 6, 3)?, count(section, "test_folds", 2, 1)?);
    if test_folds >= folds {
        let reason = format!("test_folds = {test_folds} must be below folds = {folds}: something has to train");
        return Err(section.wrong("test_folds", reason));
    }
    match combinations(folds as u64, test_folds as u64) {
        Some(n) if n <= MOST_COMBINATIONS => Ok(Scheme::Combinatorial { folds, test_folds }),
        n => {
            let many = n.map_or_else(|| "more than 10^19".to_string(), |n| n.to_string());
            Err(section.wrong(
                "folds",
                format!(
                    "{folds} folds by {test_folds} are {many} combinations a trial; at most {MOST_COMBINATIONS} can be run"
                ),
            ))
        }
    }
}

/// How many ways there are to choose `k` of `n`; `None` where they are more than a `u64` can count.
#[must_use]
pub fn combinations(n: u64, k: u64) -> Option<u64> {
    let Some(rest) = n.checked_sub(k) else { return Some(0) };
    let ways = |ways: u64, i: u64| u64::try_from(u128::from(ways) * u128::from(n - i) / u128::from(i + 1)).ok();
    (0..k.min(rest)).try_fold(1, ways)
}

fn test(section: &Section<'_>) -> Result<TestPeriod, SpecError> {
    let wanted = || {
        section.wrong("test", "validation.test must be a share of the sessions, like 0.2, or a day, like 2024-01-31")
    };
    if !section.has("test") {
        return Ok(TestPeriod::Share(0.2));
    }
    if let Ok(Some(day)) = section.moment("test") {
        return Ts::parse(&day).map(TestPeriod::From).ok_or_else(wanted);
    }
    match section.number("test").map_err(|_| wanted())? {
        Some(share) if share > 0.0 && share < 1.0 => Ok(TestPeriod::Share(share)),
        _ => Err(wanted()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_are_counted_or_known_to_be_too_many() {
        assert_eq!(
            [(6, 2), (5, 0), (5, 5), (3, 4), (0, 0)].map(|(n, k)| combinations(n, k)),
            [15, 1, 1, 0, 1].map(Some)
        );
        // The largest that fits, and the next: intermediate products do not decide.
        assert_eq!(combinations(67, 33), Some(14_226_520_737_620_288_370));
        assert_eq!(combinations(68, 34), None);
        assert_eq!(combinations(10_000, 5_000), None);
        assert_eq!(combinations(u64::MAX, 1), Some(u64::MAX));
    }
}
