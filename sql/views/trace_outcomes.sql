-- about: Prediction traces as the metrics read them: right or wrong, won or lost, return as a fraction
-- grain: trace_id
-- col trace_id: Trace
-- col run_id: Run
-- col mode: backtest, replay, paper or live
-- col ts: UTC time of the decision
-- col symbol: Instrument
-- col strategy: Strategy
-- col model_id: Model asked; 'none' for a strategy without one
-- col predicted: LONG, SHORT or NOOP
-- col actual: Direction of the price from entry to exit: LONG, SHORT or NOOP
-- col is_right: 1 when predicted = actual, else 0
-- col is_win: 1 when the return after costs is above 0, else 0
-- col return: Realised return net of costs, a fraction
SELECT
    trace_id,
    run_id,
    mode,
    ts,
    symbol,
    strategy,
    coalesce(model_id, 'none')                                AS model_id,
    predicted_direction                                       AS predicted,
    actual_direction                                          AS actual,
    CAST(predicted_direction = actual_direction AS INTEGER)   AS is_right,
    CAST(realized_return_pct > 0 AS INTEGER)                  AS is_win,
    realized_return_pct / 100                                 AS "return"
FROM prediction_traces
