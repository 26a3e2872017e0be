-- What was predicted by the closed round trips of a run, and what came, in order. $1 and $2 rows, $3 run, $4 strategies by
-- index and $5 texts by number, joined by line feeds, $6 mode, $7 model.
INSERT INTO prediction_traces (
    trace_id, run_id, mode, ts, symbol, strategy, model_id, predicted_direction, predicted_confidence, actual_direction,
    entry_price, exit_price, holding_period_minutes, realized_return_pct, metadata)
SELECT
    $3 || '/' || trade_id,
    $3,
    $6,
    ts,
    symbol,
    string_split($4, chr(10))[strategy],
    CASE WHEN is_model THEN $7 END,
    string_split($5, chr(10))[predicted_direction],
    predicted_confidence,
    string_split($5, chr(10))[actual_direction],
    entry_price,
    exit_price,
    holding_period_minutes,
    realized_return_pct,
    metadata
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
