-- Whether the trades of a run are older than fees by side, so that these are NULL throughout. $1 run.
SELECT count(*) > 0 AND count(gross_pnl) = 0 FROM trades WHERE run_id = $1
