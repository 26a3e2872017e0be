//! Flags of the account: capital, costs, sizes, guards.

use crate::backtest::Config;
use crate::cli::Ctx;
use crate::trade::Sizing;
use crate::trade::costs::{Commission, Slippage};

/// Capital, costs and guards.
#[derive(Debug, Clone, clap::Args)]
pub struct Account {
    /// Bars before --from that are read to warm averages and other memories up; they are not traded [default: 500]
    #[arg(long, value_name = "BARS")]
    warmup: Option<u32>,
    /// Starting capital [default: 100000]
    #[arg(long)]
    capital: Option<f64>,
    /// Commission a side, as a fraction of the traded value [default: 0.001]
    #[arg(long)]
    commission: Option<f64>,
    /// Commission in full: a schedule (in-delivery, in-intraday, us-equity), fraction:0.001, flat:20,
    /// per-share:0.005,min=1,max=0.01 or tiered:value,0=0.001,100000=0.0005
    #[arg(long, value_name = "COSTS", conflicts_with = "commission")]
    costs: Option<Commission>,
    /// Slippage a side, in basis points [default: 5]
    #[arg(long)]
    slippage_bps: Option<f64>,
    /// Slippage in full: bps:5, half-spread:0.01 (currency) or volume-share:0.1 (price x (1 +- 0.1 x share^2), share the
    /// order's of the bar's volume)
    #[arg(long, value_name = "SLIPPAGE", conflicts_with = "slippage_bps")]
    slippage: Option<Slippage>,
    /// Yearly cost of short positions, a fraction of their value [default: 0]
    #[arg(long, value_name = "FRACTION")]
    borrow_rate: Option<f64>,
    /// Yearly risk-free rate of the metrics, a fraction [default: 0.02]
    #[arg(long)]
    risk_free_rate: Option<f64>,
    /// Position size: units:100, notional:10000, equity:0.2, volatility:0.1 (of equity a year) or kelly:0.5 (strategy
    /// model); ,by=confidence behind it scales by confidence [default: 95 % of equity split over symbols and strategies]
    #[arg(long)]
    sizing: Option<Sizing>,
    /// Fraction of its value that a position binds; 0.5 doubles the buying power [default: 1]
    #[arg(long, value_name = "FRACTION")]
    margin: Option<f64>,
    /// Equity at or below this fraction of exposure sells everything at the next open; at 0 equity that happens in any
    /// case [default: 0]
    #[arg(long, value_name = "FRACTION")]
    maintenance: Option<f64>,
    /// Stop, a fraction of the entry price; 0 is none [default: the strategy's]
    #[arg(long)]
    stop_loss: Option<f64>,
    /// Target, a fraction of the entry price; 0 is none [default: the strategy's]
    #[arg(long)]
    take_profit: Option<f64>,
    /// Largest sum of position values over the whole account, in currency; an entry that would pass it is refused, not
    /// made smaller; 0 is none [default: the strategy's, and the capital where that is more]
    #[arg(long)]
    exposure_cap: Option<f64>,
    /// Largest value of the positions in one symbol, in currency; an entry that would pass it is refused; 0 is none
    /// [default: none]
    #[arg(long, value_name = "AMOUNT")]
    symbol_cap: Option<f64>,
    /// Most positions at a time; 0 is any number [default: any number]
    #[arg(long, value_name = "N")]
    max_positions: Option<u32>,
    /// Loss of a session that stops trading until the next, a fraction; 0 is none [default: the strategy's]
    #[arg(long)]
    daily_loss_cap: Option<f64>,
    /// Fall of equity from its peak that sells everything and ends trading, a fraction; 0 is none [default: none]
    #[arg(long, value_name = "FRACTION")]
    max_drawdown: Option<f64>,
}

impl Account {
    /// Costs of entering and leaving, as a fraction of the traded value; `None` where they are no fraction.
    pub fn round_trip(&self, ctx: &Ctx) -> Option<f64> {
        let (Commission::Fraction(commission), Slippage::Bps(bps)) = (self.commission(ctx), self.slippage(ctx)) else {
            return None;
        };
        Some(2.0 * (commission + bps / 10_000.0))
    }

    fn commission(&self, ctx: &Ctx) -> Commission {
        let fraction = || Commission::Fraction(self.commission.unwrap_or(ctx.config.backtest.commission));
        self.costs.clone().unwrap_or_else(fraction)
    }

    fn slippage(&self, ctx: &Ctx) -> Slippage {
        self.slippage.unwrap_or(Slippage::Bps(self.slippage_bps.unwrap_or(ctx.config.backtest.slippage_bps)))
    }

    /// Flags beat the configuration file, which beats the defaults.
    pub fn apply(&self, config: &mut Config, ctx: &Ctx) {
        let defaults = ctx.config.backtest;
        config.warmup = self.warmup.unwrap_or(config.warmup);
        config.capital = self.capital.unwrap_or(defaults.capital);
        config.commission = self.commission(ctx);
        config.slippage = self.slippage(ctx);
        config.borrow_rate = self.borrow_rate.unwrap_or(config.borrow_rate);
        config.risk_free_rate = self.risk_free_rate.unwrap_or(defaults.risk_free_rate);
        config.sizing = self.sizing;
        config.margin = self.margin.unwrap_or(config.margin);
        config.maintenance = self.maintenance;
        config.stop_loss = self.stop_loss;
        config.take_profit = self.take_profit;
        config.exposure_cap = self.exposure_cap;
        config.symbol_cap = self.symbol_cap;
        config.max_positions = self.max_positions;
        config.daily_loss_cap = self.daily_loss_cap;
        config.max_drawdown = self.max_drawdown;
    }
}
