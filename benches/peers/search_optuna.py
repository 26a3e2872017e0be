"""sma_cross searched by Optuna over vectorbt: `search_optuna.py BARS.parquet OUT.csv TRIALS SAMPLER STORAGE ENGINE`.

SAMPLER is random or tpe, STORAGE memory or the path of an SQLite file, ENGINE numba or rust (of vectorbt); instead of
both SAMPLER and STORAGE, `given PAIRS.csv` judges the pairs (fast, slow) of a file. Two processes judge, one asks and
tells: numba holds Python's lock, so that two threads judge no faster than one. Prints the seconds after imports,
loading and compilation; OUT.csv gets fast, slow, sharpe, total_return, trades.

The account is the one of search.py: a cross of the averages of one close becomes a target of +-9.5 % of equity at the
next open, 0.1 % and 5 basis points a side, 10 symbols on one account. Daily returns and metrics go into the storage
with every trial, since ws keeps them, too.
"""

import csv
import os
import sys
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from multiprocessing import get_context

import numpy as np
import optuna
import pyarrow.parquet as parquet
import vectorbt as vbt

JOBS, SEED, WARM = 2, 42, 2_000
COMMISSION, SLIPPAGE, CAPITAL, FREE, YEAR = 0.001, 0.0005, 1e5, 0.02, 250
SHARE = 0.95 / 10


class Market:
    """Opens and closes, bars x symbols, and the last bar of every session."""

    def __init__(self, path):
        table = parquet.read_table(path)
        symbols = table["symbol"].to_numpy()
        count = len(np.unique(symbols))
        self.opens, self.closes = (table[name].to_numpy().reshape(count, -1).T.copy() for name in ("open", "close"))
        days = table["session_date"].to_numpy().reshape(count, -1)[0]
        self.last = np.flatnonzero(np.append(days[1:] != days[:-1], True))

    def first(self, bars):
        part = object.__new__(Market)
        part.opens, part.closes, part.last = self.opens[:bars], self.closes[:bars], self.last[self.last < bars]
        return part


def judge(market, fast, slow):
    """The measures of a pair, and its daily returns."""
    gap = averages(market.closes, fast) - averages(market.closes, slow)
    size = np.full_like(gap, np.nan)
    before, now, later = gap[:-2], gap[1:-1], size[2:]
    # What an order pays for is in its share, as in ws.
    later[(before <= 0) & (now > 0)] = SHARE / (1 + SLIPPAGE) / (1 + COMMISSION)
    later[(before >= 0) & (now < 0)] = -SHARE / (1 - SLIPPAGE) / (1 + COMMISSION)
    portfolio = vbt.Portfolio.from_orders(
        market.closes,
        size=size,
        size_type="targetpercent",
        price=market.opens,
        val_price=-np.inf,
        fees=COMMISSION,
        slippage=SLIPPAGE,
        init_cash=CAPITAL,
        cash_sharing=True,
        group_by=True,
        call_seq="auto",
        max_orders=int(np.isfinite(size).sum()) + 1,
        freq="1min",
        engine=ENGINE,
    )
    values = np.ravel(portfolio.value())[market.last]
    returns = np.diff(values, prepend=CAPITAL) / np.append(CAPITAL, values[:-1])
    spread = returns.std(ddof=1)
    return {
        "sharpe": float(np.sqrt(YEAR) * (returns.mean() - FREE / YEAR) / spread) if spread > 0 else 0.0,
        "total_return": float(values[-1] / CAPITAL - 1),
        "trades": int(portfolio.trades.closed.count()),
        "returns": returns.tolist(),
    }


def averages(closes, window):
    return vbt.MA.run(closes, window, engine=ENGINE).ma.to_numpy()


def begin(path, engine):
    """A process that judges: loads the market, compiles what is compiled."""
    global MARKET, ENGINE
    ENGINE, MARKET = engine, Market(path)
    judge(MARKET.first(WARM), 5, 61)


def work(fast, slow):
    return judge(MARKET, fast, slow)


def ready():
    """Keeps a process busy until the others have begun as well."""
    time.sleep(1)


def given(pool, pairs):
    with open(pairs) as file:
        asked = [tuple(map(int, row)) for row in csv.reader(file)]
    yield from ((*pair, found) for pair, found in zip(asked, pool.map(work, *zip(*asked))))


def search(pool, trials, sampler, storage):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    samplers = {"random": optuna.samplers.RandomSampler, "tpe": optuna.samplers.TPESampler}
    url = None if storage == "memory" else f"sqlite:///{storage}"
    study = optuna.create_study(direction="maximize", sampler=samplers[sampler](seed=SEED), storage=url)
    under_way, asked = {}, 0
    while asked < trials or under_way:
        while asked < trials and len(under_way) < JOBS:
            trial = study.ask()
            pair = trial.suggest_int("fast", 5, 60), trial.suggest_int("slow", 61, 400)
            under_way[pool.submit(work, *pair)] = trial, pair
            asked += 1
        for done in wait(under_way, return_when=FIRST_COMPLETED).done:
            (trial, pair), found = under_way.pop(done), done.result()
            trial.set_user_attr("found", found)
            study.tell(trial, found["sharpe"])
            yield (*pair, found)


def main():
    bars, out, trials, sampler, storage, engine = sys.argv[1:7]
    with ProcessPoolExecutor(JOBS, get_context("spawn"), begin, (bars, engine)) as pool:
        for waiting in [pool.submit(ready) for _ in range(JOBS)]:
            waiting.result()
        started = time.perf_counter()
        rows = list(given(pool, storage) if sampler == "given" else search(pool, int(trials), sampler, storage))
        seconds = time.perf_counter() - started
    with open(out, "w") as file:
        names = ("sharpe", "total_return", "trades")
        csv.writer(file).writerows((fast, slow, *(found[name] for name in names)) for fast, slow, found in rows)
    print(seconds)


if __name__ == "__main__":
    main()
