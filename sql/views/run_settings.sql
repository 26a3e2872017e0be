-- about: What the metrics of a run are measured with: capital, risk-free rate, periods a year
-- grain: run_id
-- col run_id: Run
-- col capital: Starting capital, in currency; 100000 when the run stored none
-- col risk_free_rate: Yearly risk-free rate, a fraction; 0.02 when the run stored none
-- col periods_per_year: Sessions a year of the account, as the run stored it (one that trades several calendars counts the dates on which any trades); else those of its calendar, the most of several; an instrument without a calendar counts 365 if a tenth of the run's sessions are weekend days, else 252
WITH
parameters AS (
    SELECT
        run_id,
        max(try_cast(value AS DOUBLE)) FILTER (key = 'capital')          AS capital,
        max(try_cast(value AS DOUBLE)) FILTER (key = 'risk_free_rate')   AS risk_free_rate,
        max(try_cast(value AS DOUBLE)) FILTER (key = 'periods_per_year') AS periods_per_year
    FROM run_params
    GROUP BY run_id
),
weekends AS (
    SELECT run_id, count(*) FILTER (isodow(session_date) >= 6) / count(*) >= 0.1 AS has_weekends
    FROM run_returns
    GROUP BY run_id
),
run_symbols AS (
    SELECT run_id, unnest(symbols) AS symbol
    FROM runs
),
markets AS (
    SELECT s.run_id, max(c.periods_per_year) AS periods_per_year, bool_and(c.calendar IS NOT NULL) AS is_known
    FROM run_symbols AS s
    LEFT JOIN instruments AS i ON i.symbol = s.symbol
    LEFT JOIN calendars AS c ON c.calendar = i.calendar
    GROUP BY s.run_id
),
unstored AS (
    SELECT
        r.run_id,
        -- greatest() passes over NULL.
        greatest(
            m.periods_per_year,
            CASE WHEN NOT coalesce(m.is_known, false) THEN CASE WHEN w.has_weekends THEN 365 ELSE 252 END END
        ) AS periods_per_year
    FROM runs AS r
    LEFT JOIN markets AS m ON m.run_id = r.run_id
    LEFT JOIN weekends AS w ON w.run_id = r.run_id
)
SELECT
    r.run_id,
    coalesce(p.capital, 100000)                          AS capital,
    coalesce(p.risk_free_rate, 0.02)                     AS risk_free_rate,
    coalesce(p.periods_per_year, u.periods_per_year)     AS periods_per_year
FROM runs AS r
LEFT JOIN parameters AS p ON p.run_id = r.run_id
LEFT JOIN unstored AS u ON u.run_id = r.run_id
