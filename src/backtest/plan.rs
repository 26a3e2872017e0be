//! What a backtest will do, checked, and how that is stored.

use std::collections::BTreeMap;

use super::chosen::Chosen;
use super::config::Halt;
use super::holding::HoldingTime;
use super::learned::Learned;
use crate::domain::{Interval, Symbol};
use crate::trade::{Contract, Costs, Limits, Settings};
use crate::venues::{SquareOff, Terms};

/// A checked backtest.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Strategies, in the order of their indices.
    pub strategies: Vec<Chosen>,
    /// Instruments, sorted, each once.
    pub symbols: Vec<Symbol>,
    /// Bar length.
    pub interval: Interval,
    /// Capital, sizing, orders and limits.
    pub settings: Settings,
    /// Commission, slippage, borrow.
    pub costs: Costs,
    /// Largest share of a bar's volume.
    pub volume_cap: Option<f64>,
    /// Smallest tradable quantity of every instrument; `None` is each one's own, 0 is any.
    pub lot: Option<f64>,
    /// Smallest price step of every instrument; `None` is each one's own, 0 is any.
    pub tick: Option<f64>,
    /// By strategy: whether and when its positions are closed for the night.
    pub square_off: Vec<Option<SquareOff>>,
    /// Longest time a position is held.
    pub max_holding: Option<HoldingTime>,
    /// The bet that the model learned.
    pub learned: Option<Learned>,
    /// Instrument whose closes are the volatility index.
    pub vol_index: Option<Symbol>,
    /// Times of no trading.
    pub halts: Vec<Halt>,
    /// Yearly, a fraction.
    pub risk_free_rate: f64,
    /// Whether the model may have seen these bars.
    pub in_sample: bool,
    /// Bars before the period that strategies warm up on.
    pub warmup: u32,
    /// Every setting by name, as it was asked for.
    pub(super) asked: BTreeMap<String, String>,
}

impl Plan {
    /// Names of the strategies, by index.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        self.strategies.iter().map(|chosen| chosen.spec.name).collect()
    }

    /// What the broker executes on, for assets that trade on these grids unless the plan has its own.
    #[must_use]
    pub fn terms(&self, assets: usize, own: &[Contract]) -> Terms {
        let grid = |asked: Option<f64>, own: Option<f64>| asked.or(own).filter(|step| *step > 0.0);
        let contract = |asset: usize| {
            let own = own.get(asset).copied().unwrap_or_default();
            Contract { lot: grid(self.lot, own.lot), tick: grid(self.tick, own.tick) }
        };
        Terms {
            costs: self.costs.clone(),
            contracts: (0..assets).map(contract).collect(),
            margin: self.settings.margin,
            volume_cap: self.volume_cap,
            max_positions: self.settings.limits.max_positions,
            square_off: self.square_off.clone(),
        }
    }

    /// Whether anything rests on the volume of bars.
    #[must_use]
    pub fn needs_volume(&self) -> bool {
        self.volume_cap.is_some() || self.costs.slippage.needs_volume()
    }

    /// Every setting as stored with a run, defaults included; `none` is what is off.
    #[must_use]
    pub fn run_params(&self, periods_per_year: u32) -> BTreeMap<String, String> {
        let mut params: BTreeMap<String, String> = self.asked.clone();
        // What was left to the strategies, or to their number, as they have it.
        let decided = [
            ("sizing", self.settings.sizing.to_string()),
            ("square_off", self.each(|index, _| self.square_off[index].map_or("off", SquareOff::as_str).into())),
            ("stop_loss", self.each(|_, chosen| or_none(chosen.stop_loss))),
            ("take_profit", self.each(|_, chosen| or_none(chosen.take_profit))),
            ("exposure_cap", exposure(&self.settings.limits)),
            ("daily_loss_cap", or_none(self.settings.limits.daily_loss_cap)),
            ("periods_per_year", periods_per_year.to_string()),
        ];
        params.extend(decided.map(|(name, text)| (name.to_string(), text)));
        params.extend(self.learned.iter().flat_map(Learned::params));
        for chosen in &self.strategies {
            let owner = if self.strategies.len() > 1 { format!("{}.", chosen.spec.name) } else { String::new() };
            params
                .extend(chosen.params.iter().map(|(name, value)| (format!("param.{owner}{name}"), value.to_string())));
        }
        params
    }

    /// What the strategies have in common, or what each has.
    fn each(&self, value: impl Fn(usize, &Chosen) -> String) -> String {
        let values: Vec<String> =
            self.strategies.iter().enumerate().map(|(index, chosen)| value(index, chosen)).collect();
        match values.split_first() {
            Some((first, rest)) if rest.iter().all(|other| other == first) => first.clone(),
            _ => {
                let of = |(chosen, value): (&Chosen, &String)| format!("{}:{value}", chosen.spec.name);
                self.strategies.iter().zip(&values).map(of).collect::<Vec<_>>().join(",")
            }
        }
    }
}

/// The cap, with what it gives way to.
fn exposure(limits: &Limits) -> String {
    match (limits.exposure_cap, limits.exposure_multiple) {
        (Some(cap), Some(multiple)) => format!("{cap} or {multiple} x equity"),
        (cap, _) => or_none(cap),
    }
}

fn or_none<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "none".to_string(), |value| value.to_string())
}
