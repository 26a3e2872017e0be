-- How predictions and labels met in a run's test period.
SELECT actual, predicted, n FROM confusion_matrix WHERE run_id = $1 AND source = 'predictions' ORDER BY ALL
