-- The net return of every trade at its exit.
SELECT exit_ts, return_pct, side
FROM trades
WHERE run_id = $1
ORDER BY exit_ts, trade_id
