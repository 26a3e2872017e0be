-- What the subjects of a campaign came to on each symbol.
SELECT * FROM campaign_symbols WHERE campaign_id = $1 ORDER BY symbols, subject
