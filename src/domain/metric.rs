//! Metrics by name: what each is called, measured in, better by, and means. Said here once: the comments of views, the
//! tables of commands and pages, objectives of experiments and what may be stored all derive from it.
//!
//! Not for formulas: those are in `sql/views`, and of runs that are only measured in `telemetry`.

/// What a value is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A fraction, shown in percent.
    Share,
    /// A number without a unit.
    Ratio,
    /// A number without a unit whose third and fourth digits matter.
    Score,
    /// A whole number.
    Count,
    /// Currency of the account.
    Money,
    /// Clock minutes.
    Minutes,
}

/// Which values are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// Higher ones; of falls and losses, which are at most 0, those nearer to 0.
    Higher,
    /// Lower ones.
    Lower,
    /// Neither: it describes, or is not of the strategy's making.
    Neither,
}

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Column of its view, and key of what runs store.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What it is measured in.
    pub unit: Unit,
    /// Which values are better.
    pub better: Better,
    /// What it means, as the comment of its column.
    pub doc: &'static str,
    /// The same of buy and hold, when the view has it.
    pub benchmark: Option<&'static str>,
    /// Columns of its 95 % interval: of figures a year, which few sessions hardly tell.
    pub interval: Option<(&'static str, &'static str)>,
}

/// Sessions below which figures a year carry a warning: their intervals are too wide to lean on.
pub const FEW_SESSIONS: u64 = 60;

const fn metric(name: &'static str, label: &'static str, unit: Unit, better: Better, doc: &'static str) -> Metric {
    Metric { name, label, unit, better, doc, benchmark: None, interval: None }
}

impl Metric {
    const fn beside(self, benchmark: &'static str) -> Self {
        Self { benchmark: Some(benchmark), ..self }
    }

    const fn annualised(self, low: &'static str, high: &'static str) -> Self {
        Self { interval: Some((low, high)), ..self }
    }

    /// Its label with a capital first, as headings have it.
    #[must_use]
    pub fn heading(&self) -> String {
        let mut letters = self.label.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }
}

/// Columns of `run_performance`, without its intervals.
#[rustfmt::skip]
pub static PERFORMANCE: [Metric; 29] = [
    metric("n_days", "sessions", Unit::Count, Better::Neither,
        "Sessions, flat ones included"),
    metric("end_equity", "end equity", Unit::Money, Better::Higher,
        "Equity at the last bar, in currency"),
    metric("total_return", "total return", Unit::Share, Better::Higher,
        "end_equity / start_equity - 1, a fraction").beside("benchmark_return"),
    metric("cagr", "CAGR", Unit::Share, Better::Higher,
        "Compound return a year over calendar days / 365.25, a fraction; NULL within one day").beside("benchmark_cagr").annualised("cagr_low", "cagr_high"),
    metric("volatility", "volatility", Unit::Share, Better::Lower,
        "Sample standard deviation of daily returns x sqrt(periods_per_year), a fraction a year").beside("benchmark_volatility").annualised("volatility_low", "volatility_high"),
    metric("sharpe", "Sharpe ratio", Unit::Ratio, Better::Higher,
        "sqrt(P) x mean(r - rf/P) / sample standard deviation of daily returns; NULL without variance").beside("benchmark_sharpe").annualised("sharpe_low", "sharpe_high"),
    metric("sortino", "Sortino ratio", Unit::Ratio, Better::Higher,
        "sqrt(P) x mean(r - rf/P) / sqrt(mean(min(r - rf/P, 0)^2)) over all days; NULL without a shortfall").beside("benchmark_sortino").annualised("sortino_low", "sortino_high"),
    metric("calmar", "Calmar ratio", Unit::Ratio, Better::Higher,
        "cagr / |max_drawdown|; NULL without a drawdown").beside("benchmark_calmar").annualised("calmar_low", "calmar_high"),
    metric("max_drawdown", "max drawdown", Unit::Share, Better::Higher,
        "Deepest fall from a peak at any bar, the starting capital being the first peak, a fraction <= 0").beside("benchmark_max_drawdown"),
    metric("exposure", "exposure", Unit::Share, Better::Neither,
        "Share of bar times with an open position, a fraction"),
    metric("n_trades", "trades", Unit::Count, Better::Neither,
        "Closed round trips"),
    metric("win_rate", "win rate", Unit::Share, Better::Higher,
        "Share of trades with pnl > 0 after costs, a fraction; NULL without trades"),
    metric("profit_factor", "profit factor", Unit::Ratio, Better::Higher,
        "Gross profit / gross loss; NULL when nothing was lost"),
    metric("avg_win", "mean win", Unit::Money, Better::Higher,
        "Mean pnl of winning trades, in currency; NULL when none won"),
    metric("avg_loss", "mean loss", Unit::Money, Better::Higher,
        "Mean pnl of losing trades, in currency <= 0; NULL when none lost"),
    metric("expectancy", "expectancy a trade", Unit::Money, Better::Higher,
        "Mean pnl of a trade, in currency; NULL without trades"),
    metric("avg_holding_minutes", "mean holding", Unit::Minutes, Better::Neither,
        "Mean clock time from entry to exit, in minutes; NULL without trades"),
    metric("turnover", "turnover", Unit::Ratio, Better::Neither,
        "Sum of |fill value| / mean equity, a multiple of the account over the whole run"),
    metric("cost_drag", "cost drag", Unit::Share, Better::Lower,
        "(Commission + slippage) / starting capital, a fraction over the whole run"),
    metric("benchmark_return", "buy and hold", Unit::Share, Better::Neither,
        "Total return of buy-and-hold of the same symbols, a fraction"),
    metric("excess_return", "excess return", Unit::Share, Better::Higher,
        "total_return - benchmark_return, a fraction"),
    metric("beta", "beta to buy and hold", Unit::Ratio, Better::Neither,
        "Covariance of daily returns with the benchmark's / the benchmark's variance; NULL without variance"),
    metric("information_ratio", "information ratio", Unit::Ratio, Better::Higher,
        "sqrt(P) x mean(r - b) / sample standard deviation of r - b, b the benchmark's; NULL without variance").annualised("information_ratio_low", "information_ratio_high"),
    metric("benchmark_cagr", "CAGR of buy and hold", Unit::Share, Better::Neither,
        "cagr of the benchmark, a fraction; NULL within one day"),
    metric("benchmark_volatility", "volatility of buy and hold", Unit::Share, Better::Neither,
        "volatility of the benchmark, a fraction a year"),
    metric("benchmark_sharpe", "Sharpe ratio of buy and hold", Unit::Ratio, Better::Neither,
        "sharpe of the benchmark; NULL without variance"),
    metric("benchmark_sortino", "Sortino ratio of buy and hold", Unit::Ratio, Better::Neither,
        "sortino of the benchmark; NULL without a shortfall"),
    metric("benchmark_max_drawdown", "max drawdown of buy and hold", Unit::Share, Better::Neither,
        "max_drawdown of the benchmark, a fraction <= 0"),
    metric("benchmark_calmar", "Calmar ratio of buy and hold", Unit::Ratio, Better::Neither,
        "calmar of the benchmark; NULL without a drawdown"),
];

/// Ends of the 95 % intervals of figures a year, columns of `run_performance`.
#[rustfmt::skip]
pub static BOUNDS: [Metric; 12] = [
    metric("cagr_low", "CAGR, lower bound", Unit::Share, Better::Higher,
        "Lower end of the 95 % interval of cagr, by the spread of log returns"),
    metric("cagr_high", "CAGR, upper bound", Unit::Share, Better::Higher,
        "Upper end of the 95 % interval of cagr"),
    metric("volatility_low", "volatility, lower bound", Unit::Share, Better::Lower,
        "Lower end of the 95 % interval of volatility, by the kurtosis of daily returns"),
    metric("volatility_high", "volatility, upper bound", Unit::Share, Better::Lower,
        "Upper end of the 95 % interval of volatility"),
    metric("sharpe_low", "Sharpe ratio, lower bound", Unit::Ratio, Better::Higher,
        "Lower end of the 95 % interval of sharpe, by Mertens' standard error: daily returns independent, of any distribution"),
    metric("sharpe_high", "Sharpe ratio, upper bound", Unit::Ratio, Better::Higher,
        "Upper end of the 95 % interval of sharpe"),
    metric("sortino_low", "Sortino ratio, lower bound", Unit::Ratio, Better::Higher,
        "Lower end of the 95 % interval of sortino, by the delta method on daily returns"),
    metric("sortino_high", "Sortino ratio, upper bound", Unit::Ratio, Better::Higher,
        "Upper end of the 95 % interval of sortino"),
    metric("calmar_low", "Calmar ratio, lower bound", Unit::Ratio, Better::Higher,
        "Lower end of the 95 % interval of calmar, by that of cagr, the drawdown taken as observed"),
    metric("calmar_high", "Calmar ratio, upper bound", Unit::Ratio, Better::Higher,
        "Upper end of the 95 % interval of calmar"),
    metric("information_ratio_low", "information ratio, lower bound", Unit::Ratio, Better::Higher,
        "Lower end of the 95 % interval of information_ratio, by Mertens' standard error"),
    metric("information_ratio_high", "information ratio, upper bound", Unit::Ratio, Better::Higher,
        "Upper end of the 95 % interval of information_ratio"),
];

/// Columns of `classification_report`, and the composite of both.
#[rustfmt::skip]
pub static DIRECTIONS: [Metric; 9] = [
    metric("accuracy", "accuracy", Unit::Share, Better::Higher,
        "Share of all traces with predicted = actual direction, a fraction"),
    metric("precision_long", "precision, long", Unit::Share, Better::Higher,
        "Of those predicted LONG, the share that rose, a fraction; NULL when none was"),
    metric("recall_long", "recall, long", Unit::Share, Better::Higher,
        "Of those that rose, the share predicted LONG, a fraction; NULL when none rose"),
    metric("f1_long", "F1, long", Unit::Share, Better::Higher,
        "2 tp / (predicted LONG + actual LONG), a fraction; NULL when there is neither"),
    metric("precision_short", "precision, short", Unit::Share, Better::Higher,
        "Of those predicted SHORT, the share that fell, a fraction; NULL when none was"),
    metric("recall_short", "recall, short", Unit::Share, Better::Higher,
        "Of those that fell, the share predicted SHORT, a fraction; NULL when none fell"),
    metric("f1_short", "F1, short", Unit::Share, Better::Higher,
        "2 tp / (predicted SHORT + actual SHORT), a fraction; NULL when there is neither"),
    metric("hit_ratio", "hit ratio", Unit::Share, Better::Higher,
        "Right directions / predictions that were not NOOP, a fraction; not the win rate"),
    metric("composite", "composite", Unit::Score, Better::Higher,
        "0.4 clamp(sharpe / 3, 0..1) + 0.3 precision_long + 0.2 hit_ratio + 0.1 win_rate; NULL without trades"),
];

/// Columns of `classifier_metrics`.
#[rustfmt::skip]
pub static CLASSIFIER: [Metric; 8] = [
    metric("roc_auc", "ROC-AUC", Unit::Score, Better::Higher,
        "Area under the ROC curve, ties counted half; NULL with a single label"),
    metric("pr_auc", "PR-AUC", Unit::Score, Better::Higher,
        "Average precision: sum of precision x step in recall over falling thresholds; NULL without a label 1"),
    metric("log_loss", "log-loss", Unit::Score, Better::Lower,
        "Mean of -ln(probability of the label that came), probabilities held 2.22e-16 away from 0 and 1"),
    metric("brier", "Brier score", Unit::Score, Better::Lower,
        "Mean of (probability - label)^2"),
    metric("base_rate", "base rate", Unit::Share, Better::Neither,
        "Share of label 1, a fraction"),
    metric("precision", "precision", Unit::Share, Better::Higher,
        "Of those predicted 1, the share with label 1, a fraction; NULL when none was"),
    metric("recall", "recall", Unit::Share, Better::Higher,
        "Of those with label 1, the share predicted 1, a fraction; NULL when there is none"),
    metric("f1", "F1", Unit::Share, Better::Higher,
        "2 tp / (2 tp + fp + fn), a fraction; NULL when that is 0 / 0"),
];

/// Every metric.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    PERFORMANCE.iter().chain(&BOUNDS).chain(&DIRECTIONS).chain(&CLASSIFIER)
}

/// The metric of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Metric> {
    all().find(|metric| metric.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_said_once_and_refer_to_each_other() {
        let names: BTreeSet<&str> = all().map(|metric| metric.name).collect();
        assert_eq!(names.len(), all().count());
        for metric in all() {
            assert!(!metric.label.is_empty() && !metric.doc.is_empty(), "{}", metric.name);
            assert!(metric.benchmark.is_none_or(|other| names.contains(other)), "{}", metric.name);
            if let Some((low, high)) = metric.interval {
                assert!(names.contains(low) && names.contains(high), "{}", metric.name);
            }
        }
        assert_eq!(all().filter(|metric| metric.interval.is_some()).count() * 2, BOUNDS.len());
        assert_eq!(find("cagr").unwrap().heading(), "CAGR");
        assert_eq!(find("max_drawdown").unwrap().heading(), "Max drawdown");
        assert_eq!(find("nothing"), None);
    }
}
