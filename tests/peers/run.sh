#!/bin/sh
# Opens a store with DuckDB's own Python clients (1.5 and 2.0), reads every view, and recomputes the metrics with
# numpy and scikit-learn. The two environments are made once, in the user's cache directory.
#
# usage: tests/peers/run.sh STORE
set -eu

[ $# -eq 1 ] || { sed -n 's/^# \(usage: .*\)/\1/p' "$0" >&2; exit 2; }
store=$1
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/ws-peers
mkdir -p "$cache"

# environment NAME CHECK PACKAGE..: a virtual environment in which `import CHECK` works.
environment() {
    name=$1 check=$2
    shift 2
    [ -x "$cache/$name/bin/python" ] || python3 -m venv "$cache/$name"
    "$cache/$name/bin/python" -c "import $check" 2>/dev/null || "$cache/$name/bin/pip" install --quiet "$@"
}

environment venv15 'duckdb, numpy, scipy, sklearn' 'duckdb==1.5.*' numpy scipy scikit-learn
environment venv20 duckdb 'duckdb==2.0.*'

"$cache/venv15/bin/python" "$here/open_store.py" "$store"
"$cache/venv20/bin/python" "$here/open_store.py" "$store"
"$cache/venv15/bin/python" "$here/metrics_peer.py" "$store"
