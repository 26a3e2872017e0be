-- Closed round trips of a run, in order. $1 and $2 rows, $3 run, $4 strategies by index and $5 texts by number, joined by
-- line feeds.
INSERT INTO trades (
    run_id, trade_id, symbol, strategy, side, size, entry_ts, entry_price, exit_ts, exit_price, pnl, return_pct, commission,
    slippage, exit_reason, bars_held, holding_minutes, gross_pnl, entry_commission, exit_commission, carry)
SELECT
    $3,
    trade_id,
    symbol,
    string_split($4, chr(10))[strategy],
    string_split($5, chr(10))[side],
    size,
    entry_ts,
    entry_price,
    exit_ts,
    exit_price,
    pnl,
    return_pct,
    commission,
    slippage,
    string_split($5, chr(10))[exit_reason],
    bars_held,
    holding_minutes,
    gross_pnl,
    entry_commission,
    exit_commission,
    carry
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
