//! How likely is the best of several strategies in one half of the days to be below the middle in the other half?
//!
//! The probability of backtest overfitting by combinatorially symmetric cross-validation: Bailey, Borwein, López de Prado
//! and Zhu (2017), "The probability of backtest overfitting". Rows (days) are cut into `S` blocks of neighbours, as equal as
//! can be, the longer ones first. Of each choice of half of the blocks (`S! / (S/2)!^2` of them; 12 870 for 16) the column
//! with the best Sharpe ratio there, in sample, is ranked among all `N` in the rest, out of sample:
//!
//! ```text
//! omega = rank / (N + 1)      logit = ln(omega / (1 - omega))      PBO = share of logits up to 0
//! ```
//!
//! The ratio is per period, mean over sample deviation of the joined blocks. A column without variance in a half (a strategy
//! that did not trade) scores 0 there, above those that lost. Of equal columns in sample the first one is chosen; out of
//! sample equal columns share the mean of their ranks. purgedcv does all this the same way, except that it counts logits
//! below 0 only. The paper integrates their distribution up to 0, and here that includes 0: the one in the very middle of an
//! odd number of columns counts as overfit.
//!
//! Without skill the rank is a matter of chance, and the probability one half. Half and rest are combined from the means and
//! centred squares of the blocks (Chan, Golub and LeVeque 1983), which cancels no digits and visits no row twice.

use rayon::prelude::*;
use serde::Serialize;

use super::moments::{LEAST_DEVIATION, mean};

/// Blocks that days are cut into unless told otherwise.
pub const OVERFIT_BLOCKS: usize = 16;
/// More of them are never used: there would be 184 756 choices of half of these already.
const MOST_BLOCKS: usize = 20;
/// With fewer there is hardly any choice.
const LEAST_BLOCKS: usize = 4;
/// A block of one row has no variance of its own.
const LEAST_ROWS: usize = 2;

/// What cross-validation says about choosing the best of several columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overfit {
    /// Probability of overfitting: share of the combinations whose logit is 0 or below.
    pub pbo: f64,
    /// Ways to choose half of the blocks.
    pub n_combinations: usize,
    /// Blocks in use.
    pub n_blocks: usize,
    /// Columns compared.
    pub n_columns: usize,
    /// Rows of each.
    pub n_rows: usize,
    /// Rise of the out-of-sample ratio with that in sample, by least squares over the combinations; unknown where the
    /// latter does not vary.
    pub slope: Option<f64>,
    /// The same line at an in-sample ratio of 0.
    pub intercept: Option<f64>,
    /// Share of the combinations whose chosen column has a mean below 0 out of sample.
    pub probability_of_loss: f64,
    /// Logits of the ranks out of sample, one a combination, in the order of the blocks in sample.
    pub logits: Vec<f64>,
    /// Columns chosen, one a combination, from 0.
    pub chosen: Vec<usize>,
    /// Their Sharpe ratios in sample, per period.
    pub in_sample: Vec<f64>,
    /// And out of sample.
    pub out_of_sample: Vec<f64>,
}

/// Judges the choice of the best of `columns` of returns, cut into `n_blocks` blocks of days.
///
/// The blocks are fewer, the largest even number, where `n_blocks` is odd, above 20, or would leave a block with less than
/// two rows. `None` where they would be fewer than 4, for fewer than two columns, and for columns of different lengths or
/// with what is no finite number.
#[must_use]
pub fn overfit(columns: &[Vec<f64>], n_blocks: usize) -> Option<Overfit> {
    let n_rows = columns.first()?.len();
    let n_blocks = n_blocks.min(MOST_BLOCKS).min(n_rows / LEAST_ROWS) & !1;
    let is_valid = |column: &Vec<f64>| column.len() == n_rows && column.iter().all(|value| value.is_finite());
    if n_blocks < LEAST_BLOCKS || columns.len() < 2 || !columns.iter().all(is_valid) {
        return None;
    }
    let blocks = cut(columns, n_rows, n_blocks);
    let halves = halves(n_blocks);
    // In this order the rest of a half stands as far from the end as the half from the start: both are judged at once.
    let pairs = &halves[..halves.len() / 2];
    let all = (1 << n_blocks) - 1;
    let judge = |scores: &mut (Scores, Scores), half: &u32| {
        scores.0.of(&blocks, *half);
        scores.1.of(&blocks, all ^ *half);
        (Choice::of(&scores.0, &scores.1), Choice::of(&scores.1, &scores.0))
    };
    let found: Vec<(Choice, Choice)> = pairs.par_iter().map_init(Default::default, judge).collect();
    let choices: Vec<Choice> = found.iter().map(|pair| pair.0).chain(found.iter().rev().map(|pair| pair.1)).collect();
    Some(summary(&choices, n_blocks, columns.len(), n_rows))
}

fn summary(choices: &[Choice], n_blocks: usize, n_columns: usize, n_rows: usize) -> Overfit {
    let share =
        |is: fn(&Choice) -> bool| choices.iter().filter(|choice| is(choice)).count() as f64 / choices.len() as f64;
    let each = |of: fn(&Choice) -> f64| choices.iter().map(of).collect::<Vec<f64>>();
    let (in_sample, out_of_sample) = (each(|choice| choice.in_sample), each(|choice| choice.out_of_sample));
    let line = line(&in_sample, &out_of_sample);
    Overfit {
        pbo: share(|choice| choice.logit <= 0.0),
        n_combinations: choices.len(),
        n_blocks,
        n_columns,
        n_rows,
        slope: line.map(|line| line.0),
        intercept: line.map(|line| line.1),
        probability_of_loss: share(|choice| choice.mean < 0.0),
        logits: each(|choice| choice.logit),
        chosen: choices.iter().map(|choice| choice.column).collect(),
        in_sample,
        out_of_sample,
    }
}

/// Rows of all columns that lie in one block.
struct Block {
    rows: f64,
    /// Mean of each column.
    means: Vec<f64>,
    /// Sum of each column's squares about its mean.
    squares: Vec<f64>,
}

/// Blocks of neighbouring rows; the first ones have a row more where they can't be equal.
fn cut(columns: &[Vec<f64>], n_rows: usize, n_blocks: usize) -> Vec<Block> {
    let (least, longer) = (n_rows / n_blocks, n_rows % n_blocks);
    let start = |block: usize| block * least + block.min(longer);
    let block = |at: usize| {
        let part = |column: &Vec<f64>| -> (f64, f64) {
            let rows = &column[start(at)..start(at + 1)];
            let centre = mean(rows);
            (centre, rows.iter().map(|value| (value - centre).powi(2)).sum())
        };
        let (means, squares) = columns.iter().map(part).unzip();
        Block { rows: (start(at + 1) - start(at)) as f64, means, squares }
    };
    (0..n_blocks).into_par_iter().map(block).collect()
}

/// Every choice of half of `n_blocks`, a bit each with the first block highest: those with the first block come first.
fn halves(n_blocks: usize) -> Vec<u32> {
    let half = n_blocks as u32 / 2;
    (0..1u32 << n_blocks).rev().filter(|choice| choice.count_ones() == half).collect()
}

/// Means and Sharpe ratios of all columns over some of the blocks.
#[derive(Default)]
struct Scores {
    means: Vec<f64>,
    ratios: Vec<f64>,
}

impl Scores {
    fn of(&mut self, blocks: &[Block], choice: u32) {
        let first = blocks.len() - 1;
        let is_in = |at: usize| choice >> (first - at) & 1 == 1;
        let within = || blocks.iter().enumerate().filter(|(at, _)| is_in(*at)).map(|(_, block)| block);
        let rows: f64 = within().map(|block| block.rows).sum();
        self.means.clear();
        self.means.resize(blocks[0].means.len(), 0.0);
        self.ratios.clear();
        self.ratios.resize(blocks[0].means.len(), 0.0);
        for block in within() {
            let share = block.rows / rows;
            self.means.iter_mut().zip(&block.means).for_each(|(sum, mean)| *sum += share * mean);
        }
        for block in within() {
            let parts = self.ratios.iter_mut().zip(&self.means).zip(&block.means).zip(&block.squares);
            for (((sum, mean), own), squares) in parts {
                let apart = own - mean;
                *sum += squares + block.rows * apart * apart;
            }
        }
        for (ratio, mean) in self.ratios.iter_mut().zip(&self.means) {
            let deviation = (*ratio / (rows - 1.0)).sqrt();
            *ratio = if deviation > LEAST_DEVIATION && deviation.is_finite() { mean / deviation } else { 0.0 };
        }
    }
}

/// What was chosen in sample, and what became of it.
#[derive(Clone, Copy)]
struct Choice {
    column: usize,
    in_sample: f64,
    out_of_sample: f64,
    /// Mean return out of sample.
    mean: f64,
    logit: f64,
}

impl Choice {
    fn of(inside: &Scores, outside: &Scores) -> Self {
        let better = |best: (usize, f64), (at, ratio): (usize, &f64)| if *ratio > best.1 { (at, *ratio) } else { best };
        let (column, in_sample) = inside.ratios.iter().enumerate().fold((0, inside.ratios[0]), better);
        let out_of_sample = outside.ratios[column];
        let count = |is: fn(f64, f64) -> bool| outside.ratios.iter().filter(|ratio| is(**ratio, out_of_sample)).count();
        // The column itself is among the equal ones.
        let rank = count(|ratio, own| ratio < own) as f64 + (count(|ratio, own| ratio == own) as f64 + 1.0) / 2.0;
        let logit = (rank / (outside.ratios.len() as f64 + 1.0 - rank)).ln();
        Self { column, in_sample, out_of_sample, mean: outside.means[column], logit }
    }
}

/// Slope and intercept of `y` on `x` by least squares; `None` where `x` does not vary.
fn line(x: &[f64], y: &[f64]) -> Option<(f64, f64)> {
    let (centre, level) = (mean(x), mean(y));
    let (mut product, mut square) = (0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        product += (x - centre) * (y - level);
        square += (x - centre) * (x - centre);
    }
    let slope = product / square;
    let varies = (square / x.len() as f64).sqrt() > LEAST_DEVIATION && slope.is_finite();
    varies.then_some((slope, level - slope * centre))
}
