//! The 95 % intervals of figures a year, by the formulas that `run_performance` states: estimate -+ 1.959964 standard
//! errors, which the delta method gives for independent daily returns of any distribution.

/// Deviations that leave 2.5 % on either side of a normal distribution.
const REACH: f64 = 1.959_963_984_540_054;

/// By 700 the exponential overflows.
const LARGEST_EXPONENT: f64 = 700.0;

/// A lower and an upper end.
pub(super) type Bounds = Option<(f64, f64)>;

/// Daily returns with what their figures rest on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Days<'a> {
    /// Returns, fractions.
    pub returns: &'a [f64],
    /// What a day's return must exceed.
    pub free: f64,
    /// Sample deviation, above rounding.
    pub spread: f64,
    /// Square root of the sessions a year.
    pub root: f64,
}

impl Days<'_> {
    fn n(&self) -> f64 {
        self.returns.len() as f64
    }

    fn mean(&self) -> f64 {
        self.returns.iter().sum::<f64>() / self.n()
    }

    /// Mean of a function of the returns less their mean.
    fn moment(&self, of: impl Fn(f64) -> f64) -> f64 {
        let mean = self.mean();
        self.returns.iter().map(|day| of(day - mean)).sum::<f64>() / self.n()
    }

    fn kurtosis(&self) -> f64 {
        self.moment(|x| x.powi(4)) / self.spread.powi(4) * (self.n() / (self.n() - 1.0)).powi(2)
    }

    /// Of a Sharpe or information ratio: Mertens (2002), of which Lo (2002) is the normal case.
    pub fn ratio(&self) -> Bounds {
        let (n, daily) = (self.n(), (self.mean() - self.free) / self.spread);
        let skewness = self.moment(|x| x.powi(3)) / self.spread.powi(3) * (n / (n - 1.0)).powf(1.5);
        let variance = 1.0 - skewness * daily + (self.kurtosis() - 1.0) / 4.0 * daily * daily;
        around(self.root * daily, REACH * self.root * (variance.max(0.0) / (n - 1.0)).sqrt())
    }

    /// Of the volatility: its logarithm has the variance `(kurtosis - 1) / (4 (n - 1))`.
    pub fn volatility(&self) -> Bounds {
        let reach = REACH * ((self.kurtosis() - 1.0).max(0.0) / (4.0 * (self.n() - 1.0))).sqrt();
        let volatility = self.spread * self.root;
        Some((volatility * (-reach).exp(), volatility * reach.exp()))
    }

    /// Of the Sortino ratio of a mean squared shortfall.
    pub fn sortino(&self, shortfall: f64) -> Bounds {
        let (n, mean) = (self.n(), self.mean());
        let excess = mean - self.free;
        let square = |day: f64| (day - self.free).min(0.0).powi(2);
        let over = |of: &dyn Fn(f64) -> f64| self.returns.iter().map(|day| of(*day)).sum::<f64>() / n;
        let covariance = over(&|day| (day - mean) * square(day));
        let variance = over(&|day| square(day).powi(2)) - shortfall.powi(2);
        let of_mean = self.spread.powi(2) * (n - 1.0) / n / shortfall;
        let found =
            of_mean - excess * covariance / shortfall.powi(2) + excess * excess * variance / (4.0 * shortfall.powi(3));
        around(self.root * excess / shortfall.sqrt(), REACH * self.root * (found.max(0.0) / (n - 1.0)).sqrt())
    }
}

fn around(estimate: f64, reach: f64) -> Bounds {
    Some((estimate - reach, estimate + reach)).filter(|(low, high)| low.is_finite() && high.is_finite())
}

/// Of the compound growth a year: the log returns of `n` days sum up with the deviation `s sqrt(n)`. `None` where a day or
/// the whole lost everything, and within one day.
pub(super) fn growth(returns: &[f64], growth: f64, years: f64) -> Bounds {
    if years <= 0.0 || growth <= 0.0 || returns.len() < 2 || returns.iter().any(|day| *day <= -1.0) {
        return None;
    }
    let n = returns.len() as f64;
    let logs: Vec<f64> = returns.iter().map(|day| (1.0 + day).ln()).collect();
    let mean = logs.iter().sum::<f64>() / n;
    let squares: f64 = logs.iter().map(|log| (log - mean).powi(2)).sum();
    let (middle, reach) = (growth.ln() / years, REACH * (squares / (n - 1.0)).sqrt() * n.sqrt() / years);
    (middle + reach < LARGEST_EXPONENT).then(|| ((middle - reach).exp() - 1.0, (middle + reach).exp() - 1.0))
}
