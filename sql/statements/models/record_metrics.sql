-- Keeps a run's classification metrics as its view computes them, so that leaderboards need not recompute them.
-- $1 run, $2 split.
INSERT INTO run_metrics (run_id, split, step, key, value)
SELECT run_id, split, 0, key, value
FROM (SELECT run_id, split, n::DOUBLE AS n, base_rate::DOUBLE AS base_rate, threshold::DOUBLE AS threshold,
             accuracy::DOUBLE AS accuracy, precision::DOUBLE AS precision, recall::DOUBLE AS recall, f1::DOUBLE AS f1,
             roc_auc::DOUBLE AS roc_auc, pr_auc::DOUBLE AS pr_auc, log_loss::DOUBLE AS log_loss, brier::DOUBLE AS brier,
             tp::DOUBLE AS tp, fp::DOUBLE AS fp, tn::DOUBLE AS tn, fn::DOUBLE AS fn
      FROM classifier_metrics
      WHERE run_id = $1 AND split = $2)
UNPIVOT INCLUDE NULLS (value FOR key IN (COLUMNS(* EXCLUDE (run_id, split))))
