-- about: Gaps, duplicates, refusals and missing volumes of each series, the worst first
-- params: symbol VARCHAR = NULL, limit BIGINT = 50
SELECT
    symbol,
    interval,
    calendar,
    n_bars,
    first_ts,
    last_ts,
    n_duplicates,
    n_bad_prices,
    n_gaps,
    longest_gap_days,
    n_missing_bars,
    n_missing_sessions,
    n_outside,
    coverage,
    missing_volume_share,
    zero_volume_share,
    n_rejected,
    n_revisions,
    is_synthetic
FROM data_quality
WHERE $symbol IS NULL OR symbol = $symbol
ORDER BY n_duplicates + n_bad_prices DESC, n_rejected DESC, n_gaps DESC, symbol, interval
LIMIT $limit
