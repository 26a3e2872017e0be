//! Strategies held against rules by hand, a second way of computing them, and laws that any strategy keeps.

mod intraday;
mod laws;
mod market;
mod model;
mod second;
mod swing;
mod table;
