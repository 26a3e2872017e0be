//! When trials are stopped, by hand; `golden` has Optuna's decisions.

use super::*;

fn reported(id: u64, intermediate: &[f64], state: TrialState) -> Observed {
    let mut trial = finished(id, Assignment::new(), vec![0.0]);
    (trial.intermediate, trial.state) = (intermediate.to_vec(), state);
    trial
}

#[test]
fn median_compares_the_best_report_with_finished_trials() {
    let earlier = [
        reported(0, &[1.0, 2.0, 3.0], TrialState::Finished),
        reported(1, &[3.0, 4.0], TrialState::Finished),
        reported(2, &[9.0, 9.0], TrialState::Pruned { step: 1 }),
        reported(3, &[9.0, 9.0], TrialState::Failed),
    ];
    let pruner = Pruner::Median { n_startup_trials: 2, n_warmup_steps: 1 };
    let stops = |so_far: &[f64]| pruner.is_pruned(so_far, &earlier, Direction::Maximise);
    assert!(!stops(&[]) && !stops(&[0.0]), "warm-up");
    assert!(!stops(&[0.0, 3.0]) && stops(&[0.0, 2.9]));
    assert!(!stops(&[3.5, 0.0]), "its best report counts");
    assert!(stops(&[f64::NAN, f64::NAN]) && !stops(&[f64::NAN, 3.0]));
    assert!(!stops(&[0.0, 0.0, 0.0, 0.0]), "no one came so far");
    assert!(!pruner.is_pruned(&[0.0, 2.9], &earlier[1..], Direction::Maximise), "one finished trial is too few");
    assert!(pruner.is_pruned(&[4.0, 3.1], &earlier, Direction::Minimise));
    assert!(!Pruner::None.is_pruned(&[f64::NAN], &earlier, Direction::Maximise));
}

#[test]
fn halving_keeps_the_best_of_each_rung() {
    let earlier: Vec<Observed> = (0..7)
        .map(|id| reported(id, &[id as f64, id as f64], TrialState::Pruned { step: 1 }))
        .chain([reported(8, &[99.0, 99.0], TrialState::Failed)])
        .collect();
    let rule = |min_resource, reduction_factor, min_early_stopping_rate| Pruner::SuccessiveHalving {
        min_resource,
        reduction_factor,
        min_early_stopping_rate,
    };
    let stops = |rule: Pruner, so_far: &[f64]| rule.is_pruned(so_far, &earlier, Direction::Maximise);
    // Of eight reports at the second point the best two go on.
    assert!(!stops(rule(2, 4, 0), &[0.0]), "no rung");
    assert!(
        !stops(rule(2, 4, 0), &[0.0, 6.0]) && !stops(rule(2, 4, 0), &[0.0, 5.5]) && stops(rule(2, 4, 0), &[0.0, 4.9])
    );
    assert!(stops(rule(2, 4, 0), &[9.0, f64::NAN]));
    assert!(stops(rule(1, 2, 1), &[0.0, 2.5]) && !stops(rule(1, 2, 1), &[0.0]));
    // Nobody else came to the next rung; numbers that overflow have none.
    assert!(!stops(rule(1, 4, 0), &[0.0, 0.0, 0.0, 0.0]));
    assert!(!stops(rule(usize::MAX, usize::MAX, usize::MAX), &[0.0, 0.0]));
    assert!(stops(rule(0, 0, 0), &[0.0]), "the least that makes sense is taken: rungs 1, 2, 4, ..");
}
