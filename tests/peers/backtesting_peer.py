"""Trade lists of backtesting.py 0.6.5 on SYNTHETIC bars, as golden numbers for our own backtests.

    python -m venv ~/.cache/ws-peers/venv-backtesting
    ~/.cache/ws-peers/venv-backtesting/bin/pip install backtesting==0.6.5 numpy==2.4.6 pandas==3.1.1
    ~/.cache/ws-peers/venv-backtesting/bin/python tests/peers/backtesting_peer.py           writes the golden files
    ~/.cache/ws-peers/venv-backtesting/bin/python tests/peers/backtesting_peer.py --check   compares, writes nothing

Both then compare with backtest_second.py, an implementation that shares no code with the library, and leave with 1 when
a trade or a statistic differs.

golden/backtest_bars.csv.gz    the bars (backtest_bars.py)
golden/backtest_cases.csv      case, params (key=value;..), series (names), semantics (backtest_cases.py)
golden/backtest_trades.csv.gz  case, series, entry_ts, exit_ts, entry_price, exit_price, size (signed units), pnl (net
                               of both commissions), commission, exit (signal, sl, tp, end)
golden/backtest_stats.csv      case, series, equity_final, return_pct, trades, win_rate_pct, max_drawdown_pct,
                               exposure_pct, differs: deliberate rules (backtest_second.SWITCHES) that would change the
                               trades, with the rows that only one of both lists has; empty: the lists have to be equal

THE STRATEGY. Up-cross: the fast average of closes was at or below the slow one and is above it now; down-cross is the
mirror; from the second valid slow average on. A cross cancels what is pending, closes what is held (also when that lies
the same way: after a tie of the averages an up-cross can follow an up-cross) and orders its own direction; with
direction=long a down-cross only closes. The last bar decides nothing; what is held then is closed at its close by the
library's own function, exit "end". Equity is counted at every close; the first is the capital.

PARAMS. fast, slow; capital; sizing units:N or equity:F; commission (fraction, a side), commission_fixed (currency, an
order); direction both, long; entry market, limit (buys at close * (1 - offset) - points, sells mirrored), stop (buys at
close * (1 + offset) + points, sells mirrored); cancel_after N bars after the deciding one (0: at the next cross);
stop_loss, take_profit with levels=fill (fractions of the entry fill) or levels=order (of the order's price, for market
orders of the deciding close); fill next_open, close (the deciding one); exclusive; margin (0.5: twice the equity).

FINDINGS, by line of backtesting/backtesting.py 0.6.5:
 1. Market orders fill at the next open (915); with trade_on_close at the deciding close, stamped so (921-924).
 2. The queue is walked in order (877). `Trade.close()` puts its order in front (596), so do stops of a trade (828);
    targets and entries go to the end. A reversal leaves and enters at one open, before stops and targets are looked at.
 3. Brackets of a MARKET entry are watched in the entry bar: the queue is walked again (1016-1018, 1040). With
    trade_on_close that is the bar after the deciding one, whose range came before the fill.
 4. Brackets of a LIMIT entry are watched from the bar after the entry on (1025-1035: only a warning); those of a STOP
    entry too, unless that bar touched the target and not the stop (1021-1024). Watching the entry bar: `entry_bar`.
 5. A stop is touched at equality and fills at the worse of open and level (886, 917), a target at equality too and at
    the better of open and level (897, 908-910). Targets only through their level: `touch_target`.
 6. A bar that touches both leaves at the stop, which stands in front; ALSO a bar that opened beyond the target, as the
    open is not looked at first. Leaving at that open: `gap_target`.
 7. Limit entries fill at equality (897), at the better of open and limit (908-910). Only through it: `touch_entry`.
 8. Stop entries fill at equality (886), at the worse of open and stop (917).
 9. A stop-limit order with limit <= stop never fills in the bar that touches both (900-905); with limit > stop it fills
    AT the stop, even below the low of a bar that opened beyond it (908 leaves the open out). No case uses one.
10. Levels given with an order are absolute, so they can't depend on the fill, and `trade.sl = ..` in next() comes a bar
    late. levels=fill replaces them in `_open_trade`, before the library makes its contingent orders; the rest is its
    own. A market order's levels are checked against the deciding close only (804-813): with levels=order an entry
    that opens beyond its own stop is bought and left at that open.
11. Sizes below 1 are floored to whole units of margin available * leverage * size / cost of a unit, at the fill
    (960-963). The cost of a unit is price + commission(size, price) / size (956): a fixed fee F counts as F / size per
    UNIT, so no case joins a fixed fee and a fraction. Margin available values open trades at the close of the bar being
    filled (833, 849-852), a look-ahead for shorts and with margin < 1; here everything is closed first: it is cash.
12. An entry that costs more than margin available * leverage vanishes without a record (998-1002); exits never do.
    Shorts need the same money as longs; borrowed money costs nothing; only equity <= 0 ends a run (863-869).
13. Commission, fixed + |units| * price * relative, leaves cash at the entry (1088) and at the exit (1075).
14. `spread` worsens entries only (954, 977-978): it is not slippage of both sides, and no case uses it.
15. exclusive_orders cancels and closes before it orders (820-825). The loop removes from the list it walks (821-823):
    of two pending orders one survives. Here there is at most one.
16. finalize_trades=True walks the whole queue once more over the last bar (1341-1349): trades are closed at its OPEN
    (on close: at the close before, stamped so), and what the last close decided fills inside the bar it was decided on.
17. Decisions begin at bar 1 + warm-up (1318): the second valid slow average.
18. Exposure counts bars from entry to exit, both included (_stats.py 105-109); drawdown is of equity at closes (47).
"""

import csv
import functools
import io
import sys
import warnings

import pandas as pd
from backtesting import Backtest, Strategy, backtesting

import backtest_bars
import backtest_second
from backtest_cases import CASES, params, spelled

backtesting._tqdm = lambda bars, **_: bars  # no progress bars


def mean(values, n):
    return pd.Series(values).rolling(n).mean()


class Broker(backtesting._Broker):
    """The library's broker; levels from the fill (finding 10), and a note of why a trade ended."""

    def __init__(self, *, p, **settings):
        super().__init__(**settings)
        self.p, self.last = p, False

    def _open_trade(self, price, size, sl, tp, time_index, tag):
        side = 1 if size > 0 else -1
        if self.p["levels"] == "fill":
            sl = sl and price * (1 - side * self.p["stop_loss"])
            tp = tp and price * (1 + side * self.p["take_profit"])
        super()._open_trade(price, size, sl, tp, time_index, (side, sl))

    def _close_trade(self, trade, price, time_index):
        side, stop = trade.tag
        ordered = any(o.parent_trade is trade and not o.is_contingent for o in self.orders)
        stopped = stop is not None and side * price <= side * stop
        trade.why = "end" if self.last else "signal" if ordered else "sl" if stopped else "tp"
        super()._close_trade(trade, price, time_index)


class Crossing(Strategy):
    """The strategy of the docstring; `p` and `bars` are set by a subclass for every case."""

    p, bars = {}, 0

    def init(self):
        self.fast = self.I(mean, self.data.Close, self.p["fast"])
        self.slow = self.I(mean, self.data.Close, self.p["slow"])
        self.decided = 0

    def next(self):
        bar = len(self.data) - 1
        if bar == self.bars - 1:
            return self.end(bar)
        before, now = self.fast[-2] - self.slow[-2], self.fast[-1] - self.slow[-1]
        side = int(before <= 0 < now) - int(before >= 0 > now)
        if side:
            self.cross(side, bar)
        elif self.p["cancel_after"] and bar - self.decided >= self.p["cancel_after"]:
            self.orders.cancel()

    def cross(self, side, bar):
        self.decided = bar
        if not self.p["exclusive"]:
            self.orders.cancel()
            self.position.close()
        if side > 0 or self.p["direction"] == "both":
            self.order(side)

    def order(self, side):
        p, close, prices = self.p, self.data.Close[-1], {}
        basis = close
        if p["entry"] != "market":
            away = -side if p["entry"] == "limit" else side
            basis = prices[p["entry"]] = close * (1 + away * p["offset"]) + away * p["points"]
        if p["stop_loss"]:
            prices["sl"] = basis * (1 - side * p["stop_loss"])
        if p["take_profit"]:
            prices["tp"] = basis * (1 + side * p["take_profit"])
        size = float(p["sizing"].split(":")[1])
        (self.buy if side > 0 else self.sell)(size=size, **prices)

    def end(self, bar):
        """Closes what is open at the last close, as the library does when money runs out (863-866)."""
        broker = self._broker
        broker.last = True
        for trade in self.trades:
            broker._close_trade(trade, broker.last_price, bar)
        broker._equity[bar] = broker.equity


def run(bars, p):
    frame = pd.DataFrame({name.capitalize(): bars[name] for name in (*backtest_bars.PRICES, "volume")})
    frame.index = pd.to_datetime([ts[:-1] for ts in bars["ts"]])
    strategy = type("Case", (Crossing,), {"p": p, "bars": len(frame)})
    test = Backtest(
        frame,
        strategy,
        cash=p["capital"],
        commission=(p["commission_fixed"], p["commission"]),
        margin=p["margin"],
        trade_on_close=p["fill"] == "close",
        exclusive_orders=bool(p["exclusive"]),
    )
    test._broker = functools.partial(Broker, p=p, **test._broker.keywords)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "(?s).*contingent SL/TP order would execute")  # finding 4
        return test.run()


def trade_rows(bars, stats):
    for trade in stats._strategy.closed_trades:
        times = (bars["ts"][trade.entry_bar], bars["ts"][trade.exit_bar])
        prices = (float(trade.entry_price), float(trade.exit_price))
        yield [
            *times,
            *prices,
            int(trade.size),
            round(float(trade.pl), 9),
            round(float(trade._commissions), 9),
            trade.why,
        ]


KEYS = ("Equity Final [$]", "Return [%]", "# Trades", "Win Rate [%]", "Max. Drawdown [%]", "Exposure Time [%]")


def stat_row(stats):
    return [int(stats[key]) if key == "# Trades" else round(float(stats[key]), 10) for key in KEYS]


def tables():
    series = backtest_bars.read()
    cases = [["case", "params", "series", "semantics"]]
    trades = [
        ["case", "series", "entry_ts", "exit_ts", "entry_price", "exit_price", "size", "pnl", "commission", "exit"]
    ]
    stats = [["case", "series", "equity_final", "return_pct", "trades", "win_rate_pct", "max_drawdown_pct"]]
    stats[0] += ["exposure_pct", "differs"]
    for case, (_, names, semantics) in CASES.items():
        cases.append([case, spelled(case), " ".join(names), semantics])
        for name in names:
            found = run(series[name], params(case))
            plain = {key: value if key == "ts" else value.tolist() for key, value in series[name].items()}
            trades += [[case, name, *row] for row in trade_rows(series[name], found)]
            stats.append([case, name, *stat_row(found), backtest_second.differing(plain, params(case))])
    return {"cases": cases, "trades": trades, "stats": stats}


def main():
    check = sys.argv[1:] == ["--check"]
    fine = True
    for name, rows in tables().items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        if not check:
            backtest_second.write_golden(name, text.getvalue())
        elif backtest_second.golden_text(name) != text.getvalue():
            fine = False
            print(f"golden {name} are not what backtesting.py gives")
    return max(backtest_second.main(), 0 if fine else 1)


if __name__ == "__main__":
    sys.exit(main())
