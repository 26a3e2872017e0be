#!/usr/bin/env bash
# ws beside others doing the same work on the same SYNTHETIC rows, in one run. Usage:
#   benches/peers/run.sh ingest [ROWS]   CSV into a DuckDB file: DuckDB, polars, pandas
#   benches/peers/run.sh features        core23 over 2.6 M daily bars: polars, pandas + TA-Lib
#   benches/peers/run.sh qlib14          14 factors of Qlib's kind at Qlib's size, on one core: Qlib, polars, pandas
#   benches/peers/run.sh sweep           sma_cross over minute bars, on one core: vectorbt, backtesting.py, NautilusTrader
#                                        (WS_BENCH names the program of ws, see sweep.py)
#   benches/peers/run.sh market          sma_cross over 10 000 daily series, one account, recorded: vectorbt
#   benches/peers/run.sh search [PART]   1000 trials of sma_cross over minute bars: Optuna + vectorbt (see search.py;
#                                        WS names a program of ws that is built already)
#   benches/peers/run.sh                 all of them
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/ws-peers"
target="${CARGO_TARGET_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ws-target}"
venv="$cache/venv-bench"
what="${1:-all}"
case "$what" in
  all | ingest | features | qlib14 | sweep | market | search) ;;
  *)
    sed -n '2,11s/^# //p' "$0" >&2
    exit 2
    ;;
esac
if ! "$venv/bin/python" -c 'import duckdb, polars, pyarrow, talib' 2>/dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet 'duckdb==2.0.0' pandas polars pyarrow numpy TA-Lib
fi
if [ "$what" != sweep ] && [ -z "${WS:-}" ]; then
  (cd "$here/../.." && CARGO_TARGET_DIR="$target" cargo build --release --quiet)
fi
ws="${WS:-$target/release/ws}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
if [ "$what" = all ] || [ "$what" = ingest ]; then
  mkdir "$scratch/ingest"
  "$venv/bin/python" "$here/ingest.py" "${2:-5000000}" "$scratch/ingest" "$ws"
  rm -r "$scratch/ingest"
fi
if [ "$what" = all ] || [ "$what" = features ]; then
  "$venv/bin/python" "$here/features.py" "$scratch" "$ws"
fi
if [ "$what" = all ] || [ "$what" = qlib14 ]; then
  # Qlib stays in an environment of its own: it brings many packages along, and may want older ones.
  qlib="$cache/venv-qlib"
  if ! "$qlib/bin/python" -c 'import qlib' 2>/dev/null; then
    python3 -m venv "$qlib"
    "$qlib/bin/pip" install --quiet pyqlib || echo "Qlib can't be installed here; it is left out" >&2
  fi
  "$venv/bin/python" "$here/qlib14.py" "$scratch" "$ws" "$qlib/bin/python"
fi
# Environments of their own, for packages that want numpy, numba or pandas as they are: NAME IMPORT PACKAGE..
peer() {
  name=$1 check=$2
  shift 2
  "$cache/$name/bin/python" -c "import $check" 2>/dev/null && return
  python3 -m venv "$cache/$name"
  "$cache/$name/bin/pip" install --quiet "$@" || echo "$check can't be installed here; it is left out" >&2
}
if [ "$what" = all ] || [ "$what" = sweep ]; then
  peer venv-vectorbt vectorbt 'vectorbt==1.2.0'
  peer venv-backtesting backtesting 'backtesting==0.6.5' 'numpy==2.4.6' 'pandas==3.1.1'
  peer venv-nautilus nautilus_trader 'nautilus_trader==1.221.0'
  mkdir "$scratch/sweep"
  "$venv/bin/python" "$here/sweep.py" "$scratch/sweep" "$cache"/venv-{vectorbt,backtesting,nautilus}/bin/python
fi
if [ "$what" = all ] || [ "$what" = market ]; then
  peer venv-vectorbt vectorbt 'vectorbt==1.2.0'
  mkdir "$scratch/market"
  "$venv/bin/python" "$here/market.py" "$scratch/market" "$ws" "$cache/venv-vectorbt/bin/python"
  rm -r "$scratch/market"
fi
if [ "$what" = all ] || [ "$what" = search ]; then
  peer venv-optuna 'optuna, pyarrow, vectorbt, vectorbt_rust' 'optuna==5.0.0' 'vectorbt[rust]==1.2.0' 'pyarrow==26.0.1'
  part=all
  if [ "$what" = search ]; then part="${2:-all}"; fi
  mkdir "$scratch/search"
  "$venv/bin/python" "$here/search.py" "$scratch/search" "$ws" "$cache/venv-optuna/bin/python" "$part"
fi
