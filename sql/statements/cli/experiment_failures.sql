-- Why trials failed, the commonest first.
SELECT count(*) AS failed, min(trial) AS first_trial, error
FROM trials
WHERE experiment_id = $1 AND state = 'failed'
GROUP BY error
ORDER BY failed DESC, first_trial
LIMIT 10
