-- Adjusted series: symbol, what it was made of, bar length and adjustment.
SELECT DISTINCT b.symbol, i.base_symbol, b.interval, b.adjustment
FROM bars b JOIN instruments i ON i.symbol = b.symbol
WHERE ends_with(b.source, 'adjust') AND i.base_symbol IS NOT NULL AND b.adjustment IN ('split', 'total')
ORDER BY ALL
