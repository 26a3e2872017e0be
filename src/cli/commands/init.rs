//! `ws init`.

use serde_json::json;

use crate::cli::{Ctx, Failure, Output};
use crate::store::migrate;

/// Create the store, or migrate it to this version
#[derive(Debug, clap::Args)]
pub struct InitArgs {}

pub fn run(_: &InitArgs, ctx: &Ctx) -> Result<Output, Failure> {
    let existed = ctx.db.exists();
    let store = ctx.open()?;
    let version = migrate::version(&store)?;
    let what = if existed { "is ready" } else { "created" };
    let human =
        format!("{} {what}, schema version {version}\nnext: ws ingest csv PATH..   or   ws demo", ctx.db.display());
    Ok(Output::new(human, json!({ "db": ctx.db, "created": !existed, "schema_version": version })))
}
