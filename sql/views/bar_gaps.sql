-- about: Steps between neighbouring bars of a series that skip bars which should be there
-- grain: symbol, interval, from_ts
-- col symbol: Instrument
-- col interval: Bar length
-- col from_ts: UTC start of the last bar before the gap
-- col to_ts: UTC start of the first bar after it
-- col from_date: Trading day of the last bar before
-- col to_date: Trading day of the first bar after
-- col n_missing_bars: Bars missing between the two; without a calendar all weekdays count as sessions, or all days if the series trades at weekends
-- col n_missing_sessions: Trading days between the two without a bar; NULL for intraday bars without a calendar
-- col gap_days: to_ts - from_ts, in days
-- col calendar: Calendar it is judged by; NULL without one: intraday gaps are then looked for within a UTC date, daily ones are steps over 1 day if a fifth of the bars lies at weekends, else over 4
WITH
bar_lengths (interval, seconds) AS (
    VALUES ('1m', 60), ('5m', 300), ('15m', 900), ('30m', 1800), ('1h', 3600), ('1d', 86400)
),
-- For daily bars a slot is a trading day, taken as an instant at its start. A calendar without sessions knows nothing.
known_calendars AS (
    SELECT i.symbol, i.calendar
    FROM instruments AS i
    SEMI JOIN sessions AS s ON s.calendar = i.calendar
),
neighbours AS (
    SELECT
        symbol,
        interval,
        ts                                 AS to_ts,
        session_date                       AS to_date,
        lag(ts) OVER in_series             AS from_ts,
        lag(session_date) OVER in_series   AS from_date
    FROM bars
    WINDOW in_series AS (PARTITION BY symbol, interval ORDER BY ts)
),
weekends AS (
    SELECT symbol, count(*) FILTER (isodow(session_date) >= 6) / count(*) >= 0.2 AS has_weekends
    FROM bars
    WHERE interval = '1d'
    GROUP BY symbol
),
-- Few of all steps are longer than a bar: only these are looked at. 5 seconds is the tolerance of the bar grid.
steps AS (
    SELECT
        n.*,
        l.seconds,
        k.calendar,
        w.has_weekends,
        n.to_ts - n.from_ts                                   AS step,
        CASE WHEN n.interval = '1d' THEN n.from_date + INTERVAL 1 SECOND ELSE n.from_ts + to_seconds(l.seconds - 5) END
            AS after_bar,
        CASE WHEN n.interval = '1d' THEN CAST(n.to_date AS TIMESTAMP) ELSE n.to_ts + to_seconds(5) END
            AS until_bar
    FROM neighbours AS n
    JOIN bar_lengths AS l ON l.interval = n.interval
    LEFT JOIN known_calendars AS k ON k.symbol = n.symbol
    LEFT JOIN weekends AS w ON w.symbol = n.symbol
    WHERE n.to_ts > n.from_ts + to_seconds(l.seconds + 5)
),
-- Bars a session should have, and how many come before it; the Sunday evening of a continuous market is no daily bar.
slots AS (
    SELECT
        *,
        sum(n) OVER before_it - n AS n_before
    FROM (
        SELECT
            s.calendar,
            l.interval,
            CASE WHEN l.interval = '1d' THEN CAST(s.date AS TIMESTAMP) ELSE s.open_ts END AS open_ts,
            CASE WHEN l.interval = '1d' THEN CAST(s.date AS TIMESTAMP) ELSE s.close_ts END AS close_ts,
            CASE
                WHEN l.interval <> '1d' THEN ceil(epoch(s.close_ts - s.open_ts) / l.seconds)
                WHEN s.kind = 'half_day' AND isodow(s.date) = 7 THEN 0
                ELSE 1
            END AS n
        FROM sessions AS s
        CROSS JOIN bar_lengths AS l
        SEMI JOIN steps AS t ON t.calendar = s.calendar AND t.interval = l.interval
    )
    WINDOW before_it AS (PARTITION BY calendar, interval ORDER BY open_ts ROWS UNBOUNDED PRECEDING)
),
-- Slots that start before the end of the bar before, and slots that end by the start of the bar after: between the two
-- counts lie the whole slots without a bar.
counted AS (
    SELECT
        t.*,
        coalesce(a.n_before + CASE
            WHEN t.after_bar >= a.close_ts THEN a.n
            ELSE least(ceil(epoch(t.after_bar - a.open_ts) / t.seconds), a.n)
        END, 0) AS n_started,
        coalesce(b.n_before + CASE
            WHEN t.until_bar >= b.close_ts THEN b.n
            ELSE least(floor(epoch(t.until_bar - b.open_ts) / t.seconds), b.n)
        END, 0) AS n_ended
    FROM steps AS t
    ASOF LEFT JOIN slots AS a
        ON a.calendar = t.calendar AND a.interval = t.interval AND t.after_bar > a.open_ts
    ASOF LEFT JOIN slots AS b
        ON b.calendar = t.calendar AND b.interval = t.interval AND t.until_bar > b.open_ts
    WHERE t.calendar IS NOT NULL
),
days AS (
    SELECT calendar, date, row_number() OVER (PARTITION BY calendar ORDER BY date) AS n_days
    FROM sessions
    WHERE NOT (kind = 'half_day' AND isodow(date) = 7)
),
by_calendar AS (
    SELECT
        c.*,
        c.n_ended - c.n_started                                       AS n_missing_bars,
        greatest(coalesce(b.n_days, 0) - coalesce(a.n_days, 0), 0)    AS n_missing_sessions
    FROM counted AS c
    ASOF LEFT JOIN days AS a ON a.calendar = c.calendar AND c.from_date >= a.date
    ASOF LEFT JOIN days AS b ON b.calendar = c.calendar AND c.to_date > b.date
    WHERE c.n_ended > c.n_started
),
-- Weekdays up to a date, counted from a Monday.
without_calendar AS (
    SELECT
        *,
        CASE
            WHEN interval <> '1d' THEN round(epoch(step) / seconds) - 1
            WHEN has_weekends THEN to_date - from_date - 1
            ELSE 5 * ((to_date - DATE '1900-01-01') // 7) + least((to_date - DATE '1900-01-01') % 7, 5)
                - 5 * ((from_date + 1 - DATE '1900-01-01') // 7) - least((from_date + 1 - DATE '1900-01-01') % 7, 5)
        END AS n_missing_bars
    FROM steps
    WHERE calendar IS NULL
        AND CASE
            WHEN interval <> '1d' THEN from_date = to_date
            WHEN has_weekends THEN epoch(step) > 86400
            ELSE epoch(step) > 4 * 86400
        END
)
SELECT
    symbol, interval, from_ts, to_ts, from_date, to_date,
    CAST(n_missing_bars AS BIGINT)      AS n_missing_bars,
    CAST(n_missing_sessions AS BIGINT)  AS n_missing_sessions,
    epoch(step) / 86400                 AS gap_days,
    calendar
FROM by_calendar
UNION ALL
SELECT
    symbol, interval, from_ts, to_ts, from_date, to_date,
    CAST(n_missing_bars AS BIGINT),
    CASE WHEN interval = '1d' THEN CAST(n_missing_bars AS BIGINT) END,
    epoch(step) / 86400,
    NULL
FROM without_calendar
