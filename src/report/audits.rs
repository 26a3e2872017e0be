//! Whether what a run rests on was audited for look-ahead, as badges.

use super::ReportError;
use super::page::Badge;
use super::read::rows;
use crate::store::Store;

/// One badge each for features and labels of a run; none for a run that uses neither.
pub fn badges(store: &Store, run_id: &str) -> Result<Vec<Badge>, ReportError> {
    rows(store, crate::sql!("report/audits"), &[run_id], |row| {
        let (subject, name): (String, String) = (row.get(0)?, row.get(1)?);
        let passed: Option<bool> = row.get(2)?;
        let (cuts, alarms): (Option<i64>, Option<i64>) = (row.get(3)?, row.get(4)?);
        let date: Option<String> = row.get(5)?;
        let (cuts, date) = (cuts.unwrap_or(0), date.unwrap_or_default());
        Ok(match passed {
            Some(true) => Badge {
                text: "AUDITED · NO LOOK-AHEAD",
                meaning: format!("{subject} {name}: {cuts} cuts, nothing later showed before them ({date})"),
                good: true,
            },
            Some(false) => Badge {
                text: "SEES AHEAD",
                meaning: format!(
                    "{subject} {name}: {} columns changed when only the future did ({date}); its results mean nothing",
                    alarms.unwrap_or(0)
                ),
                good: false,
            },
            None => Badge {
                text: "NOT AUDITED",
                meaning: format!("{subject} {name}: run 'ws audit lookahead' to prove that nothing sees ahead"),
                good: false,
            },
        })
    })
}
