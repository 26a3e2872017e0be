//! Flags of orders: how entries work, when nothing is held or traded.

use super::instant;
use crate::backtest::{Config, Halt, HoldingTime};
use crate::domain::Symbol;
use crate::trade::{Approach, Direction, Life, SentimentLevels};

/// How entries work, and when nothing is held or traded.
#[derive(Debug, Clone, clap::Args)]
pub struct Orders {
    /// How entries are ordered: market, close (of the session), limit:0.004, stop:0.004 or stop-limit:0.004,0.006, as
    /// fractions of the deciding close [default: market]
    #[arg(long, value_name = "STYLE")]
    entry: Option<Approach>,
    /// How long entries work: gtc, day or bars:N [default: gtc]
    #[arg(long)]
    life: Option<Life>,
    /// Largest share of a bar's volume; the rest goes on working. 0 is none [default: none]
    #[arg(long, value_name = "FRACTION")]
    volume_cap: Option<f64>,
    /// Smallest tradable quantity; 0 is any [default: the instrument's]
    #[arg(long, value_name = "UNITS")]
    lot: Option<f64>,
    /// Smallest price step; 0 is any [default: the instrument's]
    #[arg(long, value_name = "PRICE")]
    tick: Option<f64>,
    /// Leave every position at the end of the session; =off holds over night [default: the strategy's]
    #[arg(long, value_name = "on|off", num_args = 0..=1, require_equals = true, default_missing_value = "on", value_parser = on_off)]
    square_off: Option<bool>,
    /// Longest time a position is held: 90m or 8h of trading within days, 2d on daily bars [default: the strategy's]
    #[arg(long, value_name = "TIME")]
    max_holding: Option<HoldingTime>,
    /// Directions allowed [default: both]
    #[arg(long, value_name = "both|long|short")]
    direction: Option<Allowed>,
    /// Suppress longs at a sentiment score below BLOCK, multiply their confidence by FACTOR above BOOST
    /// [default: off; -0.3,0.5,1.2 when given without levels]
    #[arg(long, value_name = "BLOCK,BOOST,FACTOR", num_args = 0..=1, require_equals = true, default_missing_value = "-0.3,0.5,1.2", value_parser = levels)]
    sentiment_gate: Option<SentimentLevels>,
    /// Instrument whose closes are the volatility index of strategy model, which then holds entries back below 15 unless
    /// --param vol_index_min says otherwise
    #[arg(long, value_name = "SYMBOL")]
    vol_index: Option<Symbol>,
    /// A time in which an instrument does not trade, as SYMBOL,FROM,TO in UTC; once for each
    #[arg(long, value_name = "SYMBOL,FROM,TO", value_parser = halt)]
    halt: Vec<Halt>,
}

/// Directions of positions.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Allowed {
    Both,
    Long,
    Short,
}

fn on_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("use on or off".into()),
    }
}

fn levels(text: &str) -> Result<SentimentLevels, String> {
    let numbers: Vec<f64> = text.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    match (numbers.as_slice(), text.split(',').count()) {
        ([block_below, boost_above, boost], 3) => {
            let levels = SentimentLevels { block_below: *block_below, boost_above: *boost_above, boost: *boost };
            levels.check().map_err(|error| error.to_string())
        }
        _ => Err("use three numbers like -0.3,0.5,1.2".into()),
    }
}

fn halt(text: &str) -> Result<Halt, String> {
    let wanted = || format!("'{text}' is not a halt like 'ACME,2024-01-31 10:00,2024-01-31 11:30'");
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let [symbol, from, to] = parts.as_slice() else { return Err(wanted()) };
    let symbol = symbol.parse().map_err(|_| wanted())?;
    let (from, to) = (instant(from)?, instant(to)?);
    if from >= to {
        return Err(format!("the halt ends at {to}, not after its begin"));
    }
    Ok(Halt { symbol, from, to })
}

impl Orders {
    /// Instrument that is looked at and not traded.
    pub fn vol_index(&self) -> Option<&Symbol> {
        self.vol_index.as_ref()
    }

    /// Times of no trading.
    pub fn halts(&self) -> &[Halt] {
        &self.halt
    }

    /// Sets what the flags say.
    pub fn apply(&self, config: &mut Config) {
        config.approach = self.entry.unwrap_or_default();
        config.life = self.life.unwrap_or_default();
        config.volume_cap = self.volume_cap;
        config.lot = self.lot;
        config.tick = self.tick;
        config.square_off = self.square_off;
        config.max_holding = self.max_holding;
        config.only = match self.direction {
            None | Some(Allowed::Both) => None,
            Some(Allowed::Long) => Some(Direction::Long),
            Some(Allowed::Short) => Some(Direction::Short),
        };
        config.sentiment = self.sentiment_gate;
        config.vol_index.clone_from(&self.vol_index);
        config.halts.clone_from(&self.halt);
    }
}
