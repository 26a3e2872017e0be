//! Dated windows: what is learned from, what judges, and what nobody sees until the end.
//!
//! Time is cut at starts of sessions. The last part is the test period; what lies before it is the development period,
//! which the scheme cuts into folds. Training and validation windows of a fold never overlap; around every boundary
//! between them samples are purged and embargoed where a model is fitted.

use super::spec::{Scheme, TestPeriod, Validation};
use crate::domain::Ts;

/// A stretch of whole sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First bar start.
    pub from: Ts,
    /// End of bar starts, not included.
    pub to: Ts,
    /// First bar start of its last session.
    pub last: Ts,
    /// Sessions in it.
    pub sessions: usize,
}

impl Span {
    /// Whether a bar start lies in it.
    #[must_use]
    pub fn contains(&self, ts: Ts) -> bool {
        self.from <= ts && ts < self.to
    }
}

/// One training and one validation period, each of one stretch or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// From 1.
    pub number: usize,
    /// What may be learned from.
    pub train: Vec<Span>,
    /// What judges.
    pub valid: Vec<Span>,
    /// Numbers of the parts that judge, from 0: combinations share them.
    pub parts: Vec<usize>,
}

/// Every window of an experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows {
    /// All that trials may see.
    pub development: Span,
    /// What only the winner and the baseline see, once.
    pub test: Span,
    /// What judges, from the first to the last of it.
    pub judged: Span,
    /// Folds in order.
    pub folds: Vec<Fold>,
    /// Stretches that folds judge, one after the other: a fold judges one of them, or a combination.
    pub parts: Vec<Span>,
    /// Paths: for each, by part, the fold that judges it.
    pub paths: Vec<Vec<usize>>,
}

/// Fewest sessions of a window that judges, and of the test period.
const LEAST: usize = 2;

/// Cuts sessions, given by the starts of their first bars and the end of the last one.
///
/// # Errors
/// Windows that don't fit into the sessions there are, in words.
pub fn cut(starts: &[Ts], end: Ts, validation: &Validation) -> Result<Windows, String> {
    let test_at = test_start(starts, validation.test)?;
    let sessions = Sessions { starts, end };
    let folds = match validation.scheme {
        Scheme::Holdout { valid } => sessions.holdout(test_at, valid)?,
        Scheme::WalkForward { train, valid, expanding } => sessions.walk_forward(test_at, train, valid, expanding)?,
        Scheme::KFold { folds } => sessions.parts(test_at, folds, 1)?,
        Scheme::Combinatorial { folds, test_folds } => sessions.parts(test_at, folds, test_folds)?,
    };
    let judged = || folds.iter().flat_map(|fold| &fold.valid);
    let (from, to) = (judged().map(|span| span.from).min(), judged().map(|span| span.to).max());
    let (from, to) = (from.unwrap_or(starts[0]), to.unwrap_or(starts[test_at]));
    let first = starts.partition_point(|start| *start < from);
    let judged = sessions.span(first, starts.partition_point(|start| *start < to));
    let parts = match validation.scheme {
        Scheme::KFold { folds } | Scheme::Combinatorial { folds, .. } => sessions.cut(test_at, folds),
        _ => folds.iter().flat_map(|fold| fold.valid.clone()).collect(),
    };
    let paths = paths(&folds);
    Ok(Windows {
        development: sessions.span(0, test_at),
        test: sessions.span(test_at, starts.len()),
        judged,
        folds,
        parts,
        paths,
    })
}

fn test_start(starts: &[Ts], test: TestPeriod) -> Result<usize, String> {
    let n = starts.len();
    let at = match test {
        TestPeriod::Share(share) => n - (n as f64 * share).round() as usize,
        TestPeriod::From(day) => starts.partition_point(|start| *start < day),
    };
    if at < LEAST || n - at.min(n) < LEAST {
        let said = match test {
            TestPeriod::Share(share) => format!("a test share of {share}"),
            TestPeriod::From(day) => format!("a test from {day}"),
        };
        return Err(format!(
            "{said} leaves {at} of {n} sessions for development and {} for the test; each needs {LEAST}",
            n - at.min(n)
        ));
    }
    Ok(at)
}

struct Sessions<'a> {
    starts: &'a [Ts],
    end: Ts,
}

impl Sessions<'_> {
    fn span(&self, from: usize, to: usize) -> Span {
        let at = |index: usize| self.starts.get(index).copied().unwrap_or(self.end);
        Span { from: at(from), to: at(to), last: at(to.saturating_sub(1).max(from)), sessions: to - from }
    }

    fn holdout(&self, end: usize, share: f64) -> Result<Vec<Fold>, String> {
        let valid = (end as f64 * share).round() as usize;
        if valid < LEAST || end - valid < LEAST {
            return Err(format!(
                "a holdout of {share} of {end} sessions leaves {} to train and {valid} to judge",
                end - valid
            ));
        }
        let at = end - valid;
        Ok(vec![Fold { number: 1, train: vec![self.span(0, at)], valid: vec![self.span(at, end)], parts: vec![0] }])
    }

    fn walk_forward(&self, end: usize, train: usize, valid: usize, expanding: bool) -> Result<Vec<Fold>, String> {
        if train + valid > end {
            return Err(format!(
                "a first window of {train} + {valid} sessions does not fit into the {end} sessions of the development period"
            ));
        }
        let mut folds = Vec::new();
        let mut at = train;
        // What is left at the end judges too, short as it may be; a single session is too short.
        while at + LEAST.min(valid) <= end {
            let to = (at + valid).min(end);
            let from = if expanding { 0 } else { at - train };
            let part = folds.len();
            let (train, valid) = (vec![self.span(from, at)], vec![self.span(at, to)]);
            folds.push(Fold { number: part + 1, train, valid, parts: vec![part] });
            at = to;
        }
        Ok(folds)
    }

    /// So many parts, every combination of so many of them as a fold.
    fn parts(&self, end: usize, count: usize, judging: usize) -> Result<Vec<Fold>, String> {
        if end / count < LEAST {
            return Err(format!(
                "{end} sessions of the development period can't be cut into {count} folds of {LEAST} or more"
            ));
        }
        let edge = |part: usize| part * end / count;
        // The specification's limit keeps them few.
        let mut folds = Vec::new();
        let mut chosen: Vec<usize> = (0..judging).collect();
        loop {
            let judges = |part: usize| chosen.contains(&part);
            let (train, valid) = (self.joined(count, &edge, |part| !judges(part)), self.joined(count, &edge, judges));
            folds.push(Fold { number: folds.len() + 1, train, valid, parts: chosen.clone() });
            if !next_combination(&mut chosen, count) {
                return Ok(folds);
            }
        }
    }

    /// So many parts of the development period.
    fn cut(&self, end: usize, count: usize) -> Vec<Span> {
        (0..count).map(|part| self.span(part * end / count, (part + 1) * end / count)).collect()
    }

    /// Neighbouring parts as one stretch.
    fn joined(&self, count: usize, edge: &dyn Fn(usize) -> usize, take: impl Fn(usize) -> bool) -> Vec<Span> {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for part in (0..count).filter(|part| take(*part)) {
            match spans.last_mut() {
                Some((_, to)) if *to == edge(part) => *to = edge(part + 1),
                _ => spans.push((edge(part), edge(part + 1))),
            }
        }
        spans.into_iter().map(|(from, to)| self.span(from, to)).collect()
    }
}

/// The next choice in lexicographic order; false after the last.
fn next_combination(chosen: &mut [usize], of: usize) -> bool {
    let k = chosen.len();
    let Some(at) = (0..k).rev().find(|&at| chosen[at] < of - k + at) else { return false };
    chosen[at] += 1;
    for next in at + 1..k {
        chosen[next] = chosen[next - 1] + 1;
    }
    true
}

/// Each part is judged by one or several folds; path `p` takes the `p`-th of each (López de Prado 2018, ch. 12).
fn paths(folds: &[Fold]) -> Vec<Vec<usize>> {
    let parts = folds.iter().flat_map(|fold| &fold.parts).max().map_or(0, |last| last + 1);
    let judges = |part: usize| -> Vec<usize> {
        folds.iter().enumerate().filter(|(_, fold)| fold.parts.contains(&part)).map(|(at, _)| at).collect()
    };
    let by_part: Vec<Vec<usize>> = (0..parts).map(judges).collect();
    let count = by_part.iter().map(Vec::len).min().unwrap_or(0);
    (0..count).map(|path| by_part.iter().map(|folds| folds[path]).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sessions(n: i64) -> Vec<Ts> {
        (0..n).map(|day| Ts(day * 10)).collect()
    }

    fn windows(n: i64, scheme: Scheme, test: TestPeriod) -> Result<Windows, String> {
        cut(&sessions(n), Ts(n * 10), &Validation { scheme, test, embargo: None, line: 1 })
    }

    #[test]
    fn walk_forward_judges_every_session_after_the_first_window_once() {
        let scheme = Scheme::WalkForward { train: 4, valid: 3, expanding: false };
        let found = windows(20, scheme, TestPeriod::Share(0.25)).unwrap();
        assert_eq!((found.test.from, found.test.to, found.test.sessions), (Ts(150), Ts(200), 5));
        let valid: Vec<(i64, i64)> =
            found.folds.iter().map(|fold| (fold.valid[0].from.0, fold.valid[0].to.0)).collect();
        // 15 sessions to develop on: the last window is short.
        assert_eq!(valid, [(40, 70), (70, 100), (100, 130), (130, 150)]);
        assert!(found.folds.iter().all(|fold| fold.train[0].sessions == 4 && fold.train[0].to == fold.valid[0].from));
        assert_eq!((found.judged.from, found.judged.to, found.judged.sessions), (Ts(40), Ts(150), 11));
        let scheme = Scheme::WalkForward { train: 4, valid: 3, expanding: true };
        let found = windows(20, scheme, TestPeriod::From(Ts(145))).unwrap();
        assert!(found.folds.iter().all(|fold| fold.train[0].from == Ts(0)));
        assert_eq!(found.test.from, Ts(150), "the first session that begins then or later");
    }

    #[test]
    fn combinations_judge_every_part_equally_often_and_make_paths() {
        let found = windows(75, Scheme::Combinatorial { folds: 6, test_folds: 2 }, TestPeriod::Share(0.2)).unwrap();
        assert_eq!((found.folds.len(), found.paths.len()), (15, 5));
        for fold in &found.folds {
            let days = |spans: &[Span]| spans.iter().map(|span| span.sessions).sum::<usize>();
            assert_eq!(days(&fold.train) + days(&fold.valid), 60);
            assert!(
                fold.valid
                    .iter()
                    .all(|valid| fold.train.iter().all(|train| train.to <= valid.from || valid.to <= train.from))
            );
        }
        for path in &found.paths {
            assert!(path.iter().enumerate().all(|(part, fold)| found.folds[*fold].parts.contains(&part)));
        }
        let distinct: std::collections::BTreeSet<_> = found.paths.iter().collect();
        assert_eq!(distinct.len(), 5);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let told = |n, scheme, test| windows(n, scheme, test).unwrap_err();
        let share = TestPeriod::Share(0.2);
        assert!(
            told(20, Scheme::WalkForward { train: 15, valid: 3, expanding: false }, share).contains("15 + 3 sessions")
        );
        assert!(told(20, Scheme::KFold { folds: 9 }, share).contains("16 sessions"));
        assert!(told(20, Scheme::Holdout { valid: 0.01 }, share).contains("0 to judge"));
        assert!(told(20, Scheme::Holdout { valid: 0.5 }, TestPeriod::From(Ts(5000))).contains("0 for the test"));
        assert!(told(20, Scheme::Holdout { valid: 0.5 }, TestPeriod::From(Ts(-5000))).contains("0 of 20"));
        assert!(told(3, Scheme::Holdout { valid: 0.5 }, share).contains("for the test"));
    }
}
