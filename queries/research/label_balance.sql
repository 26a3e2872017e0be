-- about: How often a label set says 1, which barrier came first, and what was earned
-- params: label_set VARCHAR = NULL, symbol VARCHAR = NULL
SELECT
    label_set,
    symbol,
    interval,
    count(*)                                                                AS n,
    count(*) FILTER (label IS NULL)                                         AS n_without_label,
    avg(label)                                                              AS base_rate,
    count(*) FILTER (barrier = 'take_profit') / nullif(count(barrier), 0)   AS take_profit_share,
    count(*) FILTER (barrier = 'stop_loss') / nullif(count(barrier), 0)     AS stop_loss_share,
    count(*) FILTER (barrier = 'horizon') / nullif(count(barrier), 0)       AS horizon_share,
    count(*) FILTER (barrier = 'session') / nullif(count(barrier), 0)       AS session_share,
    avg(forward_return)                                                     AS mean_forward_return,
    avg(weight)                                                             AS mean_weight
FROM labels
WHERE ($label_set IS NULL OR label_set = $label_set) AND ($symbol IS NULL OR symbol = $symbol)
GROUP BY label_set, symbol, interval
ORDER BY label_set, symbol, interval
