-- about: Runs, the newest first, with where each came from
-- params: kind VARCHAR = NULL, status VARCHAR = NULL, limit BIGINT = 20
SELECT
    run_id,
    kind,
    status,
    started_at,
    epoch(ended_at - started_at)  AS seconds,
    strategy,
    model_id,
    interval,
    len(symbols)                  AS n_symbols,
    parent_run_id,
    seed,
    code_version,
    left(data_fingerprint, 12)    AS data_fingerprint,
    data_as_of,
    error
FROM runs
WHERE ($kind IS NULL OR kind = $kind) AND ($status IS NULL OR status = $status)
ORDER BY started_at DESC, run_id DESC
LIMIT $limit
