"""Compares data/calendars with the exchange_calendars package, or prints what that package knows.

    python tests/peers/calendars_peer.py golden            write golden/calendars.json
    python tests/peers/calendars_peer.py holidays XNYS 1990 2027   weekday closures by year, as TOML
    python tests/peers/calendars_peer.py early XNYS 1990 2027      early closes, as TOML

The golden file holds, a calendar and year, the number of sessions and a SHA-256 of their lines
"YYYY-MM-DD HH:MM HH:MM" (UTC open and close; for NSE the date alone). tests/it/calendars.rs makes the same lines
from our files. Needs: pip install exchange_calendars
"""

import hashlib
import json
import pathlib
import sys

import exchange_calendars as xc
import pandas as pd

ZONES = {"XNYS": "America/New_York", "XBOM": "Asia/Kolkata"}
# The package has no calendar of the NSE; that of the BSE has the same regular days, but knows no special session.
# On these days it has a regular one: the Diwali hour alone was traded, or trading was prolonged after a halt.
NSE_SPECIAL_WEEKDAYS = [
    "2005-11-01", "2007-11-09", "2008-10-28", "2010-11-05", "2011-10-26", "2012-11-13", "2021-02-24",
]
# Moharram of 2013 was moved from the 14th, which the package still has, to the 15th of November.
MOVED_HOLIDAY = ("2013-11-15", "2013-11-14")


def calendar(code, first, last):
    return xc.get_calendar(code, start=f"{first}-01-01", end=f"{last}-12-31")


def lines_by_year(schedule, with_times):
    years = {}
    for day, row in schedule.iterrows():
        line = f"{day:%Y-%m-%d}"
        if with_times:
            line += f" {row['open']:%H:%M} {row['close']:%H:%M}"
        years.setdefault(str(day.year), []).append(line)
    return {
        year: [len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()] for year, lines in years.items()
    }


def golden():
    xnys = calendar("XNYS", 1990, 2027).schedule
    nse = calendar("XBOM", 2005, 2026).schedule.drop(pd.DatetimeIndex(NSE_SPECIAL_WEEKDAYS))
    nse = nse.rename(index={pd.Timestamp(MOVED_HOLIDAY[0]): pd.Timestamp(MOVED_HOLIDAY[1])}).sort_index()
    found = {
        "made_by": f"exchange_calendars {xc.__version__}",
        "XNYS": lines_by_year(xnys, True),
        "NSE_regular_dates": lines_by_year(nse, False),
    }
    path = pathlib.Path(__file__).parent / "golden" / "calendars.json"
    path.write_text(json.dumps(found, indent=0) + "\n")


def holidays(code, first, last):
    sessions = calendar(code, first, last).sessions
    closed = pd.bdate_range(f"{first}-01-01", f"{last}-12-31").difference(sessions)
    for year in range(int(first), int(last) + 1):
        days = ", ".join(f'"{day:%m-%d}"' for day in closed[closed.year == year])
        print(f"{year} = [{days}]")


def early(code, first, last):
    schedule = calendar(code, first, last).schedule
    closes = schedule["close"].dt.tz_convert(ZONES[code]).dt.strftime("%H:%M")
    for close, days in closes.groupby(closes):
        print(f'close = "{close}"\ndates = {[f"{day:%Y-%m-%d}" for day in days.index]}')


if __name__ == "__main__":
    {"golden": golden, "holidays": holidays, "early": early}[sys.argv[1]](*sys.argv[2:])
