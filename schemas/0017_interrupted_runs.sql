-- A run whose program ended before it did says so: the next writer marks it, as only one process can write at a time.
COMMENT ON COLUMN runs.status IS 'running, finished, failed, or interrupted: its program ended before it did';
COMMENT ON COLUMN runs.ended_at IS 'UTC end; of an interrupted run when that was noticed; NULL while running';
COMMENT ON COLUMN runs.error IS 'What failed, when status is failed or interrupted; of a campaign, how many of its cells';
