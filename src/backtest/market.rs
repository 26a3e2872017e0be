//! Everything that backtests of one configuration read, in memory: for searches, which simulate it many times over.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::instruments::Instruments;
use super::record::{Prepared, Simulated, stored_params};
use super::steps::Stepped;
use super::{BacktestError, Config, Data, Plan, inputs};
use crate::domain::{Bars, Progress, Silent, Ts};
use crate::store::Store;
use crate::telemetry::{Meter, Yearly};
use crate::trade::Feed;
use crate::venues::{MergedSteps, Replay, TimedSignal};

/// Bars, instruments, sentiment and index levels of a configuration.
#[derive(Debug, Clone)]
pub struct Market {
    bars: Vec<Bars>,
    instruments: Instruments,
    context: Vec<Vec<TimedSignal>>,
}

impl Market {
    /// Reads everything that a configuration needs.
    ///
    /// # Errors
    /// What is wrong with the configuration, unknown symbols, empty periods, faults of the store.
    pub fn load(store: &Store, config: &Config, progress: &dyn Progress) -> Result<Self, BacktestError> {
        let plan = config.check()?;
        let bars = inputs::load_bars(store, config, &plan, progress)?;
        inputs::check_volume(&plan, &bars)?;
        let instruments = Instruments::load(store, &plan, &bars)?;
        let context = inputs::context(store, &plan, &bars)?;
        Ok(Self { bars, instruments, context })
    }

    /// The bars, sorted by symbol; some may lie before the traded period.
    #[must_use]
    pub fn bars(&self) -> &[Bars] {
        &self.bars
    }

    /// Sessions a year of the account: its calendar's, of several the days on which any trades.
    #[must_use]
    pub fn periods_per_year(&self) -> u32 {
        self.instruments.periods_per_year
    }

    /// SHA-256 of all bars, and the newest `close_ts` among them.
    #[must_use]
    pub fn identity(&self) -> (String, Option<Ts>) {
        inputs::identity(&self.bars)
    }

    /// A configuration on this market, checked. Symbols, interval, period and what is read besides bars must be those
    /// that it was loaded for.
    ///
    /// # Errors
    /// As [`Config::check`].
    pub fn plan(&self, config: &Config) -> Result<Plan, BacktestError> {
        config.check()
    }

    /// Every parameter that a run of a configuration is stored with.
    #[must_use]
    pub fn params(&self, config: &Config, plan: &Plan) -> BTreeMap<String, String> {
        stored_params(config, plan, self.periods_per_year())
    }

    /// The signals of a configuration by asset, and how many are about no bar.
    ///
    /// # Errors
    /// Signals that don't fit.
    pub fn signals(&self, config: &Config) -> Result<(Vec<Vec<TimedSignal>>, usize), BacktestError> {
        inputs::signals(config, &self.bars, self.context.clone())
    }

    /// Its series with these signals.
    #[must_use]
    pub fn data<'a>(&'a self, signals: &'a [Vec<TimedSignal>]) -> Data<'a> {
        let Instruments { around, contracts, .. } = &self.instruments;
        Data { bars: &self.bars, signals, around, contracts }
    }

    /// Simulates a plan without records, and asks after each of these times, ascending, whether to go on.
    ///
    /// # Errors
    /// Parameters that don't go together.
    pub fn measure(
        &self,
        plan: &Plan,
        signals: &[Vec<TimedSignal>],
        pauses: &[Ts],
        go_on: &mut dyn FnMut(&Meter) -> bool,
    ) -> Result<Meter, BacktestError> {
        let data = self.data(signals);
        self.meter(Stepped::new(&data, Replay::new(data.bars, data.signals, data.around), plan, pauses)?, plan, go_on)
    }

    /// Its steps with these signals, to be simulated many times.
    #[must_use]
    pub fn merged(&self, signals: &[Vec<TimedSignal>]) -> MergedSteps {
        let data = self.data(signals);
        let bars = self.bars.iter().map(Bars::len).sum();
        MergedSteps::record(&mut Replay::new(data.bars, data.signals, data.around), bars)
    }

    /// As [`Market::measure`], from the merged steps of this market.
    ///
    /// # Errors
    /// Parameters that don't go together.
    pub fn measure_merged(
        &self,
        plan: &Plan,
        steps: &MergedSteps,
        pauses: &[Ts],
        go_on: &mut dyn FnMut(&Meter) -> bool,
    ) -> Result<Meter, BacktestError> {
        self.meter(Stepped::new(&self.data(&[]), steps.play(), plan, pauses)?, plan, go_on)
    }

    fn meter<F: Feed>(
        &self,
        mut stepped: Stepped<'_, F>,
        plan: &Plan,
        go_on: &mut dyn FnMut(&Meter) -> bool,
    ) -> Result<Meter, BacktestError> {
        let yearly = Yearly { risk_free_rate: plan.risk_free_rate, periods_per_year: self.periods_per_year() };
        let mut meter = Meter::new(plan.settings.capital, self.bars.len(), plan.interval, yearly);
        while stepped.advance(&mut meter) {
            if !go_on(&meter) {
                break;
            }
        }
        Ok(meter)
    }

    /// Simulates a configuration with records in memory; nothing is stored.
    ///
    /// # Errors
    /// As [`Market::measure`].
    pub fn recorded<'a>(&'a self, config: &'a Config) -> Result<Recorded<'a>, BacktestError> {
        let prepared = Prepared::of(Cow::Borrowed(config), self.plan(config)?, Cow::Borrowed(self))?;
        Ok(Recorded(prepared.simulate(&Silent)?))
    }
}

/// A simulated configuration with everything it did in memory, not yet stored.
pub struct Recorded<'a>(Simulated<'a>);

impl Recorded<'_> {
    /// Stores the rows of a run; the caller holds the transaction.
    ///
    /// # Errors
    /// Faults of the store.
    pub fn write(&self, store: &Store, run_id: &str) -> Result<(), BacktestError> {
        self.0.write_rows(store, run_id)
    }
}
