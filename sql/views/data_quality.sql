-- about: What the store holds of each symbol and bar length, and what is wrong with it
-- grain: symbol, interval
-- needs: bar_coverage, bar_gaps
-- col symbol: Instrument
-- col interval: Bar length
-- col calendar: Calendar it is judged by; NULL without one (see bar_gaps)
-- col n_bars: Bars stored
-- col first_ts: UTC start of the first bar
-- col last_ts: UTC start of the last bar
-- col n_sessions: Trading days with a bar
-- col n_duplicates: Bars that start with another one; must be 0
-- col n_gaps: Rows of bar_gaps: steps between bars that skip bars which should be there
-- col longest_gap_days: Longest of these steps, in days; NULL without a gap
-- col n_missing_bars: Bars missing in these gaps
-- col n_missing_sessions: Trading days in these gaps without a bar; NULL for intraday bars without a calendar
-- col n_outside: Bars outside every session; NULL without a calendar
-- col coverage: Bars inside sessions / bars expected between the first and the last bar, a fraction; NULL without a calendar
-- col n_bad_prices: Bars with a price not above 0, high below or low above another price; must be 0
-- col missing_volume_share: Bars without a volume / n_bars, a fraction
-- col zero_volume_share: Bars with volume 0 / n_bars, a fraction
-- col n_rejected: Input rows refused, of those whose symbol and bar length were known
-- col n_revisions: Bars that a later ingest replaced
-- col sources: Where the bars came from, sorted
-- col is_synthetic: Whether any bar was simulated, or derived from such; NULL without bars
-- col newest_ingest_at: UTC time of the newest write
WITH
gaps AS (
    SELECT
        symbol,
        interval,
        count(*)                  AS n_gaps,
        max(gap_days)             AS longest_gap_days,
        sum(n_missing_bars)       AS n_missing_bars,
        sum(n_missing_sessions)   AS n_missing_sessions
    FROM bar_gaps
    GROUP BY symbol, interval
),
covered AS (
    SELECT
        symbol,
        interval,
        sum(n_outside)                         AS n_outside,
        sum(n_inside) / nullif(sum(n_expected), 0) AS coverage
    FROM bar_coverage
    GROUP BY symbol, interval
),
series AS (
    SELECT
        symbol,
        interval,
        count(*)                                AS n_bars,
        min(ts)                                 AS first_ts,
        max(ts)                                 AS last_ts,
        count(DISTINCT session_date)            AS n_sessions,
        count(*) - count(DISTINCT ts)           AS n_duplicates,
        count(*) FILTER (low <= 0 OR high < greatest(open, low, close) OR low > least(open, high, close)) AS n_bad_prices,
        count(*) FILTER (volume IS NULL)        AS n_missing_volume,
        count(*) FILTER (volume = 0)            AS n_zero_volume,
        list_sort(list(DISTINCT source))        AS sources,
        bool_or(starts_with(source, 'synthetic'))         AS is_synthetic,
        max(ingested_at)                        AS newest_ingest_at
    FROM bars
    GROUP BY symbol, interval
),
known_calendars AS (
    SELECT i.symbol, i.calendar
    FROM instruments AS i
    SEMI JOIN sessions AS s ON s.calendar = i.calendar
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
    k.calendar,
    coalesce(s.n_bars, 0)                                                       AS n_bars,
    s.first_ts,
    s.last_ts,
    coalesce(s.n_sessions, 0)                                                   AS n_sessions,
    coalesce(s.n_duplicates, 0)                                                 AS n_duplicates,
    coalesce(g.n_gaps, 0)                                                       AS n_gaps,
    g.longest_gap_days,
    CAST(coalesce(g.n_missing_bars, 0) AS BIGINT)                               AS n_missing_bars,
    CASE WHEN s.interval = '1d' OR k.calendar IS NOT NULL THEN CAST(coalesce(g.n_missing_sessions, 0) AS BIGINT) END
        AS n_missing_sessions,
    CAST(c.n_outside AS BIGINT)                                                 AS n_outside,
    c.coverage,
    coalesce(s.n_bad_prices, 0)                                                 AS n_bad_prices,
    s.n_missing_volume / s.n_bars                                               AS missing_volume_share,
    s.n_zero_volume / s.n_bars                                                  AS zero_volume_share,
    coalesce(j.n_rejected, 0)                                                   AS n_rejected,
    coalesce(v.n_revisions, 0)                                                  AS n_revisions,
    s.sources,
    s.is_synthetic,
    s.newest_ingest_at
FROM series AS s
FULL JOIN rejected AS j USING (symbol, interval)
FULL JOIN revised AS v USING (symbol, interval)
LEFT JOIN gaps AS g USING (symbol, interval)
LEFT JOIN covered AS c USING (symbol, interval)
LEFT JOIN known_calendars AS k USING (symbol)
