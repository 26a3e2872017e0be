-- Makes room for altered memberships.
DELETE FROM universe
