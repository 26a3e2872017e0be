-- about: A model on each split side by side: a large fall from train to test is memory, not skill
-- params: run VARCHAR
SELECT
    c.split,
    c.n,
    c.base_rate,
    c.accuracy,
    c.precision,
    c.recall,
    c.f1,
    c.roc_auc,
    c.pr_auc,
    c.log_loss,
    i.ic,
    i.rank_ic
FROM classifier_metrics AS c
LEFT JOIN information_coefficient AS i ON i.run_id = c.run_id AND i.split = c.split
WHERE c.run_id = $run
ORDER BY list_position(['train', 'valid', 'test', 'backtest'], c.split)
