"""Resampled and adjusted bars by pandas, as golden numbers for tests/it/bars.rs.

    python tests/peers/bars_peer.py SHARED        SHARED is the folder of reference material with data/real

Writes golden/bars.json: for BTC minutes resampled by UTC midnight and by the sessions of the NSE, and for GOOG adjusted
for made-up actions: the number of bars, the sum of each column, the first and the last bar.
"""

import json
import pathlib
import sys

import pandas as pd

# The minutes are of January 2022; the one weekday of it on which the NSE did not trade.
NSE_HOLIDAYS = {"2022-01-26"}
# Made up, of all sorts: a split, a reverse split on the day of a dividend, dividends; one after the end, one before.
ACTIONS = [
    ("2004-08-01", None, 1.0), ("2005-06-15", 2.0, None), ("2006-03-01", 0.5, 3.0), ("2008-02-15", None, 1.25),
    ("2010-07-19", 3.0, None), ("2011-11-11", None, 7.5), ("2030-01-01", 10.0, None),
]


def summary(bars: pd.DataFrame) -> dict:
    columns = ["open", "high", "low", "close", "volume"]
    row = lambda at: [str(bars.index[at])] + [float(f"{bars[c].iloc[at]:.10g}") for c in columns]
    return {"n": len(bars), "sums": [float(f"{bars[c].sum():.10g}") for c in columns], "first": row(0), "last": row(-1)}


def aggregate(groups) -> pd.DataFrame:
    return groups.agg({"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}).dropna()


def complete(bars: pd.DataFrame, length: pd.Timedelta, known: pd.Timestamp) -> pd.DataFrame:
    return bars[bars.index + length <= known]


def by_session(minutes: pd.DataFrame, minutes_a_bar: int) -> pd.DataFrame:
    open_at, close_at = pd.Timedelta("3h45min"), pd.Timedelta("10h")
    day = minutes.index.normalize()
    since = minutes.index - day
    is_session = (minutes.index.day_of_week < 5) & (since >= open_at) & (since < close_at)
    is_session &= ~day.strftime("%Y-%m-%d").isin(NSE_HOLIDAYS)
    inside = minutes[is_session]
    day, since = day[is_session], since[is_session]
    start = day + open_at + ((since - open_at) // pd.Timedelta(minutes=minutes_a_bar)) * pd.Timedelta(minutes=minutes_a_bar)
    return aggregate(inside.groupby(start))


def adjusted(raw: pd.DataFrame, total: bool) -> pd.DataFrame:
    out = raw.copy()
    for ex_date, split, dividend in ACTIONS:
        before = raw.index < ex_date
        if not before.any() or raw.index[-1] < pd.Timestamp(ex_date):
            continue
        factor = 1 / split if split else 1.0
        if total and dividend:
            factor *= 1 - dividend / raw.loc[before, "close"].iloc[-1]
        out.loc[before, ["open", "high", "low", "close"]] *= factor
        if split:
            out.loc[before, "volume"] *= split
    return out


def main(shared: str) -> None:
    real = pathlib.Path(shared) / "data" / "real"
    btc = pd.read_csv(real / "BTC-PERP_1m.csv.gz")
    btc.columns = [c.lower() for c in btc.columns]
    stamp = btc.columns[0]
    btc.index = pd.to_datetime(btc[stamp], utc=True).dt.tz_localize(None)
    known = btc.index[-1] + pd.Timedelta("1min")
    found = {"made_by": f"pandas {pd.__version__}"}
    for name, rule in [("5m", "5min"), ("1h", "1h"), ("1d", "1D")]:
        found[f"btc_utc_{name}"] = summary(complete(aggregate(btc.resample(rule)), pd.Timedelta(rule), known))
    for name, length in [("15m", 15), ("1h", 60), ("1d", 1440)]:
        bars = by_session(btc, length)
        close = bars.index.normalize() + pd.Timedelta("10h")
        end = (bars.index + pd.Timedelta(minutes=length)).to_series().reset_index(drop=True).clip(upper=pd.Series(close))
        bars = bars[(end <= known).to_numpy()]
        bars.index = bars.index.normalize() if name == "1d" else bars.index
        found[f"btc_nse_{name}"] = summary(bars)
    goog = pd.read_csv(real / "GOOG_1d.csv", index_col=0, parse_dates=True).rename(columns=str.lower)
    for kind in ["split", "total"]:
        found[f"goog_{kind}"] = summary(adjusted(goog.astype(float), kind == "total"))
    path = pathlib.Path(__file__).parent / "golden" / "bars.json"
    path.write_text(json.dumps(found, indent=0) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
