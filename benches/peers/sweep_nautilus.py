"""sma_cross in NautilusTrader: `sweep_nautilus.py BARS.npy PAIRS.csv OUT.csv`; prints the seconds of the runs alone.

Its bar execution fills a market order at the deciding close, not at the next open, and prices are kept to four
decimals here: trades are as many as elsewhere, or nearly, but sums differ. Turning rows into its bars is left out.
"""

import csv
import sys
import time
from decimal import Decimal

import numpy as np
import pandas as pd
from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
from nautilus_trader.config import LoggingConfig
from nautilus_trader.indicators import SimpleMovingAverage
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.persistence.wranglers import BarDataWrangler
from nautilus_trader.trading.strategy import Strategy

BARS, PAIRS, OUT = sys.argv[1:4]
VENUE = Venue("SIM")
EQUITY = Equity(
    instrument_id=InstrumentId(Symbol("SYN"), VENUE),
    raw_symbol=Symbol("SYN"),
    currency=USD,
    price_precision=4,
    price_increment=Price.from_str("0.0001"),
    lot_size=Quantity.from_int(1),
    maker_fee=Decimal("0.001"),
    taker_fee=Decimal("0.001"),
    ts_event=0,
    ts_init=0,
)
MINUTES = BarType.from_str("SYN.SIM-1-MINUTE-LAST-EXTERNAL")


class Crossing(Strategy):
    def __init__(self, quick, lazy):
        super().__init__()
        self.fast, self.slow = SimpleMovingAverage(quick), SimpleMovingAverage(lazy)
        self.gap, self.side, self.entries = float("nan"), 0, 0

    def on_start(self):
        self.register_indicator_for_bars(MINUTES, self.fast)
        self.register_indicator_for_bars(MINUTES, self.slow)
        self.subscribe_bars(MINUTES)

    def on_bar(self, bar):
        if not self.slow.initialized:
            return
        before, self.gap = self.gap, self.fast.value - self.slow.value
        if before <= 0 < self.gap:
            self.turn(1, OrderSide.BUY)
        elif before >= 0 > self.gap:
            self.turn(-1, OrderSide.SELL)

    def turn(self, side, order_side):
        """One order that closes and opens: 100 units from flat, 200 from the other side."""
        units = 100 * abs(side - self.side)
        if units:
            self.side, self.entries = side, self.entries + 1
            self.submit_order(self.order_factory.market(EQUITY.id, order_side, Quantity.from_int(units)))


def run(bars, quick, lazy):
    """Seconds of the run, trades and final equity."""
    engine = BacktestEngine(BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False))
    engine.add_venue(VENUE, OmsType.NETTING, AccountType.MARGIN, [Money(100_000_000, USD)], base_currency=USD)
    engine.add_instrument(EQUITY)
    engine.add_data(bars, sort=False)
    strategy = Crossing(quick, lazy)
    engine.add_strategy(strategy)
    started = time.perf_counter()
    engine.run()
    seconds = time.perf_counter() - started
    cash = engine.portfolio.account(VENUE).balance_total(USD).as_double()
    floating = engine.portfolio.unrealized_pnl(EQUITY.id)
    engine.dispose()
    return seconds, strategy.entries, cash + (floating.as_double() if floating else 0.0)


def main():
    rows, pairs = np.load(BARS), [tuple(map(int, row)) for row in csv.reader(open(PAIRS))]
    frame = pd.DataFrame(rows, columns=["open", "high", "low", "close", "volume"])
    frame.index = pd.date_range("2020-01-01", periods=len(rows), freq="min", tz="UTC")
    bars, total, found = BarDataWrangler(MINUTES, EQUITY).process(frame), 0.0, []
    for quick, lazy in pairs:
        seconds, trades, equity = run(bars, quick, lazy)
        total += seconds
        found.append((quick, lazy, trades, equity))
    with open(OUT, "w") as out:
        csv.writer(out).writerows(found)
    print(total)


if __name__ == "__main__":
    main()
