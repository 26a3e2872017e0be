-- What each closed trade of a run made, in order of exit.
SELECT pnl
FROM trades
WHERE run_id = $1
ORDER BY exit_ts, trade_id
