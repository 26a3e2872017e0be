-- How closes stand to the stored ones, counted: a histogram needs little memory however long the file.
CREATE OR REPLACE TEMP TABLE staged_ratios (symbol VARCHAR, ratio DOUBLE, n BIGINT)
