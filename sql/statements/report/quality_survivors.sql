-- Universes without a single ended membership that hold at least two of the stored symbols.
-- $1 symbols joined by line feeds, empty for all.
SELECT u.name, count(DISTINCT u.symbol) FILTER (s.symbol IS NOT NULL) AS n_held
FROM universe AS u
LEFT JOIN (SELECT DISTINCT symbol FROM bars WHERE $1 = '' OR symbol IN (SELECT unnest(string_split($1, chr(10))))) AS s
    ON s.symbol = u.symbol
GROUP BY u.name
HAVING count(u."to") = 0 AND n_held > 1
ORDER BY u.name
