//! What to try next: every point of a grid, random points, or points near the good ones.
//!
//! Suggestions are asked for by generation: `count` trials from `first_id`, given every trial of earlier generations.
//! Whoever asks holds back what later trials came to until the generation is complete; then a suggestion is a function of
//! space, seed, id and generation, at any number of workers and after any resumption.

use serde::{Deserialize, Serialize};

use crate::stats::Stream;

use super::axis::Axis;
use super::error::SpaceError;
use super::grid::Forest;
use super::observed::{Direction, Observed};
use super::space::Space;
use super::tpe::{self, Tpe};
use super::value::Assignment;

/// Keeps suggestions apart from whatever else is drawn from the seed of a study.
const SUGGESTIONS: u64 = 0x7375_6767_6573_7431;

/// A way of choosing what to try.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// Every combination once, in mixed-radix order by id, the last parameter fastest.
    Grid,
    /// Independent points, even over each domain (its logarithm when `log`).
    Random,
    /// Points where good trials are dense and others are not.
    Tpe(Tpe),
}

impl Sampler {
    /// Whether it can search a space.
    ///
    /// # Errors
    /// A grid over a continuum, and names the float without `step` or `points`.
    pub fn check(&self, space: &Space) -> Result<(), SpaceError> {
        match self {
            Self::Grid => Forest::new(space).map(|_| ()),
            Self::Random | Self::Tpe(_) => Ok(()),
        }
    }

    /// Points for the trials from `first_id`: `count` of them, or what is left of a grid (nothing of one that does not
    /// pass [`Sampler::check`]). `history` has the trials of earlier generations in any order.
    #[must_use]
    pub fn generation(
        &self,
        space: &Space,
        directions: &[Direction],
        study_seed: u64,
        first_id: u64,
        count: usize,
        history: &[Observed],
    ) -> Vec<Assignment> {
        let ids = (0..count as u64).map_while(|offset| first_id.checked_add(offset));
        match self {
            Self::Grid => {
                let Ok(forest) = Forest::new(space) else { return Vec::new() };
                ids.map_while(|id| forest.nth(id)).collect()
            }
            Self::Random => ids.map(|id| random(space, &mut stream(study_seed, id))).collect(),
            Self::Tpe(options) => {
                let streams = ids.map(|id| stream(study_seed, id)).collect();
                tpe::generation(options, space, directions, streams, history)
            }
        }
    }
}

/// The randomness of one suggestion.
fn stream(study_seed: u64, id: u64) -> Stream {
    Stream::new(study_seed ^ SUGGESTIONS, id)
}

/// A point drawn evenly.
pub(super) fn random(space: &Space, stream: &mut Stream) -> Assignment {
    let mut point = Assignment::new();
    for dimension in space.dimensions() {
        if dimension.active(&point) {
            let axis = Axis::new(&dimension.domain);
            point.insert(dimension.name.clone(), axis.value(axis.draw(stream)));
        }
    }
    point
}
