//! `ws experiment export`.

use std::path::PathBuf;

use serde_json::json;

use super::read;
use crate::cli::{Ctx, Exit, Failure, Output};
use crate::experiments::export::{self, ExportError, Format};

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub struct ExportArgs {
    /// Experiment: name (the newest of it) or id
    #[arg(value_name = "NAME")]
    name: String,
    /// Folder to write to; made when missing
    #[arg(long, value_name = "DIR", default_value = "export")]
    out: PathBuf,
    /// files: configurations, ranked results, baseline, accuracy report, deployment plan; mlflow: a document of every run
    /// and a script that loads it into an MLflow tracking store, those files as artifacts
    #[arg(long, value_enum, default_value_t = Kind::Files)]
    format: Kind,
    /// Replace files that no export wrote, or that were changed since
    #[arg(long)]
    force: bool,
}

/// What is written.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    Files,
    Mlflow,
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        let exit = if error.is_refusal() { Exit::Refused } else { Exit::Fault };
        Self { exit, hint: error.hint(), message: error.to_string() }
    }
}

pub fn run(args: &ExportArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let store = ctx.open_read_only()?;
    let found = read::find(&store, &args.name)?;
    let format = match args.format {
        Kind::Files => Format::Files,
        Kind::Mlflow => Format::Mlflow,
    };
    let done = export::export(&store, &found.experiment_id, &args.out, format, args.force, ctx.now())?;
    let mut lines = vec![format!("experiment {} ({}), {} trials", done.name, done.experiment_id, done.n_trials)];
    lines.extend(done.files.iter().map(|file| file.display().to_string()));
    if let Some(verdict) = &done.verdict {
        lines.push(format!("\ncould this be luck? {}\n{}", verdict.verdict, verdict.reason));
    }
    if !done.obstacles.is_empty() {
        lines.push("the deployment plan says: do not promote".into());
    }
    if format == Format::Mlflow {
        let script = args.out.join("load_into_mlflow.py");
        lines.push(format!("\nnext: python {} --tracking-uri sqlite:///mlflow.db", script.display()));
    }
    let document = json!({
        "experiment_id": done.experiment_id, "name": done.name, "n_trials": done.n_trials, "files": done.files,
        "verdict": done.verdict, "obstacles": done.obstacles,
    });
    Ok(Output::new(lines.join("\n"), document))
}
