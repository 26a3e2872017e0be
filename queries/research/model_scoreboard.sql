-- about: Models with their newest test and backtest, the newest first
-- params: name VARCHAR = NULL, limit BIGINT = 20
SELECT
    name || '@' || version AS model,
    kind,
    created_at,
    n_test,
    base_rate,
    precision,
    recall,
    f1,
    roc_auc,
    pr_auc,
    log_loss,
    sharpe,
    total_return,
    benchmark_return,
    n_trades,
    model_id
FROM model_scoreboard
WHERE $name IS NULL OR name = $name
ORDER BY created_at DESC, model_id
LIMIT $limit
