//! Models on real bars through the whole chain: bars, core23, triple barriers, training, evaluation, predictions.
//!
//! What a learner computes is pinned beside the code (`src/models/tests`, goldens by `tests/peers/sklearn_metrics.py`);
//! here is what only the chain can show: that nothing of the test period reaches a model.

use workstation::dataset::{DatasetSpec, FeatureSchema, SplitSpec};
use workstation::domain::{Interval, Silent, Ts};
use workstation::features::{self, FeatureSet};
use workstation::labels::{self, TripleBarrier};
use workstation::models::{self, CalibrationMethod, LogisticSpec, MlpSpec, ModelSpec, TrainConfig, Trained};
use workstation::store::Store;
use workstation::store::series::SeriesFilter;

use crate::shared::{ingest_all, now, number, shared};

const NSE: [&str; 4] = ["ABB", "ICICIBANK", "INFY", "RELIANCE"];

fn specs() -> [ModelSpec; 2] {
    let mlp = MlpSpec { hidden: vec![32, 16], epochs: 3, ..MlpSpec::default() };
    [ModelSpec::Logistic(LogisticSpec::default()), ModelSpec::Mlp(mlp)]
}

/// Real daily bars, changed by `edit` before anything is derived from them.
fn derived(path: &str, edit: &str) -> Store {
    let store = Store::in_memory().unwrap();
    ingest_all(&store, &shared(path));
    store.conn().execute_batch(edit).unwrap();
    let (set, all) = (FeatureSet::load("core23").unwrap(), SeriesFilter::default());
    features::build(&store, &set, &all, now(), &Silent).unwrap();
    labels::build(&store, &barriers().into(), &all, now(), &Silent).unwrap();
    store
}

/// Near enough for both labels to be common on daily bars.
fn barriers() -> TripleBarrier {
    TripleBarrier { take_profit: 0.03, stop_loss: 0.03, horizon: 8 }
}

fn config(model: ModelSpec) -> TrainConfig {
    TrainConfig {
        name: "real".into(),
        dataset: DatasetSpec {
            schema: FeatureSchema::from(&FeatureSet::load("core23").unwrap()),
            label_set: barriers().name(),
            interval: Interval::D1,
            symbols: vec![],
            lookback: 24,
            from: None,
            to: None,
        },
        split: SplitSpec::default(),
        model,
        calibration: CalibrationMethod::Platt,
        seed: 11,
    }
}

fn train(store: &Store, model: ModelSpec) -> Trained {
    models::train(store, &config(model), now(), &Silent).unwrap()
}

fn weights_sha(store: &Store, trained: &Trained) -> String {
    let sql = "SELECT sha256 FROM models WHERE model_id = ?";
    store.conn().query_row(sql, [&trained.model_id], |row| row.get(0)).unwrap()
}

#[test]
fn bars_of_the_test_period_change_no_bit_of_a_model() {
    let calm = derived("data/real/GOOG_1d.csv", "");
    let first = train(&calm, specs()[0].clone());
    let cut = first.periods.test_start;
    let newest = Ts(number(&calm, "SELECT epoch_us(max(ts)) FROM bars"));
    // From the first test bar on, another market: doubled, upside down, with other volumes.
    let wild = derived(
        "data/real/GOOG_1d.csv",
        &format!(
            "UPDATE bars SET open = 1e5 / open, high = 1e5 / low, low = 1e5 / high, close = 1e5 / close,
                 volume = volume * 7 + 1 WHERE ts >= TIMESTAMP '{cut}'"
        ),
    );
    for model in specs() {
        let (a, b) = (train(&calm, model.clone()), train(&wild, model));
        assert_eq!(a.periods, b.periods);
        assert_eq!(weights_sha(&calm, &a), weights_sha(&wild, &b), "{}", a.model_id);
        assert_eq!(a.metrics, b.metrics);
        let judged = [(&calm, &a), (&wild, &b)].map(|(store, trained)| {
            let model = models::load(store, &trained.model_id).unwrap();
            models::evaluate(store, &model, now(), &Silent).unwrap().metrics
        });
        assert_ne!(judged[0], judged[1], "the test itself did change");
        // Every complete window since then can be asked about, the newest, still unlabelled bar too.
        let model = models::load(&calm, &a.model_id).unwrap();
        let predictions = models::predict(&calm, &model, &[], None, None, &Silent).unwrap();
        assert!(predictions.len() > a.windows[2]);
        assert_eq!(predictions.last().unwrap().ts, newest);
    }
}

#[test]
fn no_label_that_a_fit_saw_is_decided_in_the_test_period() {
    let store = derived("data/real/nse_1d", "");
    for model in specs() {
        let trained = train(&store, model);
        // Validation predictions are stored; they calibrate and choose the threshold.
        let late: i64 = number(
            &store,
            &format!(
                "SELECT count(*) FROM predictions AS p JOIN labels AS l USING (symbol, interval, ts)
                 WHERE p.run_id = '{}' AND l.exit_ts >= TIMESTAMP '{}'",
                trained.run_id, trained.periods.test_start
            ),
        );
        assert_eq!(late, 0);
        assert!(trained.periods.train_end < trained.periods.valid_start);
        assert!(trained.periods.valid_end < trained.periods.test_start);
    }
}

#[test]
fn real_symbols_go_the_whole_way() {
    let store = derived("data/real/nse_1d", "");
    for model in specs() {
        let trained = train(&store, model);
        let loaded = models::load(&store, &trained.model_id).unwrap();
        assert_eq!(loaded.symbols().iter().map(ToString::to_string).collect::<Vec<_>>(), NSE);
        assert_eq!(loaded.manifest.features.len(), 23);
        let evaluated = models::evaluate(&store, &loaded, now(), &Silent).unwrap();
        assert_eq!(evaluated.windows, trained.windows[2]);
        let known = |key: &str| evaluated.metrics[key].unwrap();
        for key in ["accuracy", "base_rate", "roc_auc", "pr_auc", "brier"] {
            assert!((0.0..=1.0).contains(&known(key)), "{key} = {}", known(key));
        }
        let total = ["tp", "fp", "tn", "fn"].map(known).iter().sum::<f64>();
        assert_eq!(total, known("n"));
        assert!(evaluated.warnings.is_empty(), "real daily bars are not this easy: {:?}", evaluated.warnings);
        let predictions = models::predict(&store, &loaded, &[], None, None, &Silent).unwrap();
        assert_eq!(predictions[0].ts, loaded.unseen_from());
    }
    let runs: i64 = number(&store, "SELECT count(*) FROM runs WHERE status = 'finished'");
    assert_eq!(runs, 4);
}
