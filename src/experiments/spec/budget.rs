//! `[sampler]`, `[pruner]` and `[budget]`: how the search goes and when it ends.

use super::error::SpecError;
use super::section::Section;
use super::{Scheme, Spec, Subject};
use crate::search::{Pruner, Sampler, Tpe};

/// When a search ends: whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Budget {
    /// Trials.
    pub trials: Option<u64>,
    /// Minutes; ends with the generation that is under way.
    pub minutes: Option<f64>,
}

const SAMPLERS: &str = "grid, random, tpe";
const PRUNERS: &str = "none, median, successive_halving";
/// Most trials of a study: their daily returns are compared with each other in memory.
const MOST_TRIALS: i64 = 100_000;

/// Reads `[sampler]`; TPE when there is none.
pub fn sampler(section: Option<Section<'_>>) -> Result<Sampler, SpecError> {
    let Some(section) = section else { return Ok(Sampler::Tpe(Tpe::default())) };
    let sampler = match section.text("kind")?.as_deref() {
        None | Some("tpe") => Sampler::Tpe(tpe(&section)?),
        Some("random") => Sampler::Random,
        Some("grid") => Sampler::Grid,
        Some(other) => return Err(section.wrong("kind", format!("unknown sampler '{other}'; there are {SAMPLERS}"))),
    };
    section.finish()?;
    Ok(sampler)
}

fn tpe(section: &Section<'_>) -> Result<Tpe, SpecError> {
    let mut tpe = Tpe::default();
    if let Some(startup) = section.whole("n_startup", 0..=1_000_000)? {
        tpe.n_startup = startup as usize;
    }
    if let Some(candidates) = section.whole("n_candidates", 1..=10_000)? {
        tpe.n_candidates = candidates as usize;
    }
    Ok(tpe)
}

/// Reads `[pruner]`; none when there is none.
pub fn pruner(section: Option<Section<'_>>) -> Result<Pruner, SpecError> {
    let Some(section) = section else { return Ok(Pruner::None) };
    let count = |key: &str, default: usize, least: i64| -> Result<usize, SpecError> {
        Ok(section.whole(key, least..=1_000_000)?.map_or(default, |value| value as usize))
    };
    let pruner = match section.text("kind")?.as_deref() {
        Some("none") => Pruner::None,
        None | Some("median") => Pruner::Median {
            n_startup_trials: count("n_startup_trials", 8, 1)?,
            n_warmup_steps: count("n_warmup_steps", 0, 0)?,
        },
        Some("successive_halving") => Pruner::SuccessiveHalving {
            min_resource: count("min_resource", 1, 1)?,
            reduction_factor: count("reduction_factor", 4, 2)?,
            min_early_stopping_rate: count("min_early_stopping_rate", 0, 0)?,
        },
        Some(other) => return Err(section.wrong("kind", format!("unknown pruner '{other}'; there are {PRUNERS}"))),
    };
    section.finish()?;
    Ok(pruner)
}

/// Reads `[budget]`; 100 trials when there is none.
pub fn read(section: Option<&Section<'_>>) -> Result<Budget, SpecError> {
    let Some(section) = section else { return Ok(Budget { trials: Some(100), minutes: None }) };
    let trials = section.whole("trials", 1..=MOST_TRIALS)?.map(i64::unsigned_abs);
    let minutes = section.number("minutes")?;
    if minutes.is_some_and(|minutes| minutes <= 0.0) {
        return Err(section.wrong("minutes", "budget.minutes must be above 0"));
    }
    section.finish()?;
    match (trials, minutes) {
        (None, None) => Err(section.source.wrong(&section.at, "[budget] needs trials or minutes")),
        _ => Ok(Budget { trials, minutes }),
    }
}

/// What tables say of each other.
pub fn check_together(spec: &Spec) -> Result<(), SpecError> {
    spec.sampler.check(&spec.searched.space).map_err(|error| spec.wrong(error.dimension(), error.to_string()))?;
    if spec.pruner != Pruner::None && spec.objectives.len() > 1 {
        return Err(spec.wrong("pruner", "a pruner needs one objective: with several there is no order to stop by"));
    }
    let is_model = matches!(spec.subject, Subject::Model(_));
    if !is_model && spec.validation.embargo.is_some() {
        return Err(
            spec.wrong("validation", "embargo is for models: a strategy learns nothing, so nothing of it can leak")
        );
    }
    let prefix =
        |table: &str| if table == "params" { String::new() } else { format!("{}.", table.replace("_params", "")) };
    for (table, fixed) in
        [("params", &spec.params), ("account", &spec.account), ("strategy_params", &spec.strategy_params)]
    {
        let is_searched = |name: &&String| spec.searched.space.dimension(&format!("{}{name}", prefix(table))).is_some();
        if let Some(name) = fixed.keys().find(is_searched) {
            let reason = format!("'{name}' is fixed in [{table}] and searched in [space]; give it once");
            return Err(spec.wrong(&format!("{table}.{name}"), reason));
        }
    }
    let is_one_fit = matches!(spec.validation.scheme, Scheme::Holdout { .. } | Scheme::Combinatorial { .. });
    if spec.pruner != Pruner::None && is_one_fit && is_model {
        return Err(spec.wrong(
            "pruner",
            "a pruner needs folds one after the other: choose walk_forward or kfold, or leave [pruner] out",
        ));
    }
    Ok(())
}
