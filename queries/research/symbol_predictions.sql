-- about: How well a model did on each symbol, the best ranked first
-- params: run VARCHAR, split VARCHAR = 'test', limit BIGINT = 50
SELECT symbol, n, base_rate, n_predicted, precision, recall, f1, roc_auc, brier, mean_return
FROM symbol_breakdown
WHERE run_id = $run AND split = $split
ORDER BY roc_auc DESC NULLS LAST, symbol
LIMIT $limit
