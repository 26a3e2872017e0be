-- What a report needs beyond the fixture of the views: an evaluation and training curves of its model, lineage, and
-- a parameter that marks a backtest as in-sample.
INSERT INTO runs (run_id, parent_run_id, kind, mode, name, status, started_at, ended_at, seed, code_version, data_fingerprint, feature_set_hash, model_id, strategy, interval, symbols) VALUES
    ('ev-one', 'tr-one', 'evaluate', 'research', 'm', 'finished', TIMESTAMP '2024-03-06', TIMESTAMP '2024-03-06 00:01:00', 7, '0.1.0', 'ab12cd34', 'ef56', 'm-1', NULL, '1h', ['AAA', 'BBB']);
INSERT INTO predictions
SELECT 'ev-one', split, ts, close_ts, symbol, interval, model_id, probability, threshold, ml_verdict, rule_verdict, final_verdict, final_source, confidence, latency_ms, label, forward_return, side
FROM predictions
WHERE run_id = 'tr-one' AND split IN ('valid', 'test');
INSERT INTO run_metrics
SELECT 'tr-one', s.split, epoch, 'loss', 0.69 - 0.02 * sqrt(epoch) * s.gain + s.rise * epoch
FROM range(1, 31) AS epochs(epoch), (VALUES ('train', 1.0, 0.0), ('valid', 0.8, 0.001)) AS s(split, gain, rise);
INSERT INTO run_metrics
SELECT 'tr-one', s.split, epoch, 'pr_auc', 0.40 + 0.03 * ln(epoch) * s.gain
FROM range(1, 31) AS epochs(epoch), (VALUES ('train', 1.0), ('valid', 0.6)) AS s(split, gain);
INSERT INTO run_params VALUES ('bt-model', 'in_sample', 'true'), ('bt-model', 'param.threshold', '0.5');
