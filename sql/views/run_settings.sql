-- about: What the metrics of a run are measured with: capital, risk-free rate, periods a year
-- grain: run_id
-- col run_id: Run
-- col capital: Starting capital, in currency; 100000 when the run stored none
-- col risk_free_rate: Yearly risk-free rate, a fraction; 0.02 when the run stored none
-- col periods_per_year: Sessions a year of the calendar; when the run stored none, 365 if it has weekend sessions, else 252
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
calendars AS (
    SELECT run_id, bool_or(isodow(session_date) >= 6) AS has_weekends
    FROM run_returns
    GROUP BY run_id
)
SELECT
    r.run_id,
    coalesce(p.capital, 100000)                                                      AS capital,
    coalesce(p.risk_free_rate, 0.02)                                                 AS risk_free_rate,
    coalesce(p.periods_per_year, CASE WHEN c.has_weekends THEN 365.0 ELSE 252.0 END) AS periods_per_year
FROM runs AS r
LEFT JOIN parameters AS p ON p.run_id = r.run_id
LEFT JOIN calendars AS c ON c.run_id = r.run_id
