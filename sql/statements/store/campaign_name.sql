-- The given name of a campaign; no row for a run of another kind.
SELECT coalesce(name, '') FROM runs WHERE run_id = $1 AND kind = 'campaign'
