-- Whether this store has the view that computes classification metrics.
SELECT count(*) FROM duckdb_views() WHERE view_name = 'classifier_metrics' AND NOT internal
