-- What the subjects of a campaign came to, over all their cells and by period.
SELECT * FROM campaign_summary WHERE campaign_id = $1 ORDER BY period <> 'all', period_from, period, subject
