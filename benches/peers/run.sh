#!/usr/bin/env bash
# `ws ingest csv` beside DuckDB, pandas and polars on the same SYNTHETIC rows. Usage: benches/peers/run.sh [ROWS]
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/ws-peers"
target="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ws-target}"
venv="$cache/venv-bench"
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'duckdb==2.0.0' pandas polars pyarrow numpy
fi
(cd "$here/../.." && CARGO_TARGET_DIR="$target" cargo build --release --quiet)
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
"$venv/bin/python" "$here/ingest.py" "${1:-5000000}" "$scratch" "$target/release/ws"
