-- What a run rests on that can see ahead, its features, its labels and the statement of its signals, each with its newest look-ahead audit, if any.
WITH rests_on AS (
    SELECT 'features' AS subject, feature_set_hash AS version
    FROM runs WHERE run_id = $1 AND feature_set_hash IS NOT NULL
    UNION ALL
    SELECT 'labels', value FROM run_params WHERE run_id = $1 AND key = 'label_set' AND value IS NOT NULL
    UNION ALL
    SELECT 'query', s.value FROM run_params s JOIN run_params a ON a.run_id = s.run_id AND a.key = 'audit' AND a.value <> 'none'
    WHERE s.run_id = $1 AND s.key = 'signals_sha256'
)
SELECT r.subject, coalesce(a.name, (SELECT any_value(s.name) FROM feature_sets s WHERE s.version = r.version), r.version),
       a.passed, a.cuts, a.alarms, strftime(a.audited_at, '%Y-%m-%d')
FROM rests_on r
LEFT JOIN (
    FROM audits WHERE kind = 'lookahead'
    QUALIFY row_number() OVER (PARTITION BY subject, version ORDER BY audited_at DESC, audit_id DESC) = 1
) a ON a.subject = r.subject AND a.version = r.version
ORDER BY ALL
