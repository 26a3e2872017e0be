-- Identity and lineage of one run, with its currency, the share of synthetic bars behind it and whether only survivors were chosen from.
WITH held AS (SELECT unnest(symbols) AS symbol, interval FROM runs WHERE run_id = $1)
SELECT
    r.run_id, r.parent_run_id, r.kind, r.mode, r.name, r.status, r.started_at, r.ended_at, r.seed, r.code_version,
    r.data_fingerprint, r.feature_set_hash, r.data_as_of, r.model_id, r.strategy, r.interval,
    array_to_string(r.symbols, ', ') AS symbols,
    len(r.symbols)                   AS n_symbols,
    r.error,
    nullif(c.currency, 'mixed') AS currency,
    (SELECT count(DISTINCT b.symbol) FROM bars AS b
     JOIN held AS h ON h.symbol = b.symbol AND h.interval = b.interval
     WHERE starts_with(b.source, 'synthetic'))                                                        AS n_synthetic,
    (SELECT count(*) FROM run_params AS p
     WHERE p.run_id = r.run_id AND p.key = 'in_sample' AND lower(p.value) = 'true')                   AS n_in_sample,
    (SELECT count(*) FROM run_params AS p
     WHERE p.run_id = r.run_id AND p.key = 'audit' AND p.value = 'none')                               AS n_unaudited,
    -- Every universe that holds all its symbols knows only names that are still members.
    (SELECT coalesce(bool_and(u.n_ended = 0), false) FROM (
        SELECT count(DISTINCT h.symbol) AS n_held, count(m."to") AS n_ended
        FROM universe AS m LEFT JOIN (SELECT DISTINCT symbol FROM held) AS h ON h.symbol = m.symbol GROUP BY m.name) AS u
     WHERE len(r.symbols) > 1 AND u.n_held = len(list_distinct(r.symbols)))                            AS is_survivors
FROM runs AS r
LEFT JOIN run_currency AS c ON c.run_id = r.run_id
WHERE r.run_id = $1
