-- Series of a feature set that were built again after a time, or no longer follow from their bars. $1 symbols joined by
-- line feeds, $2 interval, $3 hash of the set, $4 the time.
WITH named AS (SELECT DISTINCT name FROM feature_sets WHERE version = $3)
SELECT n.name,
       (SELECT count(*) FROM feature_state AS f
        WHERE f.name = n.name AND f.interval = $2 AND f.built_at > make_timestamp($4)
          AND f.symbol IN (SELECT unnest(string_split($1, chr(10))))) AS rebuilt,
       (SELECT count(*) FROM stale_marks AS m
        WHERE m.kind = 'features' AND m.name = n.name AND m.interval = $2
          AND m.symbol IN (SELECT unnest(string_split($1, chr(10))))) AS stale
FROM named AS n
ORDER BY n.name
