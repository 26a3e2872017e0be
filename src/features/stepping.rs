//! Stepping the kernels of a set over one series, and the state they are in afterwards.

use super::error::Result;
use super::kernel::{KernelSpec, Running};
use super::record::Definition;
use super::set::FeatureSet;
use crate::domain::Bars;

/// The kernels of a set, each once, with the columns they fill.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// Kernels, and for each its wanted outputs with their columns.
    kernels: Vec<(KernelSpec, Vec<(usize, usize)>)>,
    columns: usize,
}

impl Plan {
    pub(super) fn new(set: &FeatureSet) -> Self {
        let mut kernels: Vec<(KernelSpec, Vec<(usize, usize)>)> = Vec::new();
        let mut columns = 0;
        for feature in set.features() {
            let Definition::Kernel { spec, output } = feature.definition else { continue };
            // Outputs of one kernel are taken from one pass.
            match kernels.iter_mut().find(|(known, _)| *known == spec) {
                Some((_, wanted)) => wanted.push((output, columns)),
                None => kernels.push((spec, vec![(output, columns)])),
            }
            columns += 1;
        }
        Self { kernels, columns }
    }

    /// Fresh kernels, at the start of a series.
    pub(super) fn start(&self) -> Vec<Box<dyn Running>> {
        self.kernels.iter().map(|(spec, _)| spec.start()).collect()
    }

    /// Kernels in a saved state.
    pub(super) fn resume(&self, mut state: &[u8]) -> Result<Vec<Box<dyn Running>>> {
        let mut running = self.start();
        for kernel in &mut running {
            state = kernel.load(state)?;
        }
        Ok(running)
    }

    /// The state of all kernels, one after the other.
    pub(super) fn save(&self, running: &[Box<dyn Running>]) -> Result<Vec<u8>> {
        let mut state = Vec::new();
        for kernel in running {
            state.extend(kernel.save()?);
        }
        Ok(state)
    }

    /// Empty columns, one a kernel feature in the order of the set.
    pub(super) fn columns(&self, bars: usize) -> Vec<Vec<f64>> {
        (0..self.columns).map(|_| Vec::with_capacity(bars)).collect()
    }

    /// Steps the kernels over the bars from `from` on; every column gets one value a bar.
    pub(super) fn run(&self, running: &mut [Box<dyn Running>], bars: &Bars, from: usize, columns: &mut [Vec<f64>]) {
        for ((_, wanted), kernel) in self.kernels.iter().zip(running) {
            let mut taken: Vec<Vec<f64>> =
                wanted.iter().map(|(_, column)| std::mem::take(&mut columns[*column])).collect();
            let mut outputs: Vec<(usize, &mut Vec<f64>)> =
                wanted.iter().map(|(output, _)| *output).zip(&mut taken).collect();
            kernel.run(bars, from, &mut outputs);
            for ((_, column), values) in wanted.iter().zip(taken) {
                columns[*column] = values;
            }
        }
    }
}

/// Kernel columns of a set over one series, in the order of the set's kernel features; NaN is unknown.
#[must_use]
pub fn kernel_columns(set: &FeatureSet, bars: &Bars) -> Vec<Vec<f64>> {
    let plan = Plan::new(set);
    let mut columns = plan.columns(bars.len());
    plan.run(&mut plan.start(), bars, 0, &mut columns);
    columns
}
