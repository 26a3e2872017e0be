//! What to try next, without combinations that can't be.
//!
//! Parameters in range may still not go together (a fast average above the slow one). A grid passes such points over;
//! other samplers draw again, at random and at most [`ATTEMPTS`] times. Both follow from space, seed and number alone.

use crate::experiments::GENERATION;
use crate::experiments::study::Study;
use crate::search::{Assignment, Direction, Observed, Pruner, Sampler};

/// Draws before an impossible suggestion is tried all the same, and recorded as failed.
const ATTEMPTS: u64 = 200;

/// Impossible points within a generation after which a grid is taken for exhausted.
const MOST_IMPOSSIBLE: u64 = 200_000;

/// Trials asked for at once where none depends on another: so many suggestions are held in memory, and workers wait for
/// each other only after so many.
const UNRELATED: usize = 1024;

/// Suggestions of a study, generation by generation.
pub(super) struct Suggester<'a> {
    study: &'a Study,
    directions: Vec<Direction>,
    /// The next point of a grid.
    next_point: u64,
    /// Trials of a generation.
    width: usize,
}

/// Whether what is suggested, or when a trial is stopped, depends on the trials before it.
pub(super) fn learns(study: &Study) -> bool {
    matches!(study.spec.sampler, Sampler::Tpe(_)) || study.spec.pruner != Pruner::None
}

impl<'a> Suggester<'a> {
    pub(super) fn new(study: &'a Study) -> Self {
        let width = if learns(study) { GENERATION } else { UNRELATED };
        Self { study, directions: study.spec.directions(), next_point: 0, width }
    }

    /// Trials of a generation, unless a grid is exhausted.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// What a generation tries; fewer than that when a grid is exhausted.
    pub(super) fn generation(&mut self, first: u64, history: &[Observed]) -> Vec<Assignment> {
        let spec = &self.study.spec;
        if spec.sampler == Sampler::Grid {
            return self.of_grid();
        }
        let space = &spec.searched.space;
        let found = spec.sampler.generation(space, &self.directions, spec.seed, first, self.width, history);
        (first..).zip(found).map(|(id, suggested)| self.possible(id, suggested)).collect()
    }

    fn of_grid(&mut self) -> Vec<Assignment> {
        let spec = &self.study.spec;
        let mut found = Vec::new();
        let mut passed_over = 0;
        while found.len() < self.width && passed_over < MOST_IMPOSSIBLE {
            let next =
                spec.sampler.generation(&spec.searched.space, &self.directions, spec.seed, self.next_point, 1, &[]);
            let Some(point) = next.into_iter().next() else { break };
            self.next_point += 1;
            match self.study.is_possible(&point) {
                Ok(()) => found.push(point),
                Err(_) => passed_over += 1,
            }
        }
        found
    }

    fn possible(&self, id: u64, suggested: Assignment) -> Assignment {
        if self.study.is_possible(&suggested).is_ok() {
            return suggested;
        }
        let spec = &self.study.spec;
        let again = |attempt: u64| {
            let seed = spec.seed.wrapping_add(attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            Sampler::Random.generation(&spec.searched.space, &self.directions, seed, id, 1, &[]).pop()
        };
        (1..=ATTEMPTS).filter_map(again).find(|drawn| self.study.is_possible(drawn).is_ok()).unwrap_or(suggested)
    }
}
