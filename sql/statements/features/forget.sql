-- Forgets where the builds of some series stood. Symbols and intervals come joined by line feeds, side by side.
DELETE FROM feature_state
WHERE name = $1
  AND (symbol, interval) IN (SELECT (unnest(string_split($2, chr(10))), unnest(string_split($3, chr(10)))))
