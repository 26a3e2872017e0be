-- Everything that the store says of one run itself; symbols come joined by line feeds.
SELECT run_id, parent_run_id, kind, mode, name, status, epoch_us(started_at), epoch_us(ended_at), seed, code_version,
       data_fingerprint, feature_set_hash, epoch_us(data_as_of), model_id, strategy, interval,
       array_to_string(coalesce(symbols, []), chr(10)), error
FROM runs
WHERE run_id = $1
