-- The cells of a campaign in their order.
SELECT cell, subject, model_id, array_to_string(symbols, chr(10)), period, epoch_us(period_from), epoch_us(period_to),
       status, run_id, error, seconds
FROM campaign_cells
WHERE campaign_id = $1
ORDER BY cell
