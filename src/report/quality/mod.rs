//! The quality of stored bars: what is there, what is missing, what was refused; as rows, a heat map and a page.
//!
//! Every number is read from the views `data_quality`, `bar_gaps` and `bar_coverage`.

mod figure;
mod page;
mod read;

use std::path::{Path, PathBuf};

pub use figure::percent;
pub use read::{Gap, Month, Quality, Series, Survivors, read};

use super::ReportError;
use super::chart::{Theme, render};
use crate::domain::Ts;
use crate::store::Store;

/// Files of a quality report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The page.
    pub html: PathBuf,
    /// The heat map, light and dark.
    pub pngs: Vec<PathBuf>,
}

/// Writes `quality.html` and the heat map as PNGs into a folder, which is made when missing.
///
/// # Errors
/// A folder that can't be written; a drawing or template that fails.
pub fn write(store: &Store, quality: &Quality, out: &Path, now: Ts) -> Result<Written, ReportError> {
    let page = page::html(store, quality, now)?;
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| ReportError::Io { path, source }
    };
    std::fs::create_dir_all(out).map_err(io(out))?;
    let mut pngs = Vec::new();
    if let Some(map) = figure::Map::of(quality) {
        for (theme, name) in [(Theme::Light, "bar_coverage_light.png"), (Theme::Dark, "bar_coverage_dark.png")] {
            let path = out.join(name);
            let drawn = render::png(&map.framed(), theme, &path);
            drawn.map_err(|detail| ReportError::Figure { figure: "bar_coverage".into(), detail })?;
            pngs.push(path);
        }
    }
    let html = out.join("quality.html");
    std::fs::write(&html, page).map_err(io(&html))?;
    Ok(Written { html, pngs })
}
