//! Which trials does none beat, over several objectives at once?
//!
//! A row dominates another when it is as good in every objective and better in one. Front 0 is what nothing dominates,
//! front 1 what only front 0 does, and so on (Deb et al. 2002). A row with an unknown value (NaN), or another number of
//! values than there are directions, is in no front and dominates nothing. Equal rows share a front.

use super::observed::Direction;

/// Rows that no other dominates, in order.
#[must_use]
pub fn pareto_front(values: &[Vec<f64>], directions: &[Direction]) -> Vec<usize> {
    let ranks = non_dominated_ranks(values, directions);
    (0..values.len()).filter(|at| ranks[*at] == Some(0)).collect()
}

/// The front of each row, from 0; `None` for rows with unknown values.
#[must_use]
pub fn non_dominated_ranks(values: &[Vec<f64>], directions: &[Direction]) -> Vec<Option<usize>> {
    let losses = losses(values, directions);
    let mut order: Vec<usize> = (0..losses.len()).filter(|at| losses[*at].is_some()).collect();
    // In lexicographic order nothing comes before what dominates it, so a row's front is settled when it is reached.
    order.sort_by(|a, b| compare(&losses[*a], &losses[*b]));
    let mut ranks = vec![None; losses.len()];
    let mut fronts: Vec<Vec<usize>> = Vec::new();
    for row in order {
        let beaten = |front: &Vec<usize>| front.iter().rev().any(|other| dominates(&losses[*other], &losses[row]));
        let rank = fronts.partition_point(beaten);
        if rank == fronts.len() {
            fronts.push(Vec::new());
        }
        fronts[rank].push(row);
        ranks[row] = Some(rank);
    }
    ranks
}

/// How far a row's neighbours in its front lie apart (Deb et al. 2002), by row; ends of a front are infinitely far apart,
/// so that they are kept first. Rows without a front have 0.
pub(super) fn crowding(values: &[Vec<f64>], ranks: &[Option<usize>], directions: &[Direction]) -> Vec<f64> {
    let losses = losses(values, directions);
    let mut distance = vec![0.0; values.len()];
    let fronts = ranks.iter().flatten().max().map_or(0, |last| last + 1);
    for front in 0..fronts {
        let mut rows: Vec<usize> = (0..values.len()).filter(|row| ranks[*row] == Some(front)).collect();
        for objective in 0..directions.len() {
            let of = |row: &usize| losses[*row].as_ref().map_or(f64::NAN, |loss| loss[objective]);
            rows.sort_by(|a, b| of(a).total_cmp(&of(b)).then(a.cmp(b)));
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else { continue };
            let width = of(last) - of(first);
            distance[*first] = f64::INFINITY;
            distance[*last] = f64::INFINITY;
            if width > 0.0 && width.is_finite() {
                rows.windows(3).for_each(|near| distance[near[1]] += (of(&near[2]) - of(&near[0])) / width);
            }
        }
    }
    distance
}

/// Rows as losses; `None` where something is unknown.
fn losses(values: &[Vec<f64>], directions: &[Direction]) -> Vec<Option<Vec<f64>>> {
    let known = |row: &&Vec<f64>| row.len() == directions.len() && row.iter().all(|value| !value.is_nan());
    // Adding 0 makes -0 and 0 one number, which `total_cmp` would tell apart.
    let loss = |row: &Vec<f64>| row.iter().zip(directions).map(|(value, by)| by.loss(*value) + 0.0).collect();
    values.iter().map(|row| Some(row).filter(known).map(loss)).collect()
}

fn compare(a: &Option<Vec<f64>>, b: &Option<Vec<f64>>) -> std::cmp::Ordering {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| a.total_cmp(b)).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}

fn dominates(a: &Option<Vec<f64>>, b: &Option<Vec<f64>>) -> bool {
    let pairs = || a.iter().flatten().zip(b.iter().flatten());
    pairs().all(|(a, b)| a <= b) && pairs().any(|(a, b)| a < b)
}
