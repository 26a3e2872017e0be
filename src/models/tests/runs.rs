//! Training, evaluating and predicting in a store.

use crate::dataset::{self, SplitSpec, fixture};
use crate::domain::{Silent, Ts, Window};
use crate::models::spec::{LogisticSpec, MlpSpec, ModelSpec};
use crate::models::{self, CalibrationMethod, Metrics, ModelError, TrainConfig, Trained, leak_alarm};
use crate::store::{Store, params};

const LOOKBACK: usize = 6;
const BARS: usize = 500;
/// 2026-01-05 00:00 UTC.
const NOW: Ts = Ts(1_767_571_200_000_000);

fn market() -> Store {
    fixture::store(&["AAA", "BBB", "CCC"], BARS, |_, _| {})
}

fn config(model: ModelSpec) -> TrainConfig {
    TrainConfig {
        name: String::new(),
        dataset: fixture::spec(LOOKBACK),
        split: SplitSpec::default(),
        model,
        calibration: CalibrationMethod::Platt,
        seed: 7,
    }
}

fn mlp() -> ModelSpec {
    ModelSpec::Mlp(MlpSpec { hidden: vec![32, 16], epochs: 4, batch_size: 64, ..MlpSpec::default() })
}

fn logistic() -> ModelSpec {
    ModelSpec::Logistic(LogisticSpec::default())
}

fn train(store: &Store, model: ModelSpec) -> Trained {
    models::train(store, &config(model), NOW, &Silent).unwrap()
}

fn count(store: &Store, sql: &str) -> i64 {
    store.conn().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn text(store: &Store, sql: &str) -> String {
    store.conn().query_row(sql, [], |row| row.get(0)).unwrap()
}

fn refusal(store: &Store, config: &TrainConfig) -> String {
    let error = models::train(store, config, NOW, &Silent).unwrap_err();
    assert!(error.is_refusal(), "{error}");
    assert_eq!(count(store, "SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM models)"), 0);
    error.to_string()
}

#[test]
fn training_leaves_a_whole_run() {
    for (model, calibration) in [
        (logistic(), CalibrationMethod::Platt),
        (mlp(), CalibrationMethod::Platt),
        (mlp(), CalibrationMethod::Isotonic),
    ] {
        let store = market();
        let trained =
            models::train(&store, &TrainConfig { calibration, ..config(model.clone()) }, NOW, &Silent).unwrap();
        assert_eq!(trained.version, 1);
        assert_eq!(trained.name, format!("{}_toy_1h", model.kind()));
        assert_eq!(
            text(&store, "SELECT status || ' ' || kind || ' ' || model_id FROM runs"),
            format!("finished train {}", trained.model_id)
        );
        assert_eq!(text(&store, "SELECT value FROM run_params WHERE key = 'model.kind'"), model.kind());
        assert_eq!(text(&store, "SELECT value FROM run_params WHERE key = 'lookback'"), "6");
        assert_eq!(
            count(
                &store,
                "SELECT count(*) FROM predictions WHERE split = 'valid' AND label IS NOT NULL AND forward_return IS NOT NULL"
            ),
            trained.windows[1] as i64
        );
        assert_eq!(
            count(
                &store,
                "SELECT count(*) FROM predictions WHERE (probability >= threshold) <> (ml_verdict = 'LONG')
                           OR final_verdict <> ml_verdict OR final_source <> 'model' OR NOT latency_ms >= 0
                           OR abs(confidence - abs(2 * probability - 1)) > 1e-15 OR threshold IS NULL"
            ),
            0
        );
        let curve = count(&store, "SELECT count(*) FROM run_metrics WHERE step > 0");
        assert_eq!(curve, 4 * trained.curve.len() as i64);
        assert_eq!(trained.curve.is_empty(), model.kind() == "logistic");
        // Metrics are the view's, in the result, in run_metrics and in the manifest.
        let area: f64 = store.conn().query_row("SELECT roc_auc FROM classifier_metrics", [], |row| row.get(0)).unwrap();
        assert_eq!(trained.metrics["roc_auc"], Some(area));
        assert_eq!(trained.metrics["n"], Some(trained.windows[1] as f64));
        let kept: f64 = store
            .conn()
            .query_row("SELECT value FROM run_metrics WHERE step = 0 AND key = 'roc_auc'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(kept, area);
        let manifest: f64 = store
            .conn()
            .query_row("SELECT CAST(manifest ->> '$.metrics.roc_auc' AS DOUBLE) FROM models", [], |row| row.get(0))
            .unwrap();
        assert_eq!(manifest, area);
        assert_eq!(
            text(&store, "SELECT manifest ->> '$.test_start' FROM models"),
            trained.periods.test_start.to_string()
        );
        assert_eq!(text(&store, "SELECT manifest ->> '$.features[0].name' FROM models"), "close");
    }
}

#[test]
fn the_threshold_is_the_best_f1_of_the_stored_predictions() {
    let store = market();
    let trained = train(&store, mlp());
    let best: f64 = store
        .conn()
        .query_row("SELECT max(f1) FROM threshold_sweep WHERE split = 'valid'", [], |row| row.get(0))
        .unwrap();
    assert!(trained.metrics["f1"].unwrap() >= best - 1e-12, "{:?} against the sweep's {best}", trained.metrics["f1"]);
}

#[test]
fn a_stored_model_reproduces_its_validation_predictions_exactly() {
    let store = market();
    for model in [logistic(), mlp()] {
        let trained = train(&store, model);
        let loaded = models::load(&store, &trained.model_id).unwrap();
        assert_eq!(loaded.threshold().to_bits(), trained.threshold.to_bits());
        let periods = loaded.manifest.periods;
        let dataset = dataset::load(&store, &loaded.dataset(&loaded.symbols(), None, None)).unwrap();
        assert_eq!(dataset.fingerprint, loaded.manifest.data_fingerprint);
        let valid = dataset::split::restore(&dataset, periods).valid;
        let found = loaded.calibrated.probabilities(&valid, &Silent).unwrap();
        let mut statement = store
            .conn()
            .prepare("SELECT epoch_us(ts), symbol, probability FROM predictions WHERE run_id = ? ORDER BY ts, symbol")
            .unwrap();
        let rows = statement.query_map([&trained.run_id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        let stored: Vec<(i64, String, f64)> = rows.map(Result::unwrap).collect();
        let again: Vec<(i64, String, f64)> = valid
            .iter()
            .zip(found)
            .map(|(sample, p)| (sample.ts.0, valid.series_of(sample).symbol.to_string(), p))
            .collect();
        assert_eq!(stored, again);
    }
}

#[test]
fn training_twice_gives_the_same_model() {
    let (a, b) = (market(), market());
    let (first, second) = (train(&a, mlp()), train(&b, mlp()));
    let sha = |store: &Store| text(store, "SELECT sha256 FROM models");
    assert_eq!(sha(&a), sha(&b));
    assert_eq!(first.metrics, second.metrics);
    let third = train(&a, mlp());
    assert_eq!((third.version, third.name), (2, first.name));
    assert_eq!(models::load(&a, "mlp_toy_1h@1").unwrap().model_id, first.model_id);
    assert_eq!(models::load(&a, "mlp_toy_1h").unwrap().model_id, third.model_id);
}

#[test]
fn evaluation_judges_the_test_period() {
    let store = market();
    for model in [logistic(), mlp()] {
        let trained = train(&store, model);
        let loaded = models::load(&store, &trained.model_id).unwrap();
        let evaluated = models::evaluate(&store, &loaded, NOW, &Silent).unwrap();
        assert_eq!(evaluated.windows, trained.windows[2]);
        assert_eq!(evaluated.metrics["n"], Some(trained.windows[2] as f64));
        let row =
            |sql: &str| -> String { store.conn().query_row(sql, params![evaluated.run_id], |row| row.get(0)).unwrap() };
        assert_eq!(
            row("SELECT kind || ' ' || status || ' ' || parent_run_id FROM runs WHERE run_id = ?"),
            format!("evaluate finished {}", trained.run_id)
        );
        assert_eq!(
            row("SELECT min(split) || ' ' || min(ts) FROM predictions WHERE run_id = ?"),
            format!("test {}", trained.periods.test_start)
        );
        assert_eq!(
            row("SELECT CAST(max(ts) AS VARCHAR) FROM predictions WHERE run_id = ?"),
            trained.periods.test_end.to_string()
        );
        // Twice the same question, twice the same answer.
        assert_eq!(models::evaluate(&store, &loaded, NOW, &Silent).unwrap().metrics, evaluated.metrics);
    }
}

#[test]
fn predictions_begin_after_everything_the_fit_has_seen() {
    let store = market();
    let trained = train(&store, mlp());
    let loaded = models::load(&store, &trained.model_id).unwrap();
    let predictions = models::predict(&store, &loaded, &[], None, None, &Silent).unwrap();
    assert_eq!(predictions[0].ts, trained.periods.test_start);
    assert_eq!(predictions.last().unwrap().ts, fixture::ts(BARS - 1));
    assert!(predictions.iter().all(|prediction| (0.0..=1.0).contains(&prediction.probability)));
    // The same numbers as the evaluation stored.
    let evaluated = models::evaluate(&store, &loaded, NOW, &Silent).unwrap();
    let sql = "SELECT probability FROM predictions WHERE run_id = ? ORDER BY ts, symbol";
    let mut statement = store.conn().prepare(sql).unwrap();
    let stored: Vec<f64> =
        statement.query_map([&evaluated.run_id], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let asked: Vec<f64> = predictions.iter().take(stored.len()).map(|prediction| prediction.probability).collect();
    assert_eq!(stored, asked);
    let one = models::predict(
        &store,
        &loaded,
        &["BBB".parse().unwrap()],
        Some(fixture::ts(100)),
        Some(fixture::ts(103)),
        &Silent,
    )
    .unwrap();
    let times: Vec<Ts> = one.iter().map(|prediction| prediction.ts).collect();
    assert_eq!(times, [100, 101, 102].map(fixture::ts));
    assert_eq!(one[0].close_ts, fixture::ts(101));
}

#[test]
fn what_cannot_be_trained_is_refused_before_anything_is_stored() {
    let store = fixture::store(&["AAA", "BBB"], BARS, |_, rows| {
        rows.label.iter_mut().for_each(|label| *label = label.map(|_| 0))
    });
    assert!(refusal(&store, &config(logistic())).contains("train windows have label 0; widen the period"));
    let late = fixture::store(&["AAA"], BARS, |_, rows| {
        rows.label.iter_mut().skip(300).for_each(|label| *label = label.map(|_| 1));
    });
    assert!(refusal(&late, &config(mlp())).contains("valid windows have label 1"));
    let short = fixture::store(&["AAA"], 60, |_, _| {});
    let few = refusal(&short, &config(logistic()));
    assert!(few.contains("train has 26 labelled windows, at least 64 are needed"), "{few}");
    let mut unlabelled = config(logistic());
    unlabelled.dataset.label_set = "nope".into();
    let message = refusal(&short, &unlabelled);
    assert!(message.contains("label set 'nope' labels none") && message.contains("tb_test"), "{message}");
    let wrong = ModelSpec::Mlp(MlpSpec { dropout: 2.0, ..MlpSpec::default() });
    assert!(refusal(&short, &config(wrong)).contains("dropout = 2"));
}

#[test]
fn a_failing_fit_leaves_a_failed_run_and_nothing_else() {
    let store = market();
    let diverging = ModelSpec::Mlp(MlpSpec {
        hidden: vec![8],
        batch_norm: false,
        learning_rate: 1e30,
        clip_norm: 1e30,
        epochs: 3,
        ..MlpSpec::default()
    });
    let error = models::train(&store, &config(diverging), NOW, &Silent).unwrap_err();
    assert!(matches!(error, ModelError::Diverged(_)), "{error}");
    assert!(text(&store, "SELECT status || ': ' || error FROM runs").starts_with("failed: training diverged in epoch"));
    assert_eq!(
        count(
            &store,
            "SELECT (SELECT count(*) FROM models) + (SELECT count(*) FROM predictions) + (SELECT count(*) FROM run_metrics)"
        ),
        0
    );
}

#[test]
fn a_model_that_does_not_fit_is_refused() {
    let store = market();
    let trained = train(&store, mlp());
    let message = |sql: &str| {
        store.conn().execute_batch(&format!("BEGIN; {sql}")).unwrap();
        let error = models::load(&store, &trained.model_id).err().map(|error| error.to_string());
        store.conn().execute_batch("ROLLBACK").unwrap();
        error.unwrap_or_else(|| panic!("accepted after {sql}"))
    };
    let set = |edit: &str| format!("UPDATE models SET manifest = {edit}");
    assert!(message("UPDATE models SET weights = weights || 'x'::BLOB").contains("SHA-256"));
    assert!(
        message("UPDATE models SET kind = 'logistic'")
            .contains("stored as kind 'logistic', but its manifest says 'mlp'")
    );
    let forest = format!(
        "UPDATE models SET kind = 'forest'; {}",
        set("replace(manifest, '\"kind\":\"mlp\"', '\"kind\":\"forest\"')")
    );
    assert!(message(&forest).contains("kind 'forest' is unknown; this ws knows logistic, mlp"));
    assert!(message(&set("replace(manifest, '\"format\":1', '\"format\":9')")).contains("layout 9"));
    assert!(
        message(&set("replace(manifest, '[32,16]', '[32,17]')"))
            .contains("has shape [16, 32], the specification needs [17, 32]")
    );
    assert!(
        message(&set("replace(manifest, '\"lookback\":6', '\"lookback\":7')")).contains("'hidden.0.weight' has shape")
    );
    assert!(message(&set("'{}'")).contains("manifest can't be read"));
    assert!(message("DELETE FROM models").contains("unknown model"));

    let loaded = models::load(&store, &trained.model_id).unwrap();
    let rebuilt = "UPDATE feature_sets SET version = 'newer'; COMMENT ON TABLE features_toy IS 'toy newer'";
    store.conn().execute_batch(rebuilt).unwrap();
    for error in [
        models::evaluate(&store, &loaded, NOW, &Silent).unwrap_err(),
        models::predict(&store, &loaded, &[], None, None, &Silent).unwrap_err(),
    ] {
        assert!(
            error.is_refusal() && error.to_string().contains("built with definition newer, but a1b2c3 is needed"),
            "{error}"
        );
    }
    assert_eq!(count(&store, "SELECT count(*) FROM runs WHERE kind = 'evaluate'"), 0);
}

#[test]
fn a_named_window_judges_on_its_samples_alone() {
    let store = market();
    let trained = train(&store, logistic());
    let loaded = models::load(&store, &trained.model_id).unwrap();
    let (start, end) = (trained.periods.test_start, trained.periods.test_end);
    let middle = Ts(start.0 + (end.0 - start.0) / 2);
    let window = Window::new(middle, end).unwrap();
    let part = models::evaluate_within(&store, &loaded, ("late", window), NOW, &Silent).unwrap();
    let whole = models::evaluate(&store, &loaded, NOW, &Silent).unwrap();
    assert!(part.windows > 0 && part.windows < whole.windows, "{} of {}", part.windows, whole.windows);
    let sql = format!(
        "SELECT count(*) FROM predictions AS p WHERE p.run_id = '{}' AND NOT (p.ts >= TIMESTAMP '{middle}' AND p.ts < TIMESTAMP '{end}')",
        part.run_id
    );
    assert_eq!(count(&store, &sql), 0, "nothing beyond the window");
    let sql = format!(
        "SELECT count(*) FROM predictions WHERE run_id = '{}' AND ts >= TIMESTAMP '{middle}' AND ts < TIMESTAMP '{end}'",
        whole.run_id
    );
    assert_eq!(count(&store, &sql), part.windows as i64, "and everything within it");
    let sql = format!(
        "SELECT count(*) FROM run_params WHERE run_id = '{}' AND key = 'window' AND value = 'late'",
        part.run_id
    );
    assert_eq!((count(&store, &sql), part.judged_on().as_str()), (1, "window late"));
    let early = Window::new(start.plus(-1), end).unwrap();
    let error = models::evaluate_within(&store, &loaded, ("early", early), NOW, &Silent).unwrap_err();
    assert!(error.is_refusal() && error.to_string().contains("has seen bars up to"), "{error}");
}

#[test]
fn an_empty_test_period_is_refused() {
    let store = market();
    let trained = train(&store, logistic());
    let loaded = models::load(&store, &trained.model_id).unwrap();
    store.conn().execute("DELETE FROM labels WHERE ts >= make_timestamp(?)", [trained.periods.test_start.0]).unwrap();
    let error = models::evaluate(&store, &loaded, NOW, &Silent).unwrap_err();
    assert!(error.is_refusal() && error.to_string().starts_with("no sample between"), "{error}");
}

#[test]
fn results_too_good_to_be_true_raise_the_alarm() {
    let metrics = |accuracy: f64, area: Option<f64>| -> Metrics {
        [("accuracy", Some(accuracy)), ("roc_auc", area), ("base_rate", Some(0.1))]
            .map(|(key, value)| (key.to_string(), value))
            .into()
    };
    assert_eq!(leak_alarm(&metrics(0.79, Some(0.74))), None);
    assert_eq!(leak_alarm(&metrics(0.5, None)), None);
    assert_eq!(leak_alarm(&Metrics::new()), None);
    let accurate = leak_alarm(&metrics(0.8, Some(0.5))).unwrap();
    assert!(accurate.contains("accuracy 0.800 ≥ 0.80 (always guessing the commoner class gives 0.900)"), "{accurate}");
    assert!(leak_alarm(&metrics(0.5, Some(0.75))).unwrap().contains("ROC-AUC 0.750 ≥ 0.75"));
}
