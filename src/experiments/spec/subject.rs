//! What an experiment searches, and on which data.

use super::error::SpecError;
use super::section::Section;
use crate::domain::{Interval, Symbol, Ts};
use crate::models::{CalibrationMethod, ModelSpec};

/// What trades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Strategies side by side.
    Strategy(Vec<String>),
    /// A model, traded by strategy `model`.
    Model(ModelSubject),
}

/// A model to be fitted anew in every fold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSubject {
    /// logistic or mlp.
    pub kind: String,
    /// Feature set, by name or file.
    pub features: String,
    /// Labels; the only ones of the interval when `None`.
    pub labels: Option<String>,
    /// Rows of a window.
    pub lookback: usize,
    /// How probabilities are calibrated.
    pub calibration: CalibrationMethod,
}

/// Which bars.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DataSpec {
    /// Instruments; all with bars of the interval when empty.
    pub symbols: Vec<Symbol>,
    /// Bar length; the only one there is when `None`.
    pub interval: Option<Interval>,
    /// First bar start.
    pub from: Option<Ts>,
    /// End of bar starts, not included.
    pub to: Option<Ts>,
}

/// Reads `strategy` or `model`, and of a model what `[data]` says besides the bars.
pub fn read(root: &Section<'_>) -> Result<Subject, SpecError> {
    let strategies = root.texts("strategy")?;
    let model = root.text("model")?;
    match (strategies.is_empty(), model) {
        (false, None) => Ok(Subject::Strategy(strategies)),
        (true, Some(kind)) => Ok(Subject::Model(self::model(root, kind)?)),
        (false, Some(_)) => {
            Err(root.wrong("model", "give strategy or model, not both: a model is traded by strategy 'model'"))
        }
        (true, None) => {
            Err(root.source.wrong(&(0..0), "say what is searched: strategy = \"sma_cross\" or model = \"logistic\""))
        }
    }
}

fn model(root: &Section<'_>, kind: String) -> Result<ModelSubject, SpecError> {
    if !ModelSpec::KINDS.contains(&kind.as_str()) {
        let known = ModelSpec::KINDS.join(", ");
        return Err(root.wrong("model", format!("unknown model '{kind}'; there are {known}")));
    }
    let mut subject = ModelSubject {
        kind,
        features: "core23".into(),
        labels: None,
        lookback: crate::dataset::DatasetSpec::LOOKBACK,
        calibration: CalibrationMethod::Platt,
    };
    let Some(data) = root.section("data")? else { return Ok(subject) };
    if let Some(features) = data.text("features")? {
        subject.features = features;
    }
    subject.labels = data.text("labels")?;
    if let Some(lookback) = data.whole("lookback", 1..=10_000)? {
        subject.lookback = lookback as usize;
    }
    subject.calibration = match data.text("calibration")?.as_deref() {
        None | Some("platt") => CalibrationMethod::Platt,
        Some("isotonic") => CalibrationMethod::Isotonic,
        Some(other) => {
            return Err(data.wrong("calibration", format!("unknown calibration '{other}'; use platt or isotonic")));
        }
    };
    Ok(subject)
}

/// Reads `[data]`.
pub fn data(section: Option<&Section<'_>>, is_model: bool) -> Result<DataSpec, SpecError> {
    let Some(section) = section else { return Ok(DataSpec::default()) };
    if is_model {
        // Read with the model.
        for key in ["features", "labels", "lookback", "calibration"] {
            let _ = section.has(key);
        }
    }
    let symbol =
        |name: &String| name.parse().map_err(|error| section.wrong("symbols", format!("symbol '{name}': {error}")));
    let symbols = section.texts("symbols")?.iter().map(symbol).collect::<Result<_, _>>()?;
    let interval = section.text("interval")?;
    let interval = interval.map(|name| name.parse().map_err(|error| section.wrong("interval", format!("{error}"))));
    let time = |key: &str| {
        let Some(text) = section.moment(key)? else { return Ok(None) };
        let wanted = || section.wrong(key, format!("data.{key} = '{text}' is not a UTC time like 2024-01-31"));
        Ts::parse(&text).map(Some).ok_or_else(wanted)
    };
    let data = DataSpec { symbols, interval: interval.transpose()?, from: time("from")?, to: time("to")? };
    section.finish()?;
    match (data.from, data.to) {
        (Some(from), Some(to)) if from >= to => Err(section.wrong("to", "data.to must be after data.from")),
        _ => Ok(data),
    }
}
