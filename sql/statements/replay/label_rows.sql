-- Labels. $1 label set (empty: all), $2 symbols joined by line feeds (empty: all).
SELECT * FROM labels
WHERE ($1 = '' OR label_set = $1) AND ($2 = '' OR symbol IN (SELECT unnest(string_split($2, chr(10)))))
