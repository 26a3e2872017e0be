-- First bar of each series of a symbol, or adjusted from it, in the sessions from a day on; only series whose prices don't
-- have what happened then. $1 symbol, $2 the day (days since 1970-01-01), $3 whether it was a split (else a dividend).
SELECT b.symbol, b.interval, epoch_us(min(b.ts))
FROM bars AS b
LEFT JOIN instruments AS i ON i.symbol = b.symbol
WHERE coalesce(i.base_symbol, b.symbol) = $1 AND b.session_date >= DATE '1970-01-01' + CAST($2 AS INTEGER)
    AND CASE WHEN $3 THEN b.adjustment = 'raw' ELSE b.adjustment <> 'total' END
GROUP BY ALL
ORDER BY ALL
