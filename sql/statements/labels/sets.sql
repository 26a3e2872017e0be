-- Every label set with what is built of it, by name and bar length; sets older than their records have no kind.
SELECT
    coalesce(l.label_set, s.name)                   AS name,
    s.kind,
    CAST(s.spec AS VARCHAR)                         AS spec,
    epoch_us(s.created_at)                          AS created_at,
    l.interval,
    count(DISTINCT l.symbol)                        AS n_series,
    count(l.ts)                                     AS n_rows,
    count(l.label)                                  AS n_complete,
    CAST(avg(l.label) AS DOUBLE)                    AS base_rate,
    avg(l.weight)                                   AS mean_weight
FROM labels AS l
FULL JOIN label_sets AS s ON s.name = l.label_set
GROUP BY ALL
ORDER BY name, l.interval
