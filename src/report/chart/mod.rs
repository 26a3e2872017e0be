//! Charts: sketched once in logical pixels and colour roles, rendered by plotters as SVG and PNG.

pub mod axis;
pub mod palette;
pub mod plot;
pub mod render;
pub mod sketch;
pub mod thin;

pub use axis::Axis;
pub use palette::{Role, Theme};
pub use plot::{Entry, Plot, header, label_room};
pub use sketch::{Anchor, Frame, Pen, Sketch, text_width};
pub use thin::{Parts, unbroken};
