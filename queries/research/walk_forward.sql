-- about: Months of the choice itself: what the trial chosen without having seen the month made in it; the newest experiment unless one is named, by id or name
-- params: experiment VARCHAR = NULL
SELECT
    path,
    date_trunc('month', session_date)                                AS month,
    count(*)                                                         AS n_days,
    count(DISTINCT trial)                                            AS n_choices,
    array_to_string(list_sort(list(DISTINCT trial)), ', ')           AS trials,
    product(1 + "return") - 1                                        AS total_return,
    CASE WHEN stddev_samp("return") > 1e-12 THEN avg("return") / stddev_samp("return") END AS sharpe_daily,
    experiment_id
FROM experiment_paths
WHERE experiment_id = (
    SELECT max_by(run_id, (started_at, run_id)) FROM runs
    WHERE kind = 'experiment' AND ($experiment IS NULL OR run_id = $experiment OR name = $experiment))
GROUP BY experiment_id, path, month
ORDER BY path, month
