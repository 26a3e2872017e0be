"""A second implementation of the rules behind golden/backtest_*.csv: plain loops, nothing of backtesting.py.

    python tests/peers/backtest_second.py       compares with the golden files; leaves with 1 when anything differs

It reads the committed bars, cases and trades alone (numpy only). It also knows rules by which an engine may decide
otherwise on purpose (SWITCHES) and counts the trades each of them changes; the golden statistics carry that count.
"""

import csv
import gzip
import math
import sys
from dataclasses import dataclass, field

import backtest_bars

PEER = frozenset()
SWITCHES = {
    "gap_target": "a bar that opens beyond the target leaves there, even if it touches the stop later",
    "touch_entry": "a limit entry fills only when the price goes through it",
    "touch_target": "a target, too, fills only when the price goes through it",
    "entry_bar": "brackets of limit and stop entries are watched in the entry bar, the stop first",
    "equal_prices": "prices within a billionth of each other are the same price, in touches and in crosses",
}


@dataclass
class Trade:
    side: int
    units: float
    entry_bar: int
    entry_price: float
    stop: float = math.nan
    target: float = math.nan
    exit_bar: int = -1
    exit_price: float = math.nan
    pnl: float = math.nan
    commission: float = math.nan
    exit: str = ""


@dataclass
class Book:
    """One account over one series under one set of parameters."""

    bars: dict
    p: dict
    rules: frozenset
    cash: float = 0.0
    held: Trade | None = None
    pending: tuple | None = None  # side, price, deciding bar
    trades: list = field(default_factory=list)
    equity: list = field(default_factory=list)

    def above(self, a, b):
        """How far one price is above the other, 0 when they are the same; NaN where there is none."""
        return 0.0 if "equal_prices" in self.rules and math.isclose(a, b, rel_tol=1e-9) else a - b

    def commission(self, units, price):
        return self.p["commission_fixed"] + abs(units) * price * self.p["commission"]

    def enter(self, side, bar, price, basis):
        kind, amount = self.p["sizing"].split(":")
        money = self.cash / self.p["margin"]
        if kind == "units":
            units = float(amount)
            cost = units * (price + self.commission(units, price) / units)
        else:
            unit = price * (1 + self.p["commission"])
            units = math.floor(money * float(amount) / unit)
            cost = units * unit
        if units == 0 or cost > money:
            return
        self.cash -= self.commission(units, price)
        self.held = Trade(side, units, bar, price)
        basis = price if self.p["levels"] == "fill" else basis
        if self.p["stop_loss"]:
            self.held.stop = basis * (1 - side * self.p["stop_loss"])
        if self.p["take_profit"]:
            self.held.target = basis * (1 + side * self.p["take_profit"])

    def leave(self, bar, price, why):
        trade, self.held = self.held, None
        paid = self.commission(trade.units, price)
        gross = trade.side * trade.units * (price - trade.entry_price)
        self.cash += gross - paid
        trade.commission = paid + self.commission(trade.units, trade.entry_price)
        trade.exit_bar, trade.exit_price, trade.exit, trade.pnl = bar, price, why, gross - trade.commission
        self.trades.append(trade)

    def watch(self, i, target_only=False):
        """Stop, then target, in bar i. Prices times the side: profit is upward for both."""
        trade, side = self.held, self.held.side
        opened, best, worst = self.in_favour(i, side)
        stop, target = side * trade.stop, side * trade.target
        if "gap_target" in self.rules and trade.entry_bar < i and self.above(opened, target) >= 0:
            self.leave(i, side * opened, "tp")
        elif self.above(worst, stop) <= 0 and not target_only:
            self.leave(i, side * min(opened, stop), "sl")
        elif self.above(best, target) > 0 or (self.above(best, target) == 0 and "touch_target" not in self.rules):
            self.leave(i, side * max(opened, target), "tp")

    def in_favour(self, i, side):
        opened, high, low = (side * self.bars[name][i] for name in ("open", "high", "low"))
        return opened, max(high, low), min(high, low)

    def work(self, i):
        """The pending entry in bar i."""
        side, price, decided = self.pending
        opened, high, low = self.in_favour(i, side)
        level = side * price
        limit = self.p["entry"] == "limit"
        touched = self.above(low, level) <= 0 if limit else self.above(high, level) >= 0
        if limit and "touch_entry" in self.rules:
            touched = self.above(low, level) < 0
        if touched:
            self.pending = None
            self.enter(side, i, side * (min(opened, level) if limit else max(opened, level)), price)
            if self.held:
                self.watch_entry(i, limit)
        elif self.p["cancel_after"] and i - decided >= self.p["cancel_after"]:
            self.pending = None

    def watch_entry(self, i, limit):
        if "entry_bar" in self.rules:
            self.watch(i)
        elif not limit:
            _, best, worst = self.in_favour(i, self.held.side)
            safe = not self.above(worst, self.held.side * self.held.stop) <= 0
            if safe and self.above(best, self.held.side * self.held.target) >= 0:
                self.watch(i, target_only=True)

    def step(self, i, order):
        """Bar i; `order` is the side decided at the close before, 0 for none."""
        on_close = self.p["fill"] == "close"
        at, price = (i - 1, self.bars["close"][i - 1]) if on_close else (i, self.bars["open"][i])
        if order:
            self.pending = None
            if self.held:
                self.leave(at, price, "signal")
            if order > 0 or self.p["direction"] == "both":
                self.decide(order, i - 1)
        if self.pending and self.p["entry"] == "market":
            (side, basis, _), self.pending = self.pending, None
            self.enter(side, at, price, basis)
        if self.held:
            self.watch(i)
        elif self.pending:
            self.work(i)
        close = self.bars["close"][i]
        if i == len(self.bars["close"]) - 1 and self.held:
            self.leave(i, close, "end")
        open_pnl = self.held.side * self.held.units * (close - self.held.entry_price) if self.held else 0.0
        self.equity.append(self.cash + open_pnl)

    def decide(self, side, i):
        close = self.bars["close"][i]
        away = {"market": 0, "limit": -side, "stop": side}[self.p["entry"]]
        self.pending = (side, close * (1 + away * self.p["offset"]) + away * self.p["points"], i)


def crosses(close, fast, slow, rules=PEER):
    def mean(i, n):
        return math.fsum(close[i + 1 - n : i + 1]) / n

    def gap(i):
        a, b = mean(i, fast), mean(i, slow)
        return 0.0 if "equal_prices" in rules and math.isclose(a, b, rel_tol=1e-9) else a - b

    gaps = [gap(i) if i >= slow - 1 else math.nan for i in range(len(close))]
    before = [math.nan, *gaps[:-1]]
    return [(b <= 0 < g) - (b >= 0 > g) for b, g in zip(before, gaps)]


def backtest(bars, p, rules=PEER):
    """The trades and the equity at every close."""
    book = Book(bars, p, rules, cash=p["capital"])
    decisions = crosses(bars["close"], p["fast"], p["slow"], rules)
    book.equity.append(book.cash)
    for i in range(1, len(decisions)):
        book.step(i, decisions[i - 1])
    return book.trades, book.equity


def statistics(trades, equity):
    peak, drawdown, held = -math.inf, 0.0, set()
    for value in equity:
        peak = max(peak, value)
        drawdown = min(drawdown, value / peak - 1)
    for trade in trades:
        held.update(range(trade.entry_bar, trade.exit_bar + 1))
    return {
        "equity_final": equity[-1],
        "return_pct": (equity[-1] / equity[0] - 1) * 100,
        "trades": len(trades),
        "win_rate_pct": 100 * sum(trade.pnl > 0 for trade in trades) / len(trades),
        "max_drawdown_pct": 100 * drawdown,
        "exposure_pct": 100 * len(held) / len(equity),
    }


def differing(bars, p):
    """How many rows one of the lists has and the other has not, a switch at a time."""

    def rows(rules):
        fields = ("side", "units", "entry_bar", "entry_price", "exit_bar", "exit_price")
        return {tuple(getattr(trade, name) for name in fields) for trade in backtest(bars, p, rules)[0]}

    counts = {switch: len(rows(PEER) ^ rows(frozenset({switch}))) for switch in SWITCHES}
    return " ".join(f"{switch}:{count}" for switch, count in counts.items() if count)


def golden_path(name):
    return backtest_bars.GOLDEN / f"backtest_{name}.csv{'.gz' if name == 'trades' else ''}"


def write_golden(name, text):
    data = text.encode()
    golden_path(name).write_bytes(gzip.compress(data, 9, mtime=0) if name == "trades" else data)


def golden_text(name):
    data = golden_path(name).read_bytes()
    return (gzip.decompress(data) if name == "trades" else data).decode()


def golden(name):
    return list(csv.DictReader(golden_text(name).splitlines()))


def parameters(text):
    pairs = (pair.split("=") for pair in text.split(";"))
    words = ("sizing", "direction", "entry", "levels", "fill")
    whole = ("fast", "slow", "cancel_after", "exclusive")
    return {key: value if key in words else int(value) if key in whole else float(value) for key, value in pairs}


def unlike(row, found):
    """Names of the columns of a golden row that aren't `found`: prices and times exactly, sums to 1e-9."""
    names = []
    for name, value in found.items():
        if isinstance(value, str) or name in ("entry_price", "exit_price", "size", "trades"):
            same = row[name] == value if isinstance(value, str) else float(row[name]) == value
        else:
            same = math.isclose(float(row[name]), value, rel_tol=1e-9, abs_tol=1e-8)
        names += [] if same else [f"{name}: golden {row[name]}, here {value}"]
    return names


def main():
    series, faults, seen = backtest_bars.read(), [], 0
    trades, stats = golden("trades"), golden("stats")
    for case in golden("cases"):
        p = parameters(case["params"])
        for name in case["series"].split():
            bars = {key: value if key == "ts" else value.tolist() for key, value in series[name].items()}
            found, equity = backtest(bars, p)
            where = f"{case['case']} {name}"
            mine = [row for row in trades if (row["case"], row["series"]) == (case["case"], name)]
            if len(mine) != len(found):
                faults.append(f"{where}: {len(mine)} golden trades, {len(found)} here")
            for row, trade in zip(mine, found):
                values = {
                    name: getattr(trade, name) for name in ("entry_price", "exit_price", "pnl", "commission", "exit")
                }
                values |= {"entry_ts": bars["ts"][trade.entry_bar], "exit_ts": bars["ts"][trade.exit_bar]}
                faults += [
                    f"{where} {row['entry_ts']} {x}" for x in unlike(row, {**values, "size": trade.side * trade.units})
                ]
            (stat,) = (row for row in stats if (row["case"], row["series"]) == (case["case"], name))
            faults += [
                f"{where} {x}" for x in unlike(stat, {**statistics(found, equity), "differs": differing(bars, p)})
            ]
            seen += len(found)
    for fault in faults[:40]:
        print(fault)
    print(
        f"second implementation: {seen} trades of {len(trades)}, {len(stats)} runs: {'DIFFERS' if faults else 'agrees'}"
    )
    return 1 if faults or seen != len(trades) else 0


if __name__ == "__main__":
    sys.exit(main())
