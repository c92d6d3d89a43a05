//! palette-knife: an offline linter and rewriter for exported Spectro Cloud Palette profiles.
//!
//! The pipeline, from the bytes of a file to a report: [`source`] → [`syntax`] → [`profile`] and [`destination`] →
//! [`resolve`] → [`rules`] → [`report`] → [`emit`]; and from the same resolution to written files: [`rewrite`].

// Whatever a file holds, the tool must not panic; and only the command line prints.
#![warn(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used
)]

pub mod base64;
pub mod baseline;
pub mod batch;
pub mod capture;
pub mod check;
pub mod cli;
pub mod config;
pub mod constraints;
pub mod credentials;
pub mod date;
pub mod dependencies;
pub mod destination;
pub mod diff;
pub mod emit;
pub mod excerpt;
mod file_names;
pub mod finding;
pub mod fix;
pub mod go_regex;
pub mod hosts;
pub mod ignore;
pub mod input;
pub mod masks;
pub mod origin;
pub mod placeholders;
pub mod plan;
pub mod pragma;
pub mod profile;
pub mod report;
pub mod resolve;
pub mod rewrite;
pub mod rules;
pub mod scaffold;
pub mod schema;
pub mod sensitive;
pub mod settings;
mod shared_secrets;
mod signs;
pub mod source;
pub mod stand_ins;
pub mod suggest;
pub mod syntax;
pub mod text_diff;
