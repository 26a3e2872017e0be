-- What a model said of the bet of a primary rule has the side of that bet, or a right short reads as a right long.
ALTER TABLE predictions ADD COLUMN side INTEGER;
COMMENT ON COLUMN predictions.side IS 'Side of the bet that the label judges: 1 long, -1 short; NULL where it is always long, and in rows older than this column';
COMMENT ON COLUMN predictions.probability IS 'Calibrated probability of label 1: that the bet is right';
COMMENT ON COLUMN predictions.ml_verdict IS 'At or above the threshold the side of the bet, LONG or SHORT; SHORT too at or below a short threshold, where there is one; else NOOP';
COMMENT ON COLUMN predictions.final_verdict IS 'What was acted on: as ml_verdict, or HOLD where a rule kept an entry back';
COMMENT ON COLUMN predictions.forward_return IS 'Realised return of the bet when the split has one, a fraction';
