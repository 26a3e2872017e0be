"""The 14 factors of qlib14.toml in Qlib itself: `qlib14_qlib.py STORE OUT`; prints the seconds after the imports.

Reads Qlib's own binary store, uses one process and no cache, and writes Parquet as the others do. Qlib keeps prices
as 4-byte floats, so that its numbers agree to fewer digits; its windows start with fewer bars than asked for.
"""

import sys
import time

import qlib
from qlib.data import D

STORE, OUT = sys.argv[1:3]
STARTED = time.perf_counter()
FACTORS = {
    "kmid": "($close-$open)/$open",
    "roc_5": "Ref($close, 5)/$close",
    "ma_20": "Mean($close, 20)/$close",
    "std_5": "Std($close, 5)/$close",
    "slope_10": "Slope($close, 10)",
    "rsqr_10": "Rsquare($close, 10)",
    "resi_10": "Resi($close, 10)/$close",
    "max_20": "Max($high, 20)/$close",
    "min_20": "Min($low, 20)/$close",
    "qtlu_20": "Quantile($close, 20, 0.8)/$close",
    "rank_20": "Rank($close, 20)",
    "rsv_20": "($close-Min($low, 20))/(Max($high, 20)-Min($low, 20)+1e-12)",
    "corr_10": "Corr($close, Log($volume+1), 10)",
    "vma_20": "Mean($volume, 20)/($volume+1e-12)",
}

if __name__ == "__main__":
    qlib.init(provider_uri=STORE, kernels=1, expression_cache=None, dataset_cache=None, logging_level=40)
    frame = D.features(D.instruments("all"), list(FACTORS.values()), freq="day")
    frame.columns = list(FACTORS)
    frame = frame.astype("float64").rename_axis(index={"instrument": "symbol", "datetime": "ts"}).reset_index()
    frame.to_parquet(OUT, index=False)
    print(time.perf_counter() - STARTED)
