//! What palette-knife is measured with: estates of profiles and destinations that are invented, but look like real ones.
//!
//! The same seed gives the same bytes on every machine.

pub mod catalogue;
pub mod destination;
pub mod json;
pub mod profile;
pub mod random;
pub mod sizes;
pub mod values;
pub mod words;
