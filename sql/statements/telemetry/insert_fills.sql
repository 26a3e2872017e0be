-- Executions of a run, in order. $1 and $2 rows, $3 run, $4 texts by number, joined by line feeds.
INSERT INTO fills (run_id, order_id, symbol, side, size, price, ref_price, commission, slippage, ts, note)
SELECT $3, order_id, symbol, string_split($4, chr(10))[side], size, price, ref_price, commission, slippage, ts, note
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
