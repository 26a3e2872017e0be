//! Failures as users meet them: what happened, where, what to do next, and the exit status.

use crate::ingest::IngestError;
use crate::store::StoreError;

/// Exit status of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Refused, or a gate failed.
    Refused = 1,
    /// A fault: bad arguments, I/O, network.
    Fault = 2,
}

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    /// Exit status.
    pub exit: Exit,
    /// What happened and where.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// The request can't be carried out as asked.
    #[must_use]
    pub fn refused(message: impl Into<String>) -> Self {
        Self { exit: Exit::Refused, message: message.into(), hint: None }
    }

    /// Something is broken, or the arguments are.
    #[must_use]
    pub fn fault(message: impl Into<String>) -> Self {
        Self { exit: Exit::Fault, message: message.into(), hint: None }
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Prints to stderr, and as JSON to stdout when asked to.
    #[must_use]
    pub fn print(&self, json: bool) -> Exit {
        use std::io::Write;
        eprintln!("error: {}", self.message);
        if let Some(hint) = &self.hint {
            eprintln!("  next: {hint}");
        }
        if json {
            let document = serde_json::json!({ "error": { "message": self.message, "next": self.hint } });
            let _ = writeln!(std::io::stdout(), "{document}");
        }
        self.exit
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, message: error.to_string(), hint: error.hint() }
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Refused(refusal) => Self::refused(refusal.to_string()).hint(refusal.hint),
            IngestError::NoFiles { .. } => {
                Self::refused(error.to_string()).hint("name files, folders or a quoted glob")
            }
            IngestError::Store(inner) => inner.into(),
            other => Self::fault(other.to_string()),
        }
    }
}
