//! Output formats, one a file. Each is pure: a report in, text out. None decides anything.

pub mod concise;
pub mod config;
pub mod fix;
pub mod human;
pub mod json;
pub mod page;
pub mod rewrite;
pub mod rules;
