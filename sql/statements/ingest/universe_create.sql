-- Where the memberships of one file wait for the merge.
CREATE OR REPLACE TEMP TABLE staged_members (name VARCHAR, symbol VARCHAR, "from" DATE, "to" DATE)
