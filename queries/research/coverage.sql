-- about: What the store can be asked about: bars, labels and predictions a symbol and bar length
-- params: symbol VARCHAR = NULL
WITH
labelled AS (
    SELECT symbol, interval, count(*) AS n_labels, count(DISTINCT label_set) AS n_label_sets
    FROM labels
    GROUP BY symbol, interval
),
predicted AS (
    SELECT symbol, interval, count(*) AS n_predictions
    FROM predictions
    GROUP BY symbol, interval
)
SELECT
    q.symbol,
    q.interval,
    q.n_bars,
    q.n_sessions,
    q.first_ts,
    q.last_ts,
    array_to_string(q.sources, ', ')   AS sources,
    coalesce(l.n_labels, 0)            AS n_labels,
    coalesce(l.n_label_sets, 0)        AS n_label_sets,
    coalesce(p.n_predictions, 0)       AS n_predictions
FROM data_quality AS q
LEFT JOIN labelled AS l ON l.symbol = q.symbol AND l.interval = q.interval
LEFT JOIN predicted AS p ON p.symbol = q.symbol AND p.interval = q.interval
WHERE $symbol IS NULL OR q.symbol = $symbol
ORDER BY q.symbol, q.interval
