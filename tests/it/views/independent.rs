//! The metrics of run_performance from a run's raw rows, by loops over vectors: nothing is shared with the view.

use std::collections::BTreeMap;

use workstation::store::Store;
use workstation::store::duckdb::Row;

use super::all;

struct Bar {
    day: i32,
    equity: f64,
    exposure: f64,
    benchmark: Option<f64>,
}

/// Every metric of a run; `None` where the definition gives no number.
pub fn metrics(store: &Store, run: &str) -> BTreeMap<&'static str, Option<f64>> {
    let bars = all(
        store,
        "SELECT CAST(session_date - DATE '1970-01-01' AS INTEGER), equity, exposure, benchmark FROM equity WHERE run_id = ? ORDER BY ts",
        run,
        |row| Bar {
            day: row.get(0).unwrap(),
            equity: row.get(1).unwrap(),
            exposure: row.get(2).unwrap(),
            benchmark: row.get(3).unwrap(),
        },
    );
    let (capital, rate, periods) = match run {
        "bt-walk" => (50_000.0, 0.03, 252.0),
        "bt-flat" => (100_000.0, 0.02, 250.0),
        "bt-week" => (100_000.0, 0.02, 365.0),
        _ => (100_000.0, 0.0, 252.0),
    };
    let equity: Vec<f64> = bars.iter().map(|bar| bar.equity).collect();
    let held: Option<Vec<f64>> = bars.iter().map(|bar| bar.benchmark).collect();
    let days: Vec<i32> = bars.iter().map(|bar| bar.day).collect();
    let own = Path::new(&days, &equity, capital, rate, periods);
    let mut found = BTreeMap::from([
        ("n_days", Some(own.returns.len() as f64)),
        ("start_equity", Some(capital)),
        ("end_equity", equity.last().copied()),
        ("total_return", Some(own.total)),
        ("cagr", own.cagr),
        ("volatility", deviation(&own.returns).map(|s| s * periods.sqrt())),
        ("sharpe", own.sharpe),
        ("sortino", own.sortino),
        ("max_drawdown", Some(own.depth)),
        ("calmar", own.calmar),
        ("exposure", Some(bars.iter().filter(|bar| bar.exposure > 0.0).count() as f64 / bars.len() as f64)),
        ("risk_free_rate", Some(rate)),
        ("periods_per_year", Some(periods)),
    ]);
    found.extend(traded(store, run, capital, mean(&equity).unwrap()));
    let other = held.map(|held| Path::new(&days, &held, capital, rate, periods));
    let active: Option<Vec<f64>> =
        other.as_ref().map(|other| own.returns.iter().zip(&other.returns).map(|(r, b)| r - b).collect());
    found.insert("benchmark_return", other.as_ref().map(|other| other.total));
    found.insert("excess_return", other.as_ref().map(|other| own.total - other.total));
    found.insert("benchmark_cagr", other.as_ref().and_then(|other| other.cagr));
    found.insert("benchmark_sharpe", other.as_ref().and_then(|other| other.sharpe));
    found.insert("benchmark_sortino", other.as_ref().and_then(|other| other.sortino));
    found.insert("benchmark_max_drawdown", other.as_ref().map(|other| other.depth));
    found.insert("benchmark_calmar", other.as_ref().and_then(|other| other.calmar));
    found.insert("beta", other.as_ref().and_then(|other| beta(&own.returns, &other.returns)));
    let ratio =
        active.and_then(|active| Some(periods.sqrt() * mean(&active)? / deviation(&active).filter(|s| *s > 1e-12)?));
    found.insert("information_ratio", ratio);
    found.extend(own.intervals(rate, periods));
    // Its instruments have two currencies: no amount of it is anything.
    if run == "bt-week" {
        for amount in ["start_equity", "end_equity", "avg_win", "avg_loss", "expectancy"] {
            found.insert(amount, None);
        }
    }
    found
}

/// 1.96 and more digits.
const Z: f64 = 1.959_963_984_540_054;

impl Path {
    /// Ends of the 95 % intervals, each from the influence of every day on its figure or from the statistics of luck.
    fn intervals(&self, rate: f64, periods: f64) -> BTreeMap<&'static str, Option<f64>> {
        let n = self.returns.len() as f64;
        let root = periods.sqrt();
        let excess: Vec<f64> = self.returns.iter().map(|r| r - rate / periods).collect();
        let sharpe = workstation::stats::sharpe_error(&excess).filter(|_| self.sharpe.is_some());
        let sharpe = sharpe.map(|(ratio, error)| (root * (ratio - Z * error), root * (ratio + Z * error)));
        let middle = mean(&excess).unwrap();
        let short: Vec<f64> = excess.iter().map(|x| x.min(0.0).powi(2)).collect();
        let d = mean(&short).unwrap().sqrt();
        let sortino = self.sortino.filter(|_| self.sharpe.is_some()).map(|sortino| {
            let influence =
                excess.iter().zip(&short).map(|(x, s)| (x - middle) / d - middle * (s - d * d) / (2.0 * d.powi(3)));
            let reach = Z * root * (influence.map(|x| x * x).sum::<f64>() / n / (n - 1.0)).sqrt();
            (sortino - reach, sortino + reach)
        });
        let logs: Vec<f64> = self.returns.iter().map(|r| r.ln_1p()).collect();
        let cagr = self.cagr.and_then(|cagr| {
            let reach = Z * deviation(&logs)? * n.sqrt() / self.years;
            Some(((cagr.ln_1p() - reach).exp_m1(), (cagr.ln_1p() + reach).exp_m1()))
        });
        let (low, high) = (|pair: Option<(f64, f64)>| pair.map(|x| x.0), |pair: Option<(f64, f64)>| pair.map(|x| x.1));
        BTreeMap::from([
            ("sharpe_low", low(sharpe)),
            ("sharpe_high", high(sharpe)),
            ("sortino_low", low(sortino)),
            ("sortino_high", high(sortino)),
            ("cagr_low", low(cagr)),
            ("cagr_high", high(cagr)),
        ])
    }
}

/// What follows from one series of account values.
struct Path {
    returns: Vec<f64>,
    total: f64,
    cagr: Option<f64>,
    sharpe: Option<f64>,
    sortino: Option<f64>,
    depth: f64,
    calmar: Option<f64>,
    years: f64,
}

impl Path {
    fn new(days: &[i32], values: &[f64], capital: f64, rate: f64, periods: f64) -> Self {
        let (mut returns, mut before, mut peak, mut depth) = (vec![], capital, capital, 0.0_f64);
        for (n, &value) in values.iter().enumerate() {
            peak = peak.max(value);
            depth = depth.min(value / peak - 1.0);
            if days.get(n + 1) != Some(&days[n]) {
                returns.push(value / before - 1.0);
                before = value;
            }
        }
        let total = before / capital - 1.0;
        let years = f64::from(days[days.len() - 1] - days[0]) / 365.25;
        let cagr = (years > 0.0).then(|| (1.0 + total).powf(1.0 / years) - 1.0);
        let excess: Vec<f64> = returns.iter().map(|r| r - rate / periods).collect();
        let short: Vec<f64> = excess.iter().map(|x| x.min(0.0).powi(2)).collect();
        let reward = periods.sqrt() * mean(&excess).unwrap();
        let sharpe = deviation(&returns).filter(|s| *s > 1e-12).map(|s| reward / s);
        let sortino = mean(&short).map(f64::sqrt).filter(|s| *s > 1e-12).map(|s| reward / s);
        let calmar = cagr.filter(|_| depth < 0.0).map(|cagr| cagr / depth.abs());
        Self { returns, total, cagr, sharpe, sortino, depth, calmar, years }
    }
}

fn traded(store: &Store, run: &str, capital: f64, mean_equity: f64) -> BTreeMap<&'static str, Option<f64>> {
    let double = |row: &Row<'_>| row.get::<_, f64>(0).unwrap();
    let pnl = all(store, "SELECT pnl FROM trades WHERE run_id = ?", run, double);
    let minutes = all(store, "SELECT holding_minutes FROM trades WHERE run_id = ?", run, double);
    let value: f64 = all(store, "SELECT size * price FROM fills WHERE run_id = ?", run, double).iter().sum();
    let costs: f64 = all(store, "SELECT commission + slippage FROM fills WHERE run_id = ?", run, double).iter().sum();
    let (won, lost): (Vec<f64>, Vec<f64>) =
        (pnl.iter().copied().filter(|x| *x > 0.0).collect(), pnl.iter().copied().filter(|x| *x < 0.0).collect());
    let factor = (!lost.is_empty()).then(|| won.iter().sum::<f64>() / lost.iter().sum::<f64>().abs());
    BTreeMap::from([
        ("n_trades", Some(pnl.len() as f64)),
        ("win_rate", (!pnl.is_empty()).then(|| won.len() as f64 / pnl.len() as f64)),
        ("profit_factor", factor),
        ("avg_win", mean(&won)),
        ("avg_loss", mean(&lost)),
        ("expectancy", mean(&pnl)),
        ("avg_holding_minutes", mean(&minutes)),
        ("turnover", Some(value / mean_equity)),
        ("cost_drag", Some(costs / capital)),
    ])
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

fn deviation(values: &[f64]) -> Option<f64> {
    let middle = mean(values)?;
    let squares: f64 = values.iter().map(|x| (x - middle).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

fn beta(own: &[f64], other: &[f64]) -> Option<f64> {
    let (mine, theirs) = (mean(own)?, mean(other)?);
    let together: f64 = own.iter().zip(other).map(|(r, b)| (r - mine) * (b - theirs)).sum();
    let alone: f64 = other.iter().map(|b| (b - theirs).powi(2)).sum();
    (alone > 0.0).then(|| together / alone)
}
