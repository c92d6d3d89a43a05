//! Rewriting profiles for a destination: planning, then byte edits.
//!
//! [`mod@plan`] decides what changes and why and what is left to ask ([`need`]), with the [`answers`] that are given;
//! [`change`] turns the decisions into edits of bytes, [`verify`] parses the result and compares it with the plan,
//! [`mod@convert`] writes it in another format, under the names of [`targets`], and [`mod@write`] puts it on disk. [`run`]
//! does so for all files and destinations. Bytes that no edit names stay as they are.

pub mod answers;
pub mod change;
pub mod convert;
pub mod diff;
mod fill;
mod finish;
pub mod names;
pub mod need;
pub mod placeholders;
pub mod plan;
pub mod result;
pub mod run;
pub mod secrets;
pub mod targets;
pub mod verify;
pub mod work;
pub mod write;
