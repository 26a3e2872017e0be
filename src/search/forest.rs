//! A random forest for regression (Breiman 2001), small and the same for the same seed.
//!
//! Each tree grows on as many rows as there are, drawn with replacement, until its leaves are pure; every feature is
//! looked at in every node, as scikit-learn does for regression. A split takes away most squared error. Categories are
//! ordered by their mean in the node, which finds the best split into two sets (Fisher 1958).

use crate::stats::Stream;

/// A column that trees split on.
pub(super) struct Feature {
    /// One finite value a row. Categories are whole numbers from 0.
    pub(super) values: Vec<f64>,
    /// How many categories there are; `None` for numbers.
    pub(super) categories: Option<usize>,
}

/// A regression tree.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

enum Node {
    Leaf(f64),
    Split { feature: usize, rule: Rule, left: usize, right: usize },
}

/// Which rows go left.
enum Rule {
    /// Numbers up to this.
    UpTo(f64),
    /// Categories that are marked.
    OneOf(Vec<bool>),
}

/// A possible split and the sum of squares it explains.
struct Split {
    explained: f64,
    feature: usize,
    rule: Rule,
}

impl Rule {
    fn left(&self, value: f64) -> bool {
        match self {
            Self::UpTo(threshold) => value <= *threshold,
            Self::OneOf(left) => left.get(value as usize).copied().unwrap_or(false),
        }
    }
}

impl Tree {
    /// Grows a tree; also says which rows it has not seen.
    pub(super) fn grow(features: &[Feature], target: &[f64], stream: &mut Stream) -> (Self, Vec<usize>) {
        let n = target.len();
        let rows: Vec<usize> = (0..n).map(|_| stream.below(u32::try_from(n).unwrap_or(u32::MAX)) as usize).collect();
        let mut seen = vec![false; n];
        rows.iter().for_each(|row| seen[*row] = true);
        let mut nodes = vec![Node::Leaf(0.0)];
        // Nodes whose rows are still to be split. No recursion: a tree may be as deep as it has rows.
        let mut open = vec![(0, rows)];
        while let Some((at, rows)) = open.pop() {
            let Some(Split { feature, rule, .. }) = best_split(features, target, &rows) else {
                nodes[at] = Node::Leaf(rows.iter().map(|row| target[*row]).sum::<f64>() / rows.len() as f64);
                continue;
            };
            let goes_left = |row: &usize| rule.left(features[feature].values[*row]);
            let (to_left, to_right): (Vec<usize>, Vec<usize>) = rows.into_iter().partition(goes_left);
            let (left, right) = (nodes.len(), nodes.len() + 1);
            nodes.extend([Node::Leaf(0.0), Node::Leaf(0.0)]);
            open.extend([(left, to_left), (right, to_right)]);
            nodes[at] = Node::Split { feature, rule, left, right };
        }
        (Self { nodes }, (0..n).filter(|row| !seen[*row]).collect())
    }

    /// What it predicts for a row, given by its features.
    pub(super) fn predict(&self, value: impl Fn(usize) -> f64) -> f64 {
        let mut at = 0;
        loop {
            match &self.nodes[at] {
                Node::Leaf(mean) => return *mean,
                Node::Split { feature, rule, left, right } => {
                    at = if rule.left(value(*feature)) { *left } else { *right };
                }
            }
        }
    }
}

/// The split that explains most; `None` where nothing can be told apart.
fn best_split(features: &[Feature], target: &[f64], rows: &[usize]) -> Option<Split> {
    let first = target[*rows.first()?];
    if rows.iter().all(|row| target[*row] == first) {
        return None;
    }
    let mut best: Option<Split> = None;
    for (feature, column) in features.iter().enumerate() {
        let found = match column.categories {
            Some(categories) => split_categories(column, categories, target, rows),
            None => split_numbers(column, target, rows),
        };
        if let Some((explained, rule)) = found
            && best.as_ref().is_none_or(|best| explained > best.explained)
        {
            best = Some(Split { explained, feature, rule });
        }
    }
    best
}

/// The best threshold.
fn split_numbers(column: &Feature, target: &[f64], rows: &[usize]) -> Option<(f64, Rule)> {
    let mut pairs: Vec<(f64, f64)> = rows.iter().map(|row| (column.values[*row], target[*row])).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (total, count) = (pairs.iter().map(|(_, target)| target).sum(), pairs.len() as f64);
    let (mut sum, mut best) = (0.0, None);
    for (before, pair) in pairs.windows(2).enumerate() {
        sum += pair[0].1;
        if pair[0].0 < pair[1].0 {
            let explained = explained(sum, before as f64 + 1.0, total, count);
            if best.is_none_or(|(most, _)| explained > most) {
                best = Some((explained, before));
            }
        }
    }
    let (explained, before) = best?;
    let (below, above) = (pairs[before].0, pairs[before + 1].0);
    let middle = f64::midpoint(below, above);
    Some((explained, Rule::UpTo(if middle < above { middle } else { below })))
}

/// The best two sets of categories.
fn split_categories(column: &Feature, categories: usize, target: &[f64], rows: &[usize]) -> Option<(f64, Rule)> {
    let mut sums = vec![(0.0, 0.0); categories];
    for row in rows {
        let (sum, count) = &mut sums[column.values[*row] as usize];
        *sum += target[*row];
        *count += 1.0;
    }
    let mut order: Vec<usize> = (0..sums.len()).filter(|at| sums[*at].1 > 0.0).collect();
    let mean = |at: &usize| sums[*at].0 / sums[*at].1;
    order.sort_by(|a, b| mean(a).total_cmp(&mean(b)).then(a.cmp(b)));
    let total: f64 = sums.iter().map(|(sum, _)| sum).sum();
    let count = rows.len() as f64;
    let (mut sum, mut n, mut best) = (0.0, 0.0, None);
    for cut in 1..order.len() {
        sum += sums[order[cut - 1]].0;
        n += sums[order[cut - 1]].1;
        let explained = explained(sum, n, total, count);
        if best.is_none_or(|(most, _)| explained > most) {
            best = Some((explained, cut));
        }
    }
    let (explained, cut) = best?;
    let mut left = vec![false; categories];
    order[..cut].iter().for_each(|at| left[*at] = true);
    Some((explained, Rule::OneOf(left)))
}

/// Squares of both sides' sums over their counts: greatest where the squared error that is left is least.
fn explained(sum: f64, n: f64, total: f64, count: f64) -> f64 {
    sum * sum / n + (total - sum) * (total - sum) / (count - n)
}
