//! How long work tells its watcher where it is, without knowing about terminals.

/// Receiver of progress.
pub trait Progress: Sync {
    /// A new stage of `total` steps begins.
    fn start(&self, label: &str, total: u64);
    /// `steps` more are done.
    fn advance(&self, steps: u64);
    /// `rows` more rows were read, for a rate; a stage that doesn't count rows never calls it.
    fn rows(&self, _rows: u64) {}
    /// What a watcher may want to know of the stage so far, like the best result; replaces what was said before.
    fn note(&self, _text: &str) {}
    /// The stage has ended.
    fn finish(&self);
}

/// Tells nobody.
#[derive(Debug, Default, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn finish(&self) {}
}
