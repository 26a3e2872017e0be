//! What a campaign is asked to do, settled: cells, settings, and how both are stored.

use std::collections::{BTreeMap, BTreeSet};

use super::market::{self, Market};
use super::{CampaignArgs, asked_flags};
use crate::backtest::campaign::{Cell, Layout, LeftOut, Subject, Why, lay_out};
use crate::backtest::{Config, Halt, params_by_strategy};
use crate::cli::commands::backtest::{Data, each_once};
use crate::cli::commands::model;
use crate::cli::{Ctx, Failure};
use crate::domain::Silent;
use crate::models::{self, LoadedModel};
use crate::store::Store;
use crate::store::runs::NewRun;

/// More cells than this are no campaign that a page can compare.
const MOST_CELLS: usize = 100_000;

/// A settled campaign.
pub struct Asked<'a> {
    pub args: &'a CampaignArgs,
    ctx: &'a Ctx,
    subjects: Vec<Subject>,
    /// Strategy parameters by subject.
    params: BTreeMap<String, BTreeMap<String, String>>,
    market: Market,
    /// Halts of all symbols, as text.
    halts: String,
    /// Every cell.
    pub layout: Layout,
    /// All that decides what its cells come to, as text.
    pub spec: BTreeMap<String, String>,
}

impl<'a> Asked<'a> {
    /// Checks everything that can be checked before a cell is read.
    pub fn settle(args: &'a CampaignArgs, store: &Store, ctx: &'a Ctx) -> Result<Self, Failure> {
        let models = market::models(args, store)?;
        let subjects = market::subjects(args, &models)?;
        let params = params(args, &models)?;
        let account = args.settings.alone(ctx)?;
        let market = Market::read(args, &models, account.vol_index.as_ref(), store)?;
        check_halts(&account.halts, &market)?;
        let (groups, periods) = (market.groups(args.together), market.periods(args, &ctx.config.windows)?);
        let asked_for = subjects.len() * groups.len() * periods.len();
        if asked_for > MOST_CELLS {
            let shape = format!("{} subjects x {} symbols x {} periods", subjects.len(), groups.len(), periods.len());
            return Err(Failure::refused(format!(
                "{shape} are {asked_for} cells; a campaign has at most {MOST_CELLS}"
            ))
            .hint("choose longer --periods, or begin several campaigns"));
        }
        let layout = lay_out(&subjects, &groups, &periods);
        let halts = Config::setting("halts")?.text(&account).unwrap_or_else(|| "none".into());
        let mut asked = Self { args, ctx, subjects, params, market, halts, layout, spec: BTreeMap::new() };
        asked.spec = asked.specify(store)?;
        Ok(asked)
    }

    /// A cell as a backtest; `with_predictions` asks its model.
    pub fn config(&self, store: &Store, cell: &Cell, with_predictions: bool) -> Result<Config, Failure> {
        let none = BTreeMap::new();
        let params = self.params.get(&cell.subject).unwrap_or(&none);
        let (from, to) = (Some(cell.period.from), Some(cell.period.to));
        let interval = self.market.interval;
        let mut config = match &cell.model_id {
            None => Config { params: params.clone(), ..Config::new(&cell.subject, cell.symbols.clone(), interval) },
            Some(id) => {
                let data = Data { symbols: cell.symbols.clone(), interval: Some(interval), from, to };
                let (in_sample, costs) = (self.args.in_sample, self.args.settings.round_trip(self.ctx)?);
                if with_predictions {
                    model::config(store, id, &data, in_sample, params, costs, &Silent)?
                } else {
                    model::unasked(store, &models::load(store, id)?, &data, in_sample, params, costs)?
                }
            }
        };
        (config.from, config.to) = (from, to);
        self.args.settings.apply(&mut config, self.ctx)?;
        config.halts.retain(|halt| cell.symbols.contains(&halt.symbol));
        if cell.model_id.is_none() && !self.args.model.is_empty() {
            // Only models look at the index; beside one, it is none of the strategies' business.
            config.vol_index = None;
        }
        Ok(config)
    }

    /// Every setting by name: as they are where all subjects agree, with the subject before them elsewhere.
    fn specify(&self, store: &Store) -> Result<BTreeMap<String, String>, Failure> {
        let mut by_subject = BTreeMap::new();
        let mut in_sample = false;
        for subject in &self.subjects {
            let Some(cell) = self.layout.cells.iter().find(|cell| cell.subject == subject.name) else {
                return Err(self.never(subject));
            };
            let plan = self.config(store, cell, false)?.check()?;
            in_sample |= plan.in_sample;
            let mut settings = plan.run_params(0);
            for key in OF_CELLS {
                settings.remove(key);
            }
            by_subject.insert(subject.name.as_str(), settings);
        }
        let mut spec = merged(&by_subject);
        // The first cell of a model is the earliest, so that it tells for all.
        spec.insert("in_sample".into(), in_sample.to_string());
        spec.extend(self.of_campaign().into_iter().map(|(key, value)| (key.to_string(), value)));
        Ok(spec)
    }

    fn of_campaign(&self) -> [(&'static str, String); 9] {
        let or_open = |ts: Option<crate::domain::Ts>| ts.map_or_else(|| "open".to_string(), |ts| ts.to_string());
        let names: Vec<&str> = self.subjects.iter().map(|subject| subject.name.as_str()).collect();
        let ids: Vec<&str> = self.subjects.iter().filter_map(|subject| subject.model_id.as_deref()).collect();
        let symbols: Vec<&str> = self.market.symbols.iter().map(|symbol| symbol.as_str()).collect();
        [
            ("subjects", names.join(",")),
            ("models", ids.join(",")),
            ("symbols", symbols.join(",")),
            ("interval", self.market.interval.to_string()),
            ("from", or_open(self.args.data.from)),
            ("to", or_open(self.args.data.to)),
            ("periods", self.periods()),
            ("together", self.args.together.to_string()),
            ("halts", self.halts.clone()),
        ]
    }

    /// How time is cut, or the windows with their dates: a name may come to stand for another.
    fn periods(&self) -> String {
        let windows = self.ctx.config.windows.find_all(&self.args.window).unwrap_or_default();
        if windows.is_empty() {
            return self.args.periods.to_string();
        }
        windows.iter().map(|(name, window)| format!("{name}={window}")).collect::<Vec<_>>().join(",")
    }

    /// A subject without a cell.
    fn never(&self, subject: &Subject) -> Failure {
        match subject.not_before {
            Some(unseen) => Failure::refused(format!(
                "{} has seen every bar of the periods; it may trade from {unseen} on",
                subject.name
            ))
            .hint("choose a later --to, or pass --in-sample, which marks every report"),
            None => {
                Failure::refused(format!("no bars in the periods for {}", subject.name)).hint("widen --from and --to")
            }
        }
    }

    /// The campaign as a run.
    pub fn new_run(&self, name: &str, ctx: &Ctx) -> NewRun {
        let mut params = self.spec.clone();
        let flags = asked_flags(&ctx.given);
        params.insert("flags".into(), serde_json::Value::from(flags).to_string());
        NewRun {
            kind: "campaign",
            mode: "backtest",
            name: name.to_string(),
            strategy: self.spec.get("subjects").cloned().unwrap_or_default(),
            interval: self.market.interval.to_string(),
            symbols: self.market.symbols.iter().map(ToString::to_string).collect(),
            params,
            ..NewRun::default()
        }
    }

    /// What a reader should know of the cells there are.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.subjects.iter().filter_map(|subject| self.note_of(subject)).collect();
        let no_bars = self.layout.left_out.iter().filter(|left_out| matches!(left_out.why, Why::NoBars { .. })).count();
        if no_bars > 0 {
            notes.push(format!(
                "{no_bars} more cells were left out, as their symbols have no bars in the period: periods are not over the same \
                 symbols"
            ));
        }
        notes
    }

    /// Where a model may not trade all of the time.
    fn note_of(&self, subject: &Subject) -> Option<String> {
        let unseen = subject.not_before?;
        let mut own = self.layout.cells.iter().filter(|cell| cell.subject == subject.name);
        let is_seen = |left_out: &LeftOut| left_out.subject == subject.name && matches!(left_out.why, Why::Seen { .. });
        (self.layout.left_out.iter().any(is_seen) || own.any(|cell| cell.period.from == unseen)).then(|| {
            format!(
                "model {} trades from {} on, the first bar it has not seen: its periods are fewer or shorter than those of a strategy",
                subject.name,
                unseen.naive().date()
            )
        })
    }
}

/// Settings that are a cell's own, or that the campaign says itself.
const OF_CELLS: [&str; 3] = ["periods_per_year", "in_sample", "halts"];

fn params(args: &CampaignArgs, models: &[LoadedModel]) -> Result<BTreeMap<String, BTreeMap<String, String>>, Failure> {
    let mut names = args.strategy.clone();
    if !models.is_empty() {
        names.push("model".into());
    }
    let sorted = params_by_strategy(&names, &each_once(&args.params)?)?;
    let mut found = BTreeMap::new();
    for (name, params) in names.into_iter().zip(sorted) {
        if name == "model" {
            found.extend(models.iter().map(|model| (market::called(model), params.clone())));
        } else {
            found.insert(name, params);
        }
    }
    Ok(found)
}

fn check_halts(halts: &[Halt], market: &Market) -> Result<(), Failure> {
    match halts.iter().find(|halt| !market.symbols.contains(&halt.symbol)) {
        Some(halt) => Err(Failure::fault(format!("a halt is about '{}', which is not in the campaign", halt.symbol))),
        None => Ok(()),
    }
}

fn merged(by_subject: &BTreeMap<&str, BTreeMap<String, String>>) -> BTreeMap<String, String> {
    let keys: BTreeSet<&String> = by_subject.values().flat_map(BTreeMap::keys).collect();
    let mut merged = BTreeMap::new();
    for key in keys {
        let values: BTreeSet<Option<&String>> = by_subject.values().map(|settings| settings.get(key)).collect();
        let is_common = values.len() == 1;
        for (subject, value) in by_subject.iter().filter_map(|(subject, found)| Some((subject, found.get(key)?))) {
            let name = if is_common { key.clone() } else { format!("{subject}.{key}") };
            merged.insert(name, value.clone());
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_that_all_share_stand_once() {
        let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        let by_subject = BTreeMap::from([
            ("a", of(&[("capital", "1"), ("stop_loss", "none"), ("param.fast", "3")])),
            ("b", of(&[("capital", "1"), ("stop_loss", "0.02")])),
        ]);
        let expected = of(&[("a.param.fast", "3"), ("a.stop_loss", "none"), ("b.stop_loss", "0.02"), ("capital", "1")]);
        assert_eq!(merged(&by_subject), expected);
    }
}
