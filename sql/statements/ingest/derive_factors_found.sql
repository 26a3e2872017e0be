-- How many actions take effect, and one whose dividend is not below the price it is paid from.
SELECT count(*), CAST(min(ex_date) FILTER (dividend_share >= 1) AS VARCHAR) FROM derived_factors
