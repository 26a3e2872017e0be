-- Orders of a run, in order. $1 and $2 rows, $3 run, $4 strategies by index and $5 texts by number, joined by line feeds.
INSERT INTO orders (run_id, order_id, symbol, strategy, side, size, order_type, decided_ts, status, reason)
SELECT
    $3,
    order_id,
    symbol,
    string_split($4, chr(10))[strategy],
    string_split($5, chr(10))[side],
    size,
    string_split($5, chr(10))[order_type],
    decided_ts,
    string_split($5, chr(10))[status],
    string_split($5, chr(10))[reason]
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
