-- A model as stored. $1 its id.
SELECT model_id, name, version, kind, run_id, sha256, CAST(manifest AS VARCHAR) FROM models WHERE model_id = $1
