-- Whether the store carries the view that defines a run's metrics.
SELECT count(*) > 0 FROM duckdb_views() WHERE view_name = 'run_performance' AND NOT internal
