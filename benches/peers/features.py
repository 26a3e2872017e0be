"""core23 over 800 SYNTHETIC symbols x 3276 daily bars: `ws features build` from store to store beside polars, and
pandas with TA-Lib, from Parquet to Parquet.

    benches/peers/run.sh features      makes the environment, the market and the table

All read the same rows and write the same 23 columns. Before the table, polars' columns and ours are compared with
those of TA-Lib: over three symbols, from bar 500 on. Leaves with 1 when they differ.
"""

import os
import sys

from contest import DAYS, SYMBOLS, Market, agrees, compete, table

FROM, BOUND = 500, 1e-6


def main():
    market = Market(*sys.argv[1:3])
    polars, pandas = market.path("core23_polars.parquet"), market.path("core23_pandas.parquet")
    ours = "ws features build"
    runs = compete(
        {
            ours: market.build("core23"),
            "polars": market.python("core23_polars.py", market.bars, market.sentiment, polars),
            "pandas + TA-Lib": market.python("core23_pandas.py", market.bars, market.sentiment, pandas),
        },
        {ours: market.fresh_store},
    )
    fine = agrees("polars beside pandas + TA-Lib", polars, pandas, FROM, BOUND)
    if runs[ours][-1].failure:
        fine = False
    else:
        fine &= agrees("ws beside pandas + TA-Lib", f"{market.work}:features_core23", pandas, FROM, BOUND)
    table(f"core23, {SYMBOLS} SYNTHETIC symbols x {DAYS} daily bars, {os.cpu_count()} cores", runs, ours)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
