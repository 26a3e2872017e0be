-- about: Bars present and bars expected by calendar month, between the first and the last bar of a series
-- grain: symbol, interval, month
-- col symbol: Instrument
-- col interval: Bar length
-- col month: First day of the month
-- col n_bars: Bars stored
-- col n_inside: Of these, bars inside a session; NULL without a calendar
-- col n_outside: Bars outside every session; NULL without a calendar. The Sunday evening of a continuous market may have a daily bar, but need not: such a bar is neither inside nor outside
-- col n_expected: Bars its sessions should have, those before the first and after the last bar left out; NULL without a calendar
-- col coverage: n_inside / n_expected, a fraction; NULL without a calendar, or without a session in the month
WITH
bar_lengths (interval, seconds) AS (
    VALUES ('1m', 60), ('5m', 300), ('15m', 900), ('30m', 1800), ('1h', 3600), ('1d', 86400)
),
known_calendars AS (
    SELECT i.symbol, i.calendar
    FROM instruments AS i
    SEMI JOIN sessions AS s ON s.calendar = i.calendar
),
series AS (
    SELECT
        b.symbol,
        b.interval,
        k.calendar,
        l.seconds,
        min(b.ts)                              AS first_ts,
        max(b.ts) + to_seconds(l.seconds)      AS end_ts,
        min(b.session_date)                    AS first_date,
        max(b.session_date)                    AS last_date
    FROM bars AS b
    JOIN bar_lengths AS l ON l.interval = b.interval
    LEFT JOIN known_calendars AS k ON k.symbol = b.symbol
    GROUP BY b.symbol, b.interval, k.calendar, l.seconds
),
expected AS (
    SELECT
        e.symbol,
        e.interval,
        date_trunc('month', s.date) AS month,
        sum(CASE
            WHEN e.interval = '1d' THEN 1
            ELSE greatest(ceil(epoch(least(s.close_ts, e.end_ts) - greatest(s.open_ts, e.first_ts)) / e.seconds), 0)
        END) AS n_expected
    FROM series AS e
    JOIN sessions AS s ON s.calendar = e.calendar AND s.date BETWEEN e.first_date AND e.last_date
    WHERE e.interval <> '1d' OR NOT (s.kind = 'half_day' AND isodow(s.date) = 7)
    GROUP BY ALL
),
present AS (
    SELECT
        b.symbol,
        b.interval,
        date_trunc('month', b.session_date)  AS month,
        k.calendar,
        count(*)                             AS n_bars,
        count(s.date) FILTER (
            CASE
                WHEN b.interval = '1d' THEN NOT (s.kind = 'half_day' AND isodow(s.date) = 7)
                ELSE b.ts >= s.open_ts - INTERVAL 5 SECOND AND b.ts < s.close_ts
            END
        ) AS n_inside,
        count(*) FILTER (s.date IS NULL OR b.interval <> '1d' AND (b.ts < s.open_ts - INTERVAL 5 SECOND OR b.ts >= s.close_ts))
            AS n_outside
    FROM bars AS b
    LEFT JOIN known_calendars AS k ON k.symbol = b.symbol
    LEFT JOIN sessions AS s ON s.calendar = k.calendar AND s.date = b.session_date
    GROUP BY ALL
)
SELECT
    symbol,
    interval,
    CAST(month AS DATE)                                     AS month,
    coalesce(p.n_bars, 0)                                   AS n_bars,
    -- A month without any bar lies between two others of a series that has a calendar.
    CASE WHEN p.month IS NULL THEN 0 WHEN p.calendar IS NOT NULL THEN p.n_inside END AS n_inside,
    CASE WHEN p.month IS NULL THEN 0 WHEN p.calendar IS NOT NULL THEN p.n_outside END AS n_outside,
    CASE WHEN p.month IS NULL OR p.calendar IS NOT NULL THEN CAST(coalesce(e.n_expected, 0) AS BIGINT) END AS n_expected,
    n_inside / nullif(n_expected, 0)                        AS coverage
FROM present AS p
FULL JOIN expected AS e USING (symbol, interval, month)
