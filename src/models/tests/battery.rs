//! What every learner must do, run over all of them.

use serde::Deserialize;

use super::golden::{assert_close, golden};
use crate::dataset::{self, Dataset, SplitSpec, fixture};
use crate::domain::Silent;
use crate::models::learner::Fitted;
use crate::models::objective::{Objective, average_precision};
use crate::models::spec::{InputShape, LogisticSpec, MlpSpec, ModelSpec};
use crate::models::{Calibration, CalibrationMethod, logistic};
use crate::store::Store;

const LOOKBACK: usize = 6;
const BARS: usize = 500;

fn specs() -> [ModelSpec; 3] {
    let mlp = MlpSpec { hidden: vec![32, 16], epochs: 6, batch_size: 64, learning_rate: 3e-3, ..MlpSpec::default() };
    let plain = MlpSpec { batch_norm: false, early_stop: Objective::LogLoss, ..mlp.clone() };
    [ModelSpec::Logistic(LogisticSpec::default()), ModelSpec::Mlp(mlp), ModelSpec::Mlp(plain)]
}

fn market(edit: impl Fn(&str, &mut fixture::Rows)) -> Store {
    fixture::store(&["AAA", "BBB", "CCC"], BARS, edit)
}

fn load(store: &Store) -> Dataset {
    dataset::load(store, &fixture::spec(LOOKBACK)).unwrap()
}

fn fit(spec: &ModelSpec, dataset: &Dataset, seed: u64) -> Fitted {
    let split = dataset::split::by_time(dataset, &SplitSpec::default()).unwrap();
    spec.learner().unwrap().fit(&split.train, &split.valid, seed, &Silent).unwrap()
}

fn bytes(fitted: &Fitted) -> Vec<u8> {
    fitted.model.save().unwrap().to_bytes().unwrap()
}

#[test]
fn equal_seeds_give_equal_bits() {
    let dataset = load(&market(|_, _| {}));
    for spec in specs() {
        let (a, b) = (fit(&spec, &dataset, 3), fit(&spec, &dataset, 3));
        assert_eq!(bytes(&a), bytes(&b), "{spec:?}");
        assert_eq!(a.curve, b.curve);
        if let ModelSpec::Mlp(_) = spec {
            assert_ne!(bytes(&a), bytes(&fit(&spec, &dataset, 4)), "the seed matters");
        }
    }
}

#[test]
fn test_rows_change_no_weight() {
    let calm = load(&market(|_, _| {}));
    let wild = load(&market(|_, rows| {
        for bar in BARS - 60..BARS {
            rows.close[bar] *= 2.0;
            rows.hint[bar] = 1e9;
            rows.volume[bar] = 1.0;
            rows.label[bar] = rows.label[bar].map(|label| 1 - label);
        }
    }));
    let periods = |dataset: &Dataset| dataset::split::by_time(dataset, &SplitSpec::default()).unwrap().periods;
    assert!(periods(&calm).test_start <= fixture::ts(BARS - 60) && periods(&calm) == periods(&wild));
    for spec in specs() {
        assert_eq!(bytes(&fit(&spec, &calm, 3)), bytes(&fit(&spec, &wild, 3)), "{spec:?}");
    }
}

#[test]
fn the_hint_is_learned() {
    let dataset = load(&market(|_, _| {}));
    let split = dataset::split::by_time(&dataset, &SplitSpec::default()).unwrap();
    let base_rate = split.test.positives() as f64 / split.test.len() as f64;
    for spec in specs() {
        let fitted = fit(&spec, &dataset, 3);
        let log_odds = fitted.model.predict(&split.test, &Silent).unwrap();
        let found = average_precision(&split.test.labels(), &log_odds).unwrap();
        assert!(found > base_rate + 0.12, "{spec:?}: {found} at a base rate of {base_rate}");
    }
}

#[test]
fn a_restored_model_predicts_the_same_bits() {
    let dataset = load(&market(|_, _| {}));
    let split = dataset::split::by_time(&dataset, &SplitSpec::default()).unwrap();
    for spec in specs() {
        let fitted = fit(&spec, &dataset, 3);
        let weights = crate::models::Weights::from_bytes(&bytes(&fitted)).unwrap();
        let input = InputShape {
            scaler: weights.scaler(spec.scaling(), dataset.schema.roles()).unwrap(),
            width: LOOKBACK * dataset.schema.width(),
            assets: dataset.symbols(),
        };
        let restored = spec.restore(input, &weights).unwrap();
        let expected = fitted.model.predict(&split.valid, &Silent).unwrap();
        assert_eq!(restored.predict(&split.valid, &Silent).unwrap(), expected, "{spec:?}");
        assert_eq!(restored.save().unwrap().to_bytes().unwrap(), bytes(&fitted));
    }
}

#[test]
fn a_prediction_does_not_depend_on_its_company() {
    let store = market(|_, _| {});
    let dataset = load(&store);
    for spec in specs() {
        let model = fit(&spec, &dataset, 3).model;
        let all = model.predict(&dataset.all(), &Silent).unwrap();
        for (from, to) in [(BARS - 1, BARS), (BARS - 3, BARS - 1), (40, 47), (100, 333)] {
            let period = dataset::DatasetSpec {
                from: Some(fixture::ts(from)),
                to: Some(fixture::ts(to)),
                ..fixture::spec(LOOKBACK)
            };
            let part = dataset::load(&store, &period).unwrap();
            let found = model.predict(&part.all(), &Silent).unwrap();
            let inside = dataset
                .samples
                .iter()
                .zip(&all)
                .filter(|(sample, _)| (fixture::ts(from)..fixture::ts(to)).contains(&sample.ts));
            let expected: Vec<f64> = inside.map(|(_, z)| *z).collect();
            assert_eq!(found, expected, "{spec:?} {from}..{to}");
        }
    }
}

#[test]
fn an_unknown_symbol_is_an_average_asset() {
    let store = fixture::store(&["AAA", "BBB", "NEW"], BARS, |_, _| {});
    let spec = |symbols: &[&str]| dataset::DatasetSpec {
        symbols: symbols.iter().map(|symbol| symbol.parse().unwrap()).collect(),
        ..fixture::spec(LOOKBACK)
    };
    let known = dataset::load(&store, &spec(&["AAA", "BBB"])).unwrap();
    let new = dataset::load(&store, &spec(&["NEW"])).unwrap();
    for spec in specs() {
        let model = fit(&spec, &known, 3).model;
        let found = model.predict(&new.all(), &Silent).unwrap();
        assert!(found.len() == new.samples.len() && found.iter().all(|z| z.is_finite()));
        if let ModelSpec::Mlp(mlp) = &spec {
            let embedding = model.save().unwrap().f32("embedding", &[3, mlp.embedding_dim]).unwrap();
            for column in 0..mlp.embedding_dim {
                let mean = (embedding[mlp.embedding_dim + column] + embedding[2 * mlp.embedding_dim + column]) / 2.0;
                assert_close(f64::from(embedding[column]), f64::from(mean), 1e-6, "unknown asset");
            }
        }
    }
}

#[test]
fn early_stopping_keeps_the_best_epoch() {
    let dataset = load(&market(|_, _| {}));
    let split = dataset::split::by_time(&dataset, &SplitSpec::default()).unwrap();
    // A rate this high soon makes validation worse.
    let spec = ModelSpec::Mlp(MlpSpec {
        hidden: vec![64],
        epochs: 40,
        patience: 3,
        batch_size: 64,
        learning_rate: 0.02,
        dropout: 0.0,
        ..MlpSpec::default()
    });
    let fitted = fit(&spec, &dataset, 3);
    let best = fitted.curve.iter().max_by(|a, b| a.valid_pr_auc.total_cmp(&b.valid_pr_auc)).unwrap();
    assert_eq!(fitted.best_epoch, best.epoch);
    assert!(fitted.curve.len() < 40, "{} epochs", fitted.curve.len());
    assert_eq!(fitted.curve.len(), fitted.best_epoch + 3);
    let log_odds = fitted.model.predict(&split.valid, &Silent).unwrap();
    assert_eq!(average_precision(&split.valid.labels(), &log_odds).unwrap(), best.valid_pr_auc);
}

#[test]
fn calibration_makes_weighted_scores_honest() {
    let dataset = load(&market(|_, _| {}));
    let split = dataset::split::by_time(&dataset, &SplitSpec::default()).unwrap();
    let labels = split.valid.labels();
    let base_rate = split.valid.positives() as f64 / labels.len() as f64;
    for method in [CalibrationMethod::Platt, CalibrationMethod::Isotonic] {
        for spec in specs() {
            let log_odds = fit(&spec, &dataset, 3).model.predict(&split.valid, &Silent).unwrap();
            let calibration = Calibration::fit(method, &labels, &log_odds);
            let mean = log_odds.iter().map(|z| calibration.probability(*z)).sum::<f64>() / labels.len() as f64;
            assert_close(mean, base_rate, 0.01, "mean probability is the base rate");
        }
    }
}

#[derive(Deserialize)]
struct Logistic {
    alpha: f64,
    x: Vec<Vec<f64>>,
    fits: Vec<LogisticFit>,
}

#[derive(Deserialize)]
struct LogisticFit {
    labels: Vec<bool>,
    coefficients: Vec<f64>,
    intercept: f64,
}

#[test]
fn logistic_equals_scikit_learn() {
    let golden: Logistic = golden("logistic.json");
    let spec = LogisticSpec { alpha: golden.alpha, gradient_tolerance: 1e-8, ..LogisticSpec::default() };
    let (rows, width) = (golden.x.len(), golden.x[0].len());
    assert_eq!(golden.fits.len(), 2);
    for fit in &golden.fits {
        let inputs = ndarray::Array2::from_shape_fn((rows, width), |(row, column)| golden.x[row][column]);
        let (coefficients, intercept) = logistic::solve(&spec, inputs, &fit.labels).unwrap();
        assert_close(intercept, fit.intercept, 1e-4, "intercept");
        for (found, expected) in coefficients.iter().zip(&fit.coefficients) {
            assert_close(*found, *expected, 1e-4, "coefficient");
        }
    }
}

#[test]
fn parameters_out_of_range_are_named() {
    let mlp = MlpSpec::default;
    for (spec, name) in [
        (ModelSpec::Logistic(LogisticSpec { alpha: 0.0, ..LogisticSpec::default() }), "alpha = 0"),
        (ModelSpec::Logistic(LogisticSpec { alpha: f64::NAN, ..LogisticSpec::default() }), "alpha = NaN"),
        (ModelSpec::Mlp(MlpSpec { hidden: vec![], ..mlp() }), "hidden = []"),
        (ModelSpec::Mlp(MlpSpec { hidden: vec![1 << 40], ..mlp() }), "hidden"),
        (ModelSpec::Mlp(MlpSpec { dropout: 1.0, ..mlp() }), "dropout = 1"),
        (ModelSpec::Mlp(MlpSpec { epochs: 0, ..mlp() }), "epochs = 0"),
        (ModelSpec::Mlp(MlpSpec { batch_size: 1, ..mlp() }), "batch_size = 1"),
        (ModelSpec::Mlp(MlpSpec { learning_rate: f64::INFINITY, ..mlp() }), "learning_rate = inf"),
    ] {
        let Err(error) = spec.learner() else { panic!("{spec:?} was accepted") };
        assert!(error.to_string().contains(name) && error.is_refusal(), "{error}");
    }
}

#[test]
fn specifications_are_strict_json() {
    let spec: ModelSpec = serde_json::from_str(r#"{"kind": "mlp", "epochs": 3, "early_stop": "log_loss"}"#).unwrap();
    assert_eq!(spec, ModelSpec::Mlp(MlpSpec { epochs: 3, early_stop: Objective::LogLoss, ..MlpSpec::default() }));
    assert!(serde_json::from_str::<ModelSpec>(r#"{"kind": "mlp", "epoch": 3}"#).is_err());
    assert!(serde_json::from_str::<ModelSpec>(r#"{"kind": "forest"}"#).is_err());
    for kind in ModelSpec::KINDS {
        assert_eq!(ModelSpec::by_kind(kind).unwrap().kind(), kind);
    }
}

#[test]
#[ignore]
fn speed_tmp() {
    use std::time::Instant;
    let symbols = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let t = Instant::now();
    let store = fixture::store(&symbols, 1750, |_, _| {});
    println!("store {:?}", t.elapsed());
    let t = Instant::now();
    let dataset = dataset::load(&store, &fixture::spec(92)).unwrap();
    println!("load {:?}", t.elapsed());
    let split = dataset::split::by_time(&dataset, &SplitSpec::default()).unwrap();
    println!("{} {} {}", split.train.len(), split.valid.len(), split.test.len());
    let t = Instant::now();
    let _ = crate::dataset::Scaler::fit(&split.train, crate::dataset::Scaling::Role);
    println!("scaler {:?}", t.elapsed());
    for spec in [ModelSpec::by_kind("mlp").unwrap(), ModelSpec::by_kind("logistic").unwrap()] {
        let t = Instant::now();
        let fitted = spec.learner().unwrap().fit(&split.train, &split.valid, 3, &Silent).unwrap();
        println!("{} {} epochs {:?}", spec.kind(), fitted.curve.len(), t.elapsed());
        println!("{:?}", fitted.curve);
        let t = Instant::now();
        let p = fitted.model.predict(&split.test, &Silent).unwrap();
        println!(
            "predict {} {:?} ap {:?} base {}",
            p.len(),
            t.elapsed(),
            average_precision(&split.test.labels(), &p),
            split.test.positives() as f64 / p.len() as f64
        );
    }
}
