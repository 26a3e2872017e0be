-- Rows of a feature table. $1 table, $2 symbols joined by line feeds (empty: all).
SELECT * FROM query_table($1) WHERE $2 = '' OR symbol IN (SELECT unnest(string_split($2, chr(10))))
