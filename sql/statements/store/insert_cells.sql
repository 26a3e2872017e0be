-- The cells of a campaign, still to be done; lists of symbols come joined by line feeds.
INSERT INTO campaign_cells (campaign_id, cell, subject, model_id, symbols, period, period_from, period_to, status)
SELECT $3, cell, subject, model_id, string_split(symbols, chr(10)), period, period_from, period_to, 'pending'
FROM (FROM arrow($1) UNION ALL FROM arrow($2))
ORDER BY cell
