//! Output formats, one a file. Each is pure: a report in, text out. None decides anything.

pub mod concise;
pub mod config;
pub mod destination;
pub mod diff;
pub mod fix;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod page;
pub mod plan;
pub mod rewrite;
pub mod rules;
pub mod sarif;
pub mod table;
