-- about: Every model with the metrics of its newest test and its newest backtest
-- grain: model_id
-- col model_id: Model
-- col name: Model name
-- col version: Version within the name, from 1
-- col kind: Learner
-- col created_at: UTC time of the write
-- col train_run_id: Training run
-- col interval: Bar length it was trained on
-- col test_run_id: Newest run of the model with test metrics; NULL when there is none
-- col n_test: Test predictions
-- col base_rate: Share of label 1 in the test period, a fraction
-- col threshold: Decision threshold
-- col accuracy: As in classifier_metrics, a fraction
-- col precision: As in classifier_metrics, a fraction
-- col recall: As in classifier_metrics, a fraction
-- col f1: As in classifier_metrics, a fraction
-- col roc_auc: As in classifier_metrics
-- col pr_auc: As in classifier_metrics
-- col log_loss: As in classifier_metrics
-- col brier: As in classifier_metrics
-- col backtest_run_id: Newest backtest of the model; NULL when there is none
-- col sharpe: Sharpe ratio of that backtest
-- col total_return: Its total return, a fraction
-- col max_drawdown: Its maximum drawdown, a fraction <= 0
-- col benchmark_return: Buy-and-hold over the same bars, a fraction
-- col n_trades: Its closed round trips
WITH
model_runs AS (
    SELECT model_id, run_id, started_at
    FROM runs
    WHERE model_id IS NOT NULL
    UNION
    SELECT m.model_id, r.run_id, r.started_at
    FROM models AS m
    JOIN runs AS r ON r.run_id = m.run_id
),
newest AS (
    SELECT
        m.model_id,
        arg_max(m.run_id, {'at': m.started_at, 'id': m.run_id}) FILTER (s.split = 'test')     AS test_run_id,
        arg_max(m.run_id, {'at': m.started_at, 'id': m.run_id}) FILTER (s.split = 'backtest') AS backtest_run_id
    FROM model_runs AS m
    JOIN run_metrics AS s ON s.run_id = m.run_id AND s.step = 0
    GROUP BY m.model_id
),
tests AS (
    SELECT
        run_id,
        max(value) FILTER (key = 'n')          AS n,
        max(value) FILTER (key = 'base_rate')  AS base_rate,
        max(value) FILTER (key = 'threshold')  AS threshold,
        max(value) FILTER (key = 'accuracy')   AS accuracy,
        max(value) FILTER (key = 'precision')  AS precision,
        max(value) FILTER (key = 'recall')     AS recall,
        max(value) FILTER (key = 'f1')         AS f1,
        max(value) FILTER (key = 'roc_auc')    AS roc_auc,
        max(value) FILTER (key = 'pr_auc')     AS pr_auc,
        max(value) FILTER (key = 'log_loss')   AS log_loss,
        max(value) FILTER (key = 'brier')      AS brier
    FROM run_metrics
    WHERE split = 'test' AND step = 0
    GROUP BY run_id
),
backtests AS (
    SELECT
        run_id,
        max(value) FILTER (key = 'sharpe')            AS sharpe,
        max(value) FILTER (key = 'total_return')      AS total_return,
        max(value) FILTER (key = 'max_drawdown')      AS max_drawdown,
        max(value) FILTER (key = 'benchmark_return')  AS benchmark_return,
        max(value) FILTER (key = 'n_trades')          AS n_trades
    FROM run_metrics
    WHERE split = 'backtest' AND step = 0
    GROUP BY run_id
)
SELECT
    m.model_id,
    m.name,
    m.version,
    m.kind,
    m.created_at,
    m.run_id                     AS train_run_id,
    r.interval,
    n.test_run_id,
    CAST(t.n AS BIGINT)          AS n_test,
    t.base_rate,
    t.threshold,
    t.accuracy,
    t.precision,
    t.recall,
    t.f1,
    t.roc_auc,
    t.pr_auc,
    t.log_loss,
    t.brier,
    n.backtest_run_id,
    b.sharpe,
    b.total_return,
    b.max_drawdown,
    b.benchmark_return,
    CAST(b.n_trades AS BIGINT)   AS n_trades
FROM models AS m
LEFT JOIN runs AS r ON r.run_id = m.run_id
LEFT JOIN newest AS n ON n.model_id = m.model_id
LEFT JOIN tests AS t ON t.run_id = n.test_run_id
LEFT JOIN backtests AS b ON b.run_id = n.backtest_run_id
