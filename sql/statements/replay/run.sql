-- Everything that the store says of one run itself; symbols come joined by line feeds. A trial read nothing itself: its
-- inputs are those of its experiment, as they were when that began. $1 run.
SELECT r.run_id, r.parent_run_id, r.kind, r.mode, r.name, r.status, epoch_us(r.started_at), epoch_us(r.ended_at), r.seed,
       r.code_version, r.data_fingerprint, r.feature_set_hash, epoch_us(r.data_as_of), r.model_id, r.strategy, r.interval,
       array_to_string(coalesce(r.symbols, []), chr(10)), r.error, epoch_us(coalesce(e.started_at, r.started_at))
FROM runs AS r
LEFT JOIN runs AS e ON e.run_id = r.parent_run_id AND e.kind = 'experiment' AND r.kind = 'trial'
WHERE r.run_id = $1
