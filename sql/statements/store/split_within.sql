-- The first split of one of some symbols that lies within its raw bars: after the session of the first, up to that of the
-- last before a time. $1 symbols joined by line feeds, $2 interval, $3 the time in microseconds (not included).
WITH asked AS (SELECT unnest(string_split($1, chr(10))) AS symbol),
acting AS (SELECT q.symbol, a.ex_date FROM asked AS q JOIN corporate_actions AS a ON a.symbol = q.symbol WHERE a.split > 0),
held AS (
    SELECT symbol, min(session_date) AS first_date, max(session_date) AS last_date
    FROM bars
    WHERE interval = $2 AND adjustment = 'raw' AND ts < make_timestamp($3) AND symbol IN (SELECT symbol FROM acting)
    GROUP BY symbol
)
SELECT a.symbol, CAST(a.ex_date AS VARCHAR)
FROM acting AS a
JOIN held AS h ON h.symbol = a.symbol
WHERE a.ex_date > h.first_date AND a.ex_date <= h.last_date
ORDER BY a.ex_date, a.symbol
LIMIT 1
