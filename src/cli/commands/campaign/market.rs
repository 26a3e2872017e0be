//! Who trades what, and when: subjects, symbols and periods of a campaign.

use super::CampaignArgs;
use crate::backtest::BacktestError;
use crate::backtest::campaign::{Group, Period, Subject};
use crate::cli::Failure;
use crate::cli::commands::backtest::{Data, series};
use crate::domain::{Interval, Symbol, Ts, Window, WindowError, Windows};
use crate::models::{self, LoadedModel};
use crate::store::Store;
use crate::store::bars::Coverage;
use crate::store::series::SeriesFilter;
use crate::trade::strategies;

impl From<WindowError> for Failure {
    fn from(error: WindowError) -> Self {
        Self::fault(error.to_string())
    }
}

/// The models named, each once.
pub fn models(args: &CampaignArgs, store: &Store) -> Result<Vec<LoadedModel>, Failure> {
    let mut found: Vec<LoadedModel> = Vec::new();
    for wanted in &args.model {
        let model = models::load(store, wanted)?;
        if found.iter().any(|known| known.model_id == model.model_id) {
            return Err(Failure::fault(format!("model {wanted} ({}) is named twice", model.model_id)));
        }
        found.push(model);
    }
    Ok(found)
}

/// What a model is called in a campaign.
pub fn called(model: &LoadedModel) -> String {
    format!("{}@{}", model.name, model.version)
}

/// Strategies and models as subjects, in the order given.
pub fn subjects(args: &CampaignArgs, models: &[LoadedModel]) -> Result<Vec<Subject>, Failure> {
    if args.strategy.is_empty() && models.is_empty() {
        return Err(Failure::fault("nothing to trade: give --strategy, --model or both")
            .hint("for example: ws campaign --strategy sma_cross,swing --periods year"));
    }
    let mut found: Vec<Subject> = Vec::new();
    for name in &args.strategy {
        strategies::find(name).map_err(BacktestError::from)?;
        let instead = match name.as_str() {
            "model" => Some("name models with --model"),
            "signals" => Some("a SQL strategy runs alone: ws backtest --signals FILE.sql"),
            _ => None,
        };
        if let Some(instead) = instead {
            return Err(Failure::fault(format!("strategy '{name}' is no subject of a campaign")).hint(instead));
        }
        if found.iter().any(|known| known.name == *name) {
            return Err(Failure::fault(format!("strategy {name} is given twice")));
        }
        found.push(Subject { name: name.clone(), model_id: None, not_before: None });
    }
    found.extend(models.iter().map(|model| Subject {
        name: called(model),
        model_id: Some(model.model_id.clone()),
        not_before: (!args.in_sample).then(|| model.unseen_from()),
    }));
    Ok(found)
}

/// Symbols with their bar length, and the time their bars span.
pub struct Market {
    /// Instruments, sorted.
    pub symbols: Vec<Symbol>,
    /// Bar length.
    pub interval: Interval,
    /// Each instrument with the time of its bars.
    each: Vec<Group>,
    /// First bar start.
    first: Ts,
    /// Last bar start.
    last: Ts,
}

impl Market {
    /// Reads what the flags mean; unknown symbols are refused, and the volatility index is not traded unless named.
    pub fn read(
        args: &CampaignArgs,
        models: &[LoadedModel],
        index: Option<&Symbol>,
        store: &Store,
    ) -> Result<Self, Failure> {
        let mut data = Data { symbols: args.data.symbols.clone(), ..args.data.clone() };
        if let Some(interval) = interval_of(models, args.data.interval)? {
            data.interval = Some(interval);
        }
        if data.symbols.is_empty() && !models.is_empty() {
            data.symbols = known_to_all(models)?;
        }
        let (mut symbols, interval) = series(store, &data, index)?;
        symbols.sort();
        symbols.dedup();
        let coverage = SeriesFilter { symbols: symbols.clone(), interval: Some(interval) }.resolve(store)?;
        let first = coverage.iter().map(|found| found.first).min().unwrap_or_default();
        let last = coverage.iter().map(|found| found.last).max().unwrap_or_default();
        let group =
            |found: &Coverage| Group { symbols: vec![found.symbol.clone()], first: found.first, last: found.last };
        Ok(Self { symbols, interval, each: coverage.iter().map(group).collect(), first, last })
    }

    /// Who shares an account.
    pub fn groups(&self, together: bool) -> Vec<Group> {
        match together {
            true => vec![Group { symbols: self.symbols.clone(), first: self.first, last: self.last }],
            false => self.each.clone(),
        }
    }

    /// Named windows as periods; each must hold bars.
    fn windows(&self, named: Vec<(&str, Window)>) -> Result<Vec<Period>, Failure> {
        let (first, last) = (self.first, self.last);
        if let Some((name, window)) = named.iter().find(|(_, window)| window.from > last || window.to <= first) {
            let message = format!("window {name} ({window}) has no bars; they go from {first} to {last}");
            return Err(Failure::refused(message).hint("leave it out, or bring bars of that time in"));
        }
        let period = |(name, window): (&str, Window)| Period { name: name.into(), from: window.from, to: window.to };
        Ok(named.into_iter().map(period).collect())
    }

    /// The periods asked for, within the time of the bars unless told otherwise.
    pub fn periods(&self, args: &CampaignArgs, windows: &Windows) -> Result<Vec<Period>, Failure> {
        if !args.window.is_empty() {
            return self.windows(windows.find_all(&args.window)?);
        }
        // Midnight after the last bar.
        let end = Ts::from_day(self.last.day() + 1);
        let (from, to) = (args.data.from.unwrap_or(self.first), args.data.to.unwrap_or(end));
        let periods = args.periods.periods(from, to);
        if periods.is_empty() || from > self.last || to <= self.first {
            let first = self.first;
            return Err(Failure::refused(format!("no period from {from} to {to}; the bars go from {first} to {end}"))
                .hint("widen --from and --to"));
        }
        Ok(periods)
    }
}

/// The bar length that all models read.
fn interval_of(models: &[LoadedModel], asked: Option<Interval>) -> Result<Option<Interval>, Failure> {
    let Some(first) = models.first() else { return Ok(asked) };
    let wanted = asked.unwrap_or(first.interval);
    match models.iter().find(|model| model.interval != wanted) {
        Some(model) => Err(Failure::refused(format!(
            "model {} reads {} bars, {}; a campaign has bars of one length",
            called(model),
            model.interval,
            if asked.is_some() { format!("not {wanted}") } else { format!("{} reads {wanted}", called(first)) }
        ))),
        None => Ok(Some(wanted)),
    }
}

/// Symbols that every model was trained on.
fn known_to_all(models: &[LoadedModel]) -> Result<Vec<Symbol>, Failure> {
    let mut all: Option<Vec<Symbol>> = None;
    for model in models {
        let own = model.symbols();
        all = Some(match all {
            None => own,
            Some(known) => known.into_iter().filter(|symbol| own.contains(symbol)).collect(),
        });
    }
    match all.unwrap_or_default() {
        none if none.is_empty() => {
            Err(Failure::refused("the models have no symbol in common").hint("name some with --symbols"))
        }
        some => Ok(some),
    }
}
