-- Price and volume factors of the actions of one symbol, each with all later ones: they hold for bars before ex_date.
-- $1 symbol, $2 interval of its raw bars, $3 whether dividends count. Actions after the newest bar have not happened yet.
CREATE OR REPLACE TEMP TABLE derived_factors AS
WITH
single AS (
    SELECT
        a.ex_date,
        1 / coalesce(a.split, 1)                AS split_factor,
        coalesce(a.dividend, 0) / b.close       AS dividend_share
    FROM corporate_actions AS a
    -- An action without a bar before it changes nothing.
    ASOF JOIN (
        SELECT session_date, arg_max(close, ts) AS close FROM bars WHERE symbol = $1 AND interval = $2 GROUP BY session_date
    ) AS b ON a.ex_date > b.session_date
    WHERE a.symbol = $1 AND (a.split IS NOT NULL OR $3)
        AND a.ex_date <= (SELECT max(session_date) FROM bars WHERE symbol = $1 AND interval = $2)
),
daily AS (
    -- A dividend is on the share before ex_date, so a split of the same day does not touch it.
    SELECT ex_date, product(split_factor) AS split_factor, max(dividend_share) AS dividend_share
    FROM single
    GROUP BY ex_date
)
SELECT
    ex_date,
    dividend_share,
    product(split_factor * (1 - dividend_share)) OVER later AS price_factor,
    product(split_factor) OVER later                        AS split_factor
FROM daily
WINDOW later AS (ORDER BY ex_date DESC ROWS UNBOUNDED PRECEDING)
