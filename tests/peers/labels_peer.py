"""Labels of every kind and their weights by numpy and pandas, as golden numbers for tests/it/label_peers.rs.

    python tests/peers/labels_peer.py

Writes golden/labels.json: 300 SYNTHETIC bars in sessions of unequal length, with gaps between sessions, jumps, bars on
round prices and a flat stretch; for each labelling its rows (label, return, entry, exit, barrier, side, weight). Bars are
rounded to what JSON keeps exactly, so both sides read the same numbers.

Written from the definitions alone. Weights follow López de Prado (2018): snippet 4.1 counts the events open at each bar
(one that is not closed by the end of the data runs to the last bar), snippet 4.2 averages the reciprocal counts over
the life of each event.
"""

import json
import pathlib

import numpy as np
import pandas as pd

HOUR = 3_600_000_000


def synthetic_bars(n=300, seed=20240229):
    rng = np.random.default_rng(seed)
    sessions, day = [], 19_700
    while len(sessions) < n:
        sessions += [day] * int(rng.integers(1, 12))
        day += int(rng.choice([1, 1, 1, 3]))
    sessions = np.array(sessions[:n])
    first = pd.Series(sessions).groupby(sessions).cumcount().to_numpy()
    rows, close = [], 100.0
    for i in range(n):
        jump = rng.normal(0, 0.012) if first[i] == 0 else (rng.normal(0, 0.03) if rng.random() < 0.03 else 0.0)
        open_ = close * (1 + jump)
        if 120 <= i < 150:  # nothing moves
            open_ = close if i > 120 else 100.0
            rows.append([open_] * 4)
            close = open_
            continue
        path = open_ * np.exp(np.cumsum(rng.normal(0, 0.004, 6)))
        digits = 0 if rng.random() < 0.25 else 2
        o, c = round(open_, digits), round(path[-1], digits)
        h = max(o, c, round(path.max(), digits))
        l = min(o, c, round(path.min(), digits))
        rows.append([o, h, l, c])
        close = c
    frame = pd.DataFrame(np.round(rows, 6), columns=["open", "high", "low", "close"])
    frame["session"] = sessions
    frame["ts"] = sessions.astype("int64") * 24 * HOUR + (4 + first) * HOUR
    return frame


def follow(bars, i, side, up, down, horizon, bounded):
    """Entry at i + 1; returns (exit index, fill, why), None when there is no entry, 'open' when nothing ended it."""
    if i + 1 >= len(bars):
        return None
    window = bars.iloc[i + 1 : i + 1 + horizon]
    entry = window["open"].iloc[0]
    # In units of the bet: prices mirrored for a short one, so that profit is always upward.
    target, limit = entry * (1 + side * up), entry * (1 - side * down)
    cut = None
    if bounded:
        own = (window["session"] == window["session"].iloc[0]).to_numpy()
        count = len(window) if own.all() else int(np.argmin(own))
        window = window.iloc[:count]
        last = i + count  # index of the last bar looked at
        if last + 1 < len(bars) and bars["session"].iloc[last + 1] != bars["session"].iloc[i + 1]:
            cut = last
    o, h, l = (window[c].to_numpy() for c in ("open", "high", "low"))
    good, bad = (h, l) if side > 0 else (l, h)
    # The same price to nine digits is a touch, and such a touch fills at the price that was met.
    profit = lambda x: ((x - target) * side >= 0) | np.isclose(x, target, rtol=1e-9, atol=0)
    loss = lambda x: ((limit - x) * side >= 0) | np.isclose(x, limit, rtol=1e-9, atol=0)
    fill = lambda met, level: met if np.isclose(met, level, rtol=1e-9, atol=0) else level
    later = np.arange(len(window)) > 0
    gap_loss, gap_profit = loss(o) & later, profit(o) & later
    in_loss, in_profit = loss(bad), profit(good)
    touched = gap_loss | gap_profit | in_loss | in_profit
    if touched.any():
        k = int(np.argmax(touched))
        if gap_loss[k]:
            return i + 1 + k, o[k], "stop_loss"
        if gap_profit[k]:
            return i + 1 + k, o[k], "take_profit"
        if in_loss[k]:
            return i + 1 + k, fill(bad[k], limit), "stop_loss"
        return i + 1 + k, fill(good[k], target), "take_profit"
    if cut is not None:
        return cut, bars["close"].iloc[cut], "session"
    after = i + 1 + horizon
    if after < len(bars) and (not bounded or bars["session"].iloc[after] == bars["session"].iloc[i + 1]):
        return after, bars["open"].iloc[after], "horizon"
    return "open"


def volatility(bars, window):
    sigma = np.log(bars["close"]).diff().rolling(window).apply(lambda x: np.std(x, ddof=1), raw=True)
    return sigma.where(sigma > 1e-9).to_numpy()


def sides(bars, fast, slow):
    mean = lambda n: bars["close"].rolling(n).apply(np.mean, raw=True)
    gap = (mean(fast) - mean(slow)).to_numpy()
    tied = np.isclose(mean(fast), mean(slow), rtol=1e-9, atol=0)
    return np.where(np.isnan(gap) | tied, 0, np.sign(gap)).astype(int)


def weights(n, events):
    """events: {decision: (first bar, last bar or None)}."""
    closed = pd.Series({i: (n - 1 if last is None else last) for i, (_, last) in events.items()}, dtype="int64")
    count = pd.Series(0, index=range(n))
    for i, last in closed.items():
        count.loc[events[i][0] : last] += 1
    return {i: float((1.0 / count.loc[a:b]).mean()) for i, (a, b) in events.items() if b is not None}


def labels(bars, spec):
    n = len(bars)
    barriers = spec.get("barriers", spec)
    kind, horizon = barriers["kind"], spec.get("horizon", barriers["horizon"])
    sigma = volatility(bars, barriers["vol_window"]) if kind == "volatility" else np.ones(n)
    side = sides(bars, spec["fast"], spec["slow"]) if spec["kind"] == "meta" else np.ones(n, dtype=int)
    rows, events = [], {}
    for i in range(n):
        entry = i + 1 if i + 1 < n else None
        row = {"entry": entry, "label": None, "forward_return": None, "exit": None, "barrier": None, "side": None, "weight": None}
        rows.append(row)
        if entry is None or side[i] == 0 or np.isnan(sigma[i]):
            continue
        if spec["kind"] == "meta":
            row["side"] = int(side[i])
        price = bars["open"].iloc[entry]
        if kind == "fixed_horizon":
            ended = (entry + horizon, bars["open"].iloc[entry + horizon], "horizon") if entry + horizon < n else "open"
        else:
            up, down = barriers["take_profit"] * sigma[i], barriers["stop_loss"] * sigma[i]
            ended = follow(bars, i, side[i], up, down, horizon, barriers["session_bounded"])
        if ended == "open":
            events[i] = (entry, None)
            continue
        at, fill, why = ended
        gained = float(side[i] * (fill / price - 1))
        level = price * (1 + spec.get("threshold", 0.0))
        right = fill > level and not np.isclose(fill, level, rtol=1e-9, atol=0) if kind == "fixed_horizon" else why == "take_profit"
        row.update(label=int(right), forward_return=gained, exit=int(at), barrier=why)
        events[i] = (entry, at)
    for i, weight in weights(n, events).items():
        rows[i]["weight"] = weight
    return rows


def main():
    bars = synthetic_bars()
    fixed = {"kind": "triple_barrier", "take_profit": 0.02, "stop_loss": 0.01, "horizon": 8, "session_bounded": False}
    scaled = {"kind": "volatility", "take_profit": 2.0, "stop_loss": 1.0, "horizon": 8, "vol_window": 20, "session_bounded": False}
    bound = lambda spec: {**spec, "session_bounded": True}
    meta = lambda barriers: {"kind": "meta", "fast": 5, "slow": 15, "barriers": barriers}
    specs = [fixed, scaled, bound(fixed), bound(scaled)]
    specs += [meta(barriers) for barriers in list(specs)]
    specs += [{"kind": "fixed_horizon", "horizon": 6, "threshold": t} for t in (0.0, 0.005, -0.005)]
    columns = ["label", "forward_return", "entry", "exit", "barrier", "side", "weight"]
    short = lambda x: float(f"{x:.13g}") if isinstance(x, float) else x
    sets = [{"spec": spec, "rows": [[short(row[c]) for c in columns] for row in labels(bars, spec)]} for spec in specs]
    found = {
        "made_by": f"numpy {np.__version__}, pandas {pd.__version__}",
        "about": "SYNTHETIC bars and their labels",
        "bar_columns": list(bars.columns),
        "bars": [[x if c in ("open", "high", "low", "close") else int(x) for c, x in row.items()] for row in bars.to_dict("records")],
        "row_columns": columns,
        "sets": sets,
    }
    path = pathlib.Path(__file__).parent / "golden" / "labels.json"
    text = json.dumps(found, separators=(",", ":"))
    path.write_text(text.replace("[[", "[\n[").replace("],[", "],\n[") + "\n")
    for entry in sets:
        ended = pd.Series([row[4] or "none" for row in entry["rows"]]).value_counts().to_dict()
        print(json.dumps(entry["spec"]), ended)


if __name__ == "__main__":
    main()
