-- Splits of some instruments, ascending. $1 symbols joined by line feeds.
SELECT symbol, CAST(ex_date - DATE '1970-01-01' AS BIGINT), split
FROM corporate_actions
WHERE split > 0 AND symbol IN (SELECT unnest(string_split($1, chr(10))))
ORDER BY symbol, ex_date
