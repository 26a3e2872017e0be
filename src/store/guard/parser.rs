//! DuckDB's own parser, on a thread with a stack that no statement of the longest length overflows.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{LazyLock, Mutex, PoisonError};

use duckdb::{Config, Connection};

use super::tree::Tree;

/// Bytes of the parser's stack.
const STACK: usize = 64 << 20;

type Answer = Result<String, String>;
type Request = (String, Sender<Answer>);

/// Requests to the parser's thread; `None` when it could not be started.
static PARSER: LazyLock<Mutex<Option<Sender<Request>>>> = LazyLock::new(|| Mutex::new(start()));

fn start() -> Option<Sender<Request>> {
    let (sender, receiver) = channel();
    let started =
        std::thread::Builder::new().name("sql-parser".into()).stack_size(STACK).spawn(move || serve(&receiver));
    started.ok().map(|_| sender)
}

/// Answers until the process ends. The database is empty, in memory, and closed to everything outside.
fn serve(receiver: &Receiver<Request>) {
    let opened = Config::default()
        .enable_autoload_extension(false)
        .and_then(|config| config.threads(1))
        .and_then(Connection::open_in_memory_with_flags)
        .and_then(|conn| conn.execute_batch(super::CLOSED).map(|()| conn));
    for (text, reply) in receiver {
        let answer = match &opened {
            Ok(conn) => conn
                .query_row("SELECT json_serialize_sql(?::VARCHAR)", [text], |row| row.get(0))
                .map_err(|error| super::super::query::tidy(&error)),
            Err(error) => Err(error.to_string()),
        };
        // Whoever asked may have given up.
        let _ = reply.send(answer);
    }
}

/// The parse tree of a text, as DuckDB serialises it; what does not parse says so inside.
///
/// # Errors
/// Faults of DuckDB.
pub(super) fn parse(text: &str) -> Result<Tree, String> {
    let gone = || "the SQL parser has stopped".to_string();
    let (reply, answer) = channel();
    {
        let parser = PARSER.lock().unwrap_or_else(PoisonError::into_inner);
        parser.as_ref().ok_or_else(gone)?.send((text.to_string(), reply)).map_err(|_| gone())?;
    }
    Tree::read(&answer.recv().map_err(|_| gone())??)
}
