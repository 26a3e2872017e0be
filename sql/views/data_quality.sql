-- about: What the store holds of each symbol and bar length, and what is wrong with it
-- grain: symbol, interval
-- col symbol: Instrument
-- col interval: Bar length
-- col n_bars: Bars stored
-- col first_ts: UTC start of the first bar
-- col last_ts: UTC start of the last bar
-- col n_sessions: Trading days with a bar
-- col n_duplicates: Bars that start with another one; must be 0
-- col n_gaps: Intraday: steps within a session longer than the bar; daily: steps over 1 day if the series has weekends, else over 4
-- col longest_gap_days: Longest of these steps, in days; NULL without a gap
-- col n_bad_prices: Bars with a price not above 0, high below or low above another price; must be 0
-- col missing_volume_share: Bars without a volume / n_bars, a fraction
-- col zero_volume_share: Bars with volume 0 / n_bars, a fraction
-- col n_rejected: Input rows refused, of those whose symbol and bar length were known
-- col n_revisions: Bars that a later ingest replaced
-- col sources: Where the bars came from, sorted
-- col is_synthetic: Whether any bar was simulated; NULL without bars
-- col newest_ingest_at: UTC time of the newest write
WITH
bar_lengths (interval, seconds) AS (
    VALUES ('1m', 60), ('5m', 300), ('15m', 900), ('30m', 1800), ('1h', 3600)
),
steps AS (
    SELECT
        symbol,
        interval,
        epoch(ts - lag(ts) OVER in_series)               AS step,
        session_date = lag(session_date) OVER in_series  AS same_session
    FROM bars
    WINDOW in_series AS (PARTITION BY symbol, interval ORDER BY ts)
),
gaps AS (
    SELECT
        s.symbol,
        s.interval,
        count(*) FILTER (s.step = 0)                              AS n_duplicates,
        count(*) FILTER (s.same_session AND s.step > l.seconds)   AS n_in_session,
        max(s.step) FILTER (s.same_session AND s.step > l.seconds) AS longest_in_session,
        count(*) FILTER (s.step > 86400)                          AS n_over_1_day,
        count(*) FILTER (s.step > 4 * 86400)                      AS n_over_4_days,
        max(s.step)                                               AS longest
    FROM steps AS s
    LEFT JOIN bar_lengths AS l ON l.interval = s.interval
    GROUP BY s.symbol, s.interval
),
series AS (
    SELECT
        symbol,
        interval,
        count(*)                                AS n_bars,
        min(ts)                                 AS first_ts,
        max(ts)                                 AS last_ts,
        count(DISTINCT session_date)            AS n_sessions,
        bool_or(isodow(session_date) >= 6)      AS has_weekends,
        count(*) FILTER (low <= 0 OR high < greatest(open, low, close) OR low > least(open, high, close)) AS n_bad_prices,
        count(*) FILTER (volume IS NULL)        AS n_missing_volume,
        count(*) FILTER (volume = 0)            AS n_zero_volume,
        list_sort(list(DISTINCT source))        AS sources,
        bool_or(source = 'synthetic')           AS is_synthetic,
        max(ingested_at)                        AS newest_ingest_at
    FROM bars
    GROUP BY symbol, interval
),
measured AS (
    SELECT
        s.*,
        g.n_duplicates,
        CASE
            WHEN s.interval <> '1d' THEN g.n_in_session
            WHEN s.has_weekends THEN g.n_over_1_day
            ELSE g.n_over_4_days
        END AS n_gaps,
        CASE WHEN s.interval = '1d' THEN g.longest ELSE g.longest_in_session END / 86400 AS longest_step_days
    FROM series AS s
    JOIN gaps AS g ON g.symbol = s.symbol AND g.interval = s.interval
),
rejected AS (
    SELECT symbol, interval, count(*) AS n_rejected
    FROM bars_rejected
    WHERE symbol IS NOT NULL AND interval IS NOT NULL
    GROUP BY symbol, interval
),
revised AS (
    SELECT symbol, interval, count(*) AS n_revisions
    FROM bars_revisions
    GROUP BY symbol, interval
)
SELECT
    symbol,
    interval,
    coalesce(s.n_bars, 0)                                                       AS n_bars,
    s.first_ts,
    s.last_ts,
    coalesce(s.n_sessions, 0)                                                   AS n_sessions,
    coalesce(s.n_duplicates, 0)                                                 AS n_duplicates,
    coalesce(s.n_gaps, 0)                                                       AS n_gaps,
    CASE WHEN s.n_gaps > 0 THEN s.longest_step_days END                         AS longest_gap_days,
    coalesce(s.n_bad_prices, 0)                                                 AS n_bad_prices,
    s.n_missing_volume / s.n_bars                                               AS missing_volume_share,
    s.n_zero_volume / s.n_bars                                                  AS zero_volume_share,
    coalesce(j.n_rejected, 0)                                                   AS n_rejected,
    coalesce(v.n_revisions, 0)                                                  AS n_revisions,
    s.sources,
    s.is_synthetic,
    s.newest_ingest_at
FROM measured AS s
FULL JOIN rejected AS j USING (symbol, interval)
FULL JOIN revised AS v USING (symbol, interval)
