//! Sentiment between any strategy and its entries.
//!
//! The newest score of an asset, from -1 to 1, decides on longs: below `block_below` (-0.3) they are suppressed,
//! above `boost_above` (0.5) their confidence is multiplied by `boost` (1.2) and capped at 1. Exactly at a level
//! nothing happens. Shorts pass untouched whatever the score, as does any entry of an asset without a known score,
//! and a confidence that there is none of stays none. Exits never come here.
//!
//! The gate counts what it did with every entry, so that a run can tell what it was not protected by.

use std::fmt;
use std::str::FromStr;

use super::event::Direction;
use super::strategies::Enter;

/// Levels of the gate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SentimentLevels {
    /// A score below this suppresses longs; from -1 to 1.
    pub block_below: f64,
    /// A score above this makes longs surer; from -1 to 1.
    pub boost_above: f64,
    /// Factor of confidence then; from 1 to 100.
    pub boost: f64,
}

impl Default for SentimentLevels {
    fn default() -> Self {
        Self { block_below: -0.3, boost_above: 0.5, boost: 1.2 }
    }
}

impl fmt::Display for SentimentLevels {
    /// `-0.3,0.5,1.2`: block below, boost above, boost.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{},{}", self.block_below, self.boost_above, self.boost)
    }
}

impl FromStr for SentimentLevels {
    type Err = InvalidLevels;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let numbers = text.split(',').map(|number| number.trim().parse::<f64>()).collect::<Result<Vec<_>, _>>();
        match numbers.as_deref() {
            Ok([block_below, boost_above, boost]) => {
                Self { block_below: *block_below, boost_above: *boost_above, boost: *boost }.check()
            }
            _ => Err(InvalidLevels::Text),
        }
    }
}

/// Levels that make no gate.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum InvalidLevels {
    /// Not three numbers.
    #[error("use three numbers like -0.3,0.5,1.2")]
    Text,
    /// Out of range.
    #[error("sentiment {name}={value}: use a number from {min} to {max}")]
    Range {
        /// Level.
        name: &'static str,
        /// What was given.
        value: f64,
        /// Smallest allowed.
        min: f64,
        /// Largest allowed.
        max: f64,
    },
    /// A score could both suppress and boost.
    #[error("sentiment block_below={block_below} must not be above boost_above={boost_above}")]
    Crossed {
        /// Given.
        block_below: f64,
        /// Given.
        boost_above: f64,
    },
}

impl SentimentLevels {
    /// The same levels, if they make a gate.
    ///
    /// # Errors
    /// A level out of range or not a number; the two levels of the score crossed.
    pub fn check(self) -> Result<Self, InvalidLevels> {
        let Self { block_below, boost_above, boost } = self;
        let levels = [
            ("block_below", block_below, -1.0, 1.0),
            ("boost_above", boost_above, -1.0, 1.0),
            ("boost", boost, 1.0, 100.0),
        ];
        for (name, value, min, max) in levels {
            if !(min..=max).contains(&value) {
                return Err(InvalidLevels::Range { name, value, min, max });
            }
        }
        if block_below > boost_above {
            return Err(InvalidLevels::Crossed { block_below, boost_above });
        }
        Ok(self)
    }
}

/// Why an entry was suppressed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suppressed {
    /// Newest score of the asset.
    pub score: f64,
    /// Smallest score that lets a long pass.
    pub limit: f64,
}

impl fmt::Display for Suppressed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sentiment: the score is {:.3}, longs need {:.3}", self.score, self.limit)
    }
}

/// What became of the entries; each is in exactly one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GateCounts {
    /// Passed untouched with a score known.
    pub passed: u64,
    /// Longs passed with their confidence raised.
    pub boosted: u64,
    /// Longs suppressed.
    pub suppressed: u64,
    /// Passed because no score was known.
    pub unknown: u64,
}

impl fmt::Display for GateCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, boosted, suppressed, unknown } = self;
        let all = passed + boosted + suppressed + unknown;
        write!(f, "sentiment gate: suppressed {suppressed}, boosted {boosted} of {all} entries")?;
        if *unknown > 0 {
            write!(f, ", no score was known for {unknown}")?;
        }
        Ok(())
    }
}

/// The gate, with the newest score of every asset.
#[derive(Debug, Clone)]
pub struct SentimentGate {
    levels: SentimentLevels,
    /// NaN while unknown.
    scores: Vec<f64>,
    counts: GateCounts,
}

impl SentimentGate {
    /// A gate for `assets` assets, no score known.
    #[must_use]
    pub fn new(levels: SentimentLevels, assets: usize) -> Self {
        Self { levels, scores: vec![f64::NAN; assets], counts: GateCounts::default() }
    }

    /// Takes the newest score of an asset; one that is no number makes it unknown.
    #[inline]
    pub fn observe(&mut self, asset: usize, score: f64) {
        if let Some(newest) = self.scores.get_mut(asset) {
            *newest = score;
        }
    }

    /// Lets an entry pass, surer where the score is good, or says why not.
    ///
    /// # Errors
    /// A long at a score below the level.
    pub fn apply(&mut self, asset: usize, enter: Enter) -> Result<Enter, Suppressed> {
        let score = self.scores.get(asset).copied().unwrap_or(f64::NAN);
        let long = enter.direction == Direction::Long;
        if score.is_nan() {
            self.counts.unknown += 1;
        } else if long && score < self.levels.block_below {
            self.counts.suppressed += 1;
            return Err(Suppressed { score, limit: self.levels.block_below });
        } else if long && score > self.levels.boost_above {
            self.counts.boosted += 1;
            let confidence = enter.confidence.map(|confidence| (confidence * self.levels.boost).clamp(0.0, 1.0));
            return Ok(Enter { confidence, ..enter });
        } else {
            self.counts.passed += 1;
        }
        Ok(enter)
    }

    /// What became of the entries so far.
    #[must_use]
    pub fn counts(&self) -> GateCounts {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: GateCounts = GateCounts { passed: 0, boosted: 0, suppressed: 0, unknown: 0 };

    fn entry(direction: Direction, confidence: Option<f64>) -> Enter {
        Enter { confidence, ..Enter::market(direction) }
    }

    /// What a fresh gate with the defaults makes of an entry at a score.
    fn at(score: f64, enter: Enter) -> (Result<Enter, Suppressed>, GateCounts) {
        let mut gate = SentimentGate::new(SentimentLevels::default(), 1);
        gate.observe(0, score);
        let answer = gate.apply(0, enter);
        (answer, gate.counts())
    }

    #[test]
    fn longs_are_suppressed_below_the_level_and_surer_above_the_other() {
        let long = entry(Direction::Long, Some(0.5));
        let suppressed = Err(Suppressed { score: -0.31, limit: -0.3 });
        assert_eq!(at(-0.31, long), (suppressed, GateCounts { suppressed: 1, ..NONE }));
        for score in [-0.3, 0.0, 0.5] {
            assert_eq!(at(score, long), (Ok(long), GateCounts { passed: 1, ..NONE }));
        }
        let (surer, counts) = at(0.51, long);
        assert!((surer.unwrap().confidence.unwrap() - 0.6).abs() < 1e-12);
        assert_eq!(counts, GateCounts { boosted: 1, ..NONE });
        assert_eq!(at(1.0, entry(Direction::Long, Some(0.9))).0.unwrap().confidence, Some(1.0));
        let unsure = entry(Direction::Long, None);
        assert_eq!(at(1.0, unsure).0, Ok(unsure));
        let reason = at(-0.5, long).0.unwrap_err().to_string();
        assert_eq!(reason, "sentiment: the score is -0.500, longs need -0.300");
    }

    #[test]
    fn shorts_pass_untouched() {
        let short = entry(Direction::Short, Some(0.5));
        for score in [-1.0, 0.0, 1.0] {
            assert_eq!(at(score, short), (Ok(short), GateCounts { passed: 1, ..NONE }));
        }
    }

    #[test]
    fn the_newest_score_of_the_asset_counts_and_an_unknown_one_passes() {
        let long = entry(Direction::Long, Some(0.5));
        let mut gate = SentimentGate::new(SentimentLevels::default(), 2);
        assert_eq!(gate.apply(0, long), Ok(long));
        gate.observe(0, -0.9);
        assert!(gate.apply(0, long).is_err());
        assert_eq!(gate.apply(1, long), Ok(long));
        gate.observe(0, 0.1);
        assert_eq!(gate.apply(0, long), Ok(long));
        gate.observe(0, f64::NAN);
        assert_eq!(gate.apply(0, long), Ok(long));
        assert_eq!(gate.counts(), GateCounts { passed: 1, suppressed: 1, unknown: 3, boosted: 0 });
        let told = "sentiment gate: suppressed 1, boosted 0 of 5 entries, no score was known for 3";
        assert_eq!(gate.counts().to_string(), told);
    }

    #[test]
    fn levels_that_make_no_gate_are_refused() {
        let defaults = SentimentLevels::default();
        assert_eq!(defaults.check(), Ok(defaults));
        let text = |levels: SentimentLevels| levels.check().unwrap_err().to_string();
        let wanted = "sentiment block_below=-1.5: use a number from -1 to 1";
        assert_eq!(text(SentimentLevels { block_below: -1.5, ..defaults }), wanted);
        let wanted = "sentiment boost=NaN: use a number from 1 to 100";
        assert_eq!(text(SentimentLevels { boost: f64::NAN, ..defaults }), wanted);
        let wanted = "sentiment block_below=0.6 must not be above boost_above=0.5";
        assert_eq!(text(SentimentLevels { block_below: 0.6, ..defaults }), wanted);
    }
}
