-- Makes room for the new labels of some series. Symbols and intervals come joined by line feeds, side by side.
DELETE FROM labels
WHERE label_set = $1
  AND (symbol, interval) IN (SELECT (unnest(string_split($2, chr(10))), unnest(string_split($3, chr(10)))))
