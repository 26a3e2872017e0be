#!/usr/bin/env python3
"""Opens a store read-only with the installed duckdb and reads everything in it.

Every view is read to its last row, and every table, view and column must carry a comment: a reader with no more
than a DuckDB client has to find his way. Prints the client's version and the row count of every relation.

usage: open_store.py STORE
"""

import sys

import duckdb

RELATIONS = """
    SELECT 'table' AS kind, table_name AS name, comment FROM duckdb_tables() WHERE NOT internal
    UNION ALL
    SELECT 'view', view_name, comment FROM duckdb_views() WHERE NOT internal
    ORDER BY kind, name
"""
COLUMNS = """
    SELECT table_name, column_name FROM duckdb_columns()
    WHERE NOT internal AND coalesce(comment, '') = '' ORDER BY ALL
"""


def main(path: str) -> int:
    """Reads the store; returns the number of faults found."""
    connection = duckdb.connect(path, read_only=True)
    faults = []
    relations = connection.execute(RELATIONS).fetchall()
    print(f"duckdb {duckdb.__version__} opened {path}")
    for kind, name, comment in relations:
        try:
            rows = count_by_reading(connection, name)
        except duckdb.Error as error:
            faults.append(f"{kind} {name}: {str(error).splitlines()[0]}")
            continue
        print(f"  {kind:5} {name:26} {rows:>10} rows")
        if not comment:
            faults.append(f"{kind} {name} has no comment")
    if not any(kind == "view" for kind, _, _ in relations):
        faults.append("the store has no views")
    faults += [f"column {table}.{column} has no comment" for table, column in connection.execute(COLUMNS).fetchall()]
    for fault in faults:
        print(f"  FAULT {fault}")
    print(f"{len(relations)} relations read, {len(faults)} faults")
    return len(faults)


def count_by_reading(connection: duckdb.DuckDBPyConnection, name: str) -> int:
    """Fetches every value, in batches: a bare count would not evaluate the columns."""
    cursor = connection.execute(f'SELECT * FROM "{name}"')
    rows = 0
    while batch := cursor.fetchmany(10_000):
        rows += len(batch)
    return rows


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(1 if main(sys.argv[1]) else 0)
