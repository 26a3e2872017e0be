-- Where the actions of one file wait for the merge.
CREATE OR REPLACE TEMP TABLE staged_actions (symbol VARCHAR, ex_date DATE, split DOUBLE, dividend DOUBLE)
