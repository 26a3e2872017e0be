//! Stops and targets as fractions of the entry price, where they are multiples of volatility.
//!
//! The deviation is that of labels scaled by volatility: prices as strategies see them, the deciding close included.

use crate::domain::bet::Width;
use crate::indicators::ReturnDeviation;
use crate::trade::engine::Trader;
use crate::trade::refusal::Refusal;

/// The volatility of a bar by asset, for each window that some trader's stop or target has.
#[derive(Debug, Clone)]
pub(super) struct Volatilities(Vec<Measured>);

/// One window.
#[derive(Debug, Clone)]
struct Measured {
    window: usize,
    /// By asset: the deviation, and its newest value.
    assets: Vec<(ReturnDeviation, Option<f64>)>,
}

impl Volatilities {
    /// What these traders need, before the first close.
    pub(super) fn of(traders: &[Trader], assets: usize) -> Self {
        let widths = traders.iter().flat_map(|trader| [trader.stop_loss, trader.take_profit]);
        let mut windows: Vec<usize> = widths.flatten().filter_map(Width::window).collect();
        windows.sort_unstable();
        windows.dedup();
        let measured = |window| Measured { window, assets: vec![(ReturnDeviation::new(window), None); assets] };
        Self(windows.into_iter().map(measured).collect())
    }

    /// Whether nothing rests on volatility.
    #[inline(always)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes the newest close of an asset.
    pub(super) fn update(&mut self, asset: usize, close: f64) {
        for measured in &mut self.0 {
            if let Some((deviation, newest)) = measured.assets.get_mut(asset) {
                *newest = deviation.update(close).filter(|found| *found >= Width::NO_VOLATILITY);
            }
        }
    }

    /// A width as a fraction of the entry price.
    ///
    /// # Errors
    /// The volatility is not known yet, or there is none.
    pub(super) fn fraction(&self, width: Option<Width>, asset: usize) -> Result<Option<f64>, Refusal> {
        match width {
            None => Ok(None),
            Some(Width::Fraction(fraction)) => Ok(Some(fraction)),
            Some(Width::Volatility { multiple, window }) => {
                let measured = self.0.iter().find(|measured| measured.window == window);
                let newest = measured.and_then(|measured| measured.assets.get(asset)?.1);
                newest.map(|volatility| Some(multiple * volatility)).ok_or(Refusal::Barriers { window })
            }
        }
    }
}
