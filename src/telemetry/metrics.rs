//! The formulas of `run_performance` over sessions and sums; see that view for the meaning of every number.

use super::intervals::{self, Bounds, Days};
use super::meter::Yearly;

/// A deviation below this a day is rounding: no variance, so no ratio.
const ROUNDING: f64 = 1e-12;

/// One side's values: the account's, or those of buy and hold.
#[derive(Debug, Clone)]
struct Side {
    /// Value at the newest bar, and at the last one of the session before.
    value: f64,
    before: f64,
    peak: f64,
    max_drawdown: f64,
}

/// The account bar by bar, kept session by session.
#[derive(Debug, Clone)]
pub(super) struct Account {
    capital: f64,
    own: Side,
    benchmark: Side,
    first_date: Option<i32>,
    session: i32,
    /// Returns of the finished sessions: the account's (NaN after ruin) and the benchmark's.
    days: Vec<(f64, f64)>,
    /// The days of these sessions.
    dates: Vec<i32>,
    bars: u64,
    exposed: u64,
    equity_sum: f64,
}

/// Sums over executions and round trips.
#[derive(Debug, Clone, Default)]
pub(super) struct Trades {
    pub traded_value: f64,
    pub costs: f64,
    count: u64,
    wins: u64,
    losses: u64,
    gross_profit: f64,
    gross_loss: f64,
    pnl: f64,
    minutes: f64,
}

/// What a run came to; the fields are the columns of `run_performance`, `None` where it has NULL.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
#[allow(missing_docs, reason = "told by the view, column by column")]
pub struct Metrics {
    pub n_days: u64,
    pub end_equity: f64,
    pub total_return: f64,
    pub cagr: Option<f64>,
    pub volatility: Option<f64>,
    pub sharpe: Option<f64>,
    pub sortino: Option<f64>,
    pub calmar: Option<f64>,
    pub max_drawdown: f64,
    pub exposure: f64,
    pub n_trades: u64,
    pub win_rate: Option<f64>,
    pub profit_factor: Option<f64>,
    pub avg_win: Option<f64>,
    pub avg_loss: Option<f64>,
    pub expectancy: Option<f64>,
    pub avg_holding_minutes: Option<f64>,
    pub turnover: Option<f64>,
    pub cost_drag: f64,
    pub benchmark_return: f64,
    pub excess_return: f64,
    pub beta: Option<f64>,
    pub information_ratio: Option<f64>,
    pub benchmark_cagr: Option<f64>,
    pub benchmark_volatility: Option<f64>,
    pub benchmark_sharpe: Option<f64>,
    pub benchmark_sortino: Option<f64>,
    pub benchmark_max_drawdown: f64,
    pub benchmark_calmar: Option<f64>,
    pub cagr_low: Option<f64>,
    pub cagr_high: Option<f64>,
    pub volatility_low: Option<f64>,
    pub volatility_high: Option<f64>,
    pub sharpe_low: Option<f64>,
    pub sharpe_high: Option<f64>,
    pub sortino_low: Option<f64>,
    pub sortino_high: Option<f64>,
    pub calmar_low: Option<f64>,
    pub calmar_high: Option<f64>,
    pub information_ratio_low: Option<f64>,
    pub information_ratio_high: Option<f64>,
}

impl Side {
    fn new(capital: f64) -> Self {
        Self { value: capital, before: capital, peak: capital, max_drawdown: 0.0 }
    }

    #[inline]
    fn bar(&mut self, value: f64) {
        self.value = value;
        self.peak = self.peak.max(value);
        // Deeper than the worst so far: only then is there a division.
        if value < self.peak * (1.0 + self.max_drawdown) {
            self.max_drawdown = value / self.peak - 1.0;
        }
    }

    /// Return of the session that ends; NaN after a ruined one.
    fn session(&mut self) -> f64 {
        let before = std::mem::replace(&mut self.before, self.value);
        if before > 0.0 { self.value / before - 1.0 } else { f64::NAN }
    }
}

impl Account {
    pub(super) fn new(capital: f64) -> Self {
        Self {
            capital,
            own: Side::new(capital),
            benchmark: Side::new(capital),
            first_date: None,
            session: i32::MIN,
            days: Vec::new(),
            dates: Vec::new(),
            bars: 0,
            exposed: 0,
            equity_sum: 0.0,
        }
    }

    #[inline]
    pub(super) fn bar(&mut self, session: i32, equity: f64, exposed: bool, benchmark: f64) {
        if session != self.session {
            if self.first_date.is_some() {
                self.days.push((self.own.session(), self.benchmark.session()));
                self.dates.push(self.session);
            }
            self.first_date.get_or_insert(session);
            self.session = session;
        }
        self.own.bar(equity);
        self.benchmark.bar(benchmark);
        self.bars += 1;
        self.exposed += u64::from(exposed);
        self.equity_sum += equity;
    }

    /// Days since 1970-01-01 with the account's returns, ruined ones left out, as `run_returns` has them.
    pub(super) fn returns(&self) -> Vec<(i32, f64)> {
        let dates = self.dates.iter().copied().chain(self.first_date.map(|_| self.session));
        dates.zip(self.all_days()).map(|(date, (own, _))| (date, own)).filter(|(_, own)| !own.is_nan()).collect()
    }

    /// Every session's returns, the newest one's as far as it has come.
    fn all_days(&self) -> Vec<(f64, f64)> {
        let (mut own, mut benchmark) = (self.own.clone(), self.benchmark.clone());
        let mut days = self.days.clone();
        days.push((own.session(), benchmark.session()));
        days
    }
}

impl Trades {
    pub(super) fn close(&mut self, pnl: f64, minutes: f64) {
        self.count += 1;
        self.wins += u64::from(pnl > 0.0);
        self.losses += u64::from(pnl < 0.0);
        self.gross_profit += pnl.max(0.0);
        self.gross_loss += pnl.min(0.0);
        self.pnl += pnl;
        self.minutes += minutes;
    }
}

impl Metrics {
    pub(super) fn of(account: &Account, trades: &Trades, yearly: Yearly) -> Option<Self> {
        let first_date = account.first_date?;
        let days = account.all_days();
        let years = f64::from(account.session - first_date) / 365.25;
        let known: Vec<(f64, f64)> = days.iter().copied().filter(|(own, _)| !own.is_nan()).collect();
        let own: Vec<f64> = known.iter().map(|(own, _)| *own).collect();
        let held: Vec<f64> = days.iter().map(|(_, benchmark)| *benchmark).filter(|day| !day.is_nan()).collect();
        let both: Vec<(f64, f64)> = known.into_iter().filter(|(_, benchmark)| !benchmark.is_nan()).collect();
        let active: Vec<f64> = both.iter().map(|(own, benchmark)| own - benchmark).collect();
        let root = f64::from(yearly.periods_per_year).sqrt();
        let (mine, theirs) = (Ratios::of(&own, yearly), Ratios::of(&held, yearly));
        let growth = account.own.value / account.capital;
        let benchmark_growth = account.benchmark.value / account.capital;
        let (cagr, benchmark_cagr) = (compound(growth, years), compound(benchmark_growth, years));
        let per = |sum: f64, count: u64| (count > 0).then(|| sum / count as f64);
        let growth_bounds = intervals::growth(&own, growth, years);
        let depth = account.own.max_drawdown.abs();
        let calmar_bounds = growth_bounds.filter(|_| depth != 0.0).map(|(low, high)| (low / depth, high / depth));
        let active_spread = above_rounding(deviation(&active));
        let information_bounds =
            active_spread.and_then(|spread| Days { returns: &active, free: 0.0, spread, root }.ratio());
        let (low, high) = (|bounds: Bounds| bounds.map(|(low, _)| low), |bounds: Bounds| bounds.map(|(_, high)| high));
        let mean_equity = account.equity_sum / account.bars as f64;
        Some(Self {
            n_days: own.len() as u64,
            end_equity: account.own.value,
            total_return: growth - 1.0,
            cagr,
            volatility: mine.volatility,
            sharpe: mine.sharpe,
            sortino: mine.sortino,
            calmar: calmar(cagr, account.own.max_drawdown),
            max_drawdown: account.own.max_drawdown,
            exposure: account.exposed as f64 / account.bars as f64,
            n_trades: trades.count,
            win_rate: per(trades.wins as f64, trades.count),
            profit_factor: (trades.losses > 0).then(|| trades.gross_profit / trades.gross_loss.abs()),
            avg_win: per(trades.gross_profit, trades.wins),
            avg_loss: per(trades.gross_loss, trades.losses),
            expectancy: per(trades.pnl, trades.count),
            avg_holding_minutes: per(trades.minutes, trades.count),
            turnover: (mean_equity != 0.0).then(|| trades.traded_value / mean_equity),
            cost_drag: trades.costs / account.capital,
            benchmark_return: benchmark_growth - 1.0,
            excess_return: growth - benchmark_growth,
            beta: theirs.spread.and_then(|_| slope(&both)),
            information_ratio: active_spread.map(|spread| root * mean(&active) / spread),
            benchmark_cagr,
            benchmark_volatility: theirs.volatility,
            benchmark_sharpe: theirs.sharpe,
            benchmark_sortino: theirs.sortino,
            benchmark_max_drawdown: account.benchmark.max_drawdown,
            benchmark_calmar: calmar(benchmark_cagr, account.benchmark.max_drawdown),
            cagr_low: low(growth_bounds),
            cagr_high: high(growth_bounds),
            volatility_low: low(mine.volatility_bounds),
            volatility_high: high(mine.volatility_bounds),
            sharpe_low: low(mine.sharpe_bounds),
            sharpe_high: high(mine.sharpe_bounds),
            sortino_low: low(mine.sortino_bounds),
            sortino_high: high(mine.sortino_bounds),
            calmar_low: low(calmar_bounds),
            calmar_high: high(calmar_bounds),
            information_ratio_low: low(information_bounds),
            information_ratio_high: high(information_bounds),
        })
    }
}

/// Ratios of daily returns.
struct Ratios {
    volatility: Option<f64>,
    spread: Option<f64>,
    sharpe: Option<f64>,
    sortino: Option<f64>,
    volatility_bounds: Bounds,
    sharpe_bounds: Bounds,
    sortino_bounds: Bounds,
}

impl Ratios {
    fn of(returns: &[f64], yearly: Yearly) -> Self {
        let periods = f64::from(yearly.periods_per_year);
        let free = yearly.risk_free_rate / periods;
        let excess: Vec<f64> = returns.iter().map(|day| day - free).collect();
        let shortfall: Vec<f64> = excess.iter().map(|day| day.min(0.0).powi(2)).collect();
        let deviation = deviation(returns);
        let spread = above_rounding(deviation);
        let scaled = periods.sqrt() * mean(&excess);
        let square = mean(&shortfall);
        let downside = above_rounding(Some(square.sqrt()));
        let days = spread.map(|spread| Days { returns, free, spread, root: periods.sqrt() });
        Self {
            volatility: deviation.map(|deviation| deviation * periods.sqrt()),
            spread,
            sharpe: spread.map(|spread| scaled / spread),
            sortino: downside.map(|shortfall| scaled / shortfall),
            volatility_bounds: days.and_then(|days| days.volatility()),
            sharpe_bounds: days.and_then(|days| days.ratio()),
            sortino_bounds: days.filter(|_| downside.is_some()).and_then(|days| days.sortino(square)),
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample standard deviation; `None` below two values.
fn deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

fn above_rounding(deviation: Option<f64>) -> Option<f64> {
    deviation.filter(|deviation| *deviation > ROUNDING)
}

/// Slope of the first on the second.
fn slope(pairs: &[(f64, f64)]) -> Option<f64> {
    let (y, x): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
    let (mean_y, mean_x) = (mean(&y), mean(&x));
    let covariance: f64 = pairs.iter().map(|(y, x)| (y - mean_y) * (x - mean_x)).sum();
    let variance: f64 = x.iter().map(|x| (x - mean_x).powi(2)).sum();
    (variance > 0.0).then(|| covariance / variance)
}

/// Compound growth a year; `None` within one day, and where the account went below zero or multiplied within days.
fn compound(growth: f64, years: f64) -> Option<f64> {
    (years > 0.0).then(|| growth.powf(1.0 / years) - 1.0).filter(|yearly| yearly.is_finite())
}

fn calmar(cagr: Option<f64>, max_drawdown: f64) -> Option<f64> {
    cagr.filter(|_| max_drawdown != 0.0).map(|cagr| cagr / max_drawdown.abs())
}
