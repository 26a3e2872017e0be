-- about: Predictions whose outcome is known, as the classifier metrics read them
-- grain: run_id, split, model_id, symbol, interval, ts
-- col run_id: Run that asked
-- col split: train, valid, test or backtest
-- col model_id: Model asked
-- col symbol: Instrument
-- col interval: Bar length
-- col ts: UTC start of the newest bar in the window
-- col probability: Probability of label 1
-- col threshold: Decision threshold in force
-- col predicted: 1 when probability >= threshold, else 0; NULL without a threshold
-- col label: Realised label, 1 or 0
-- col forward_return: Realised forward return, a fraction; NULL when unknown
-- col bet: LONG or SHORT: the side on which label 1 is right
SELECT
    run_id,
    split,
    model_id,
    symbol,
    interval,
    ts,
    probability,
    threshold,
    CAST(probability >= threshold AS INTEGER) AS predicted,
    CAST(label = 1 AS INTEGER)                AS label,
    forward_return,
    CASE WHEN side < 0 THEN 'SHORT' ELSE 'LONG' END AS bet
FROM predictions
WHERE probability IS NOT NULL AND label IS NOT NULL
