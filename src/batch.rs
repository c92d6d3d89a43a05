//! What is seen across the files of one run.

use crate::finding::Place;

/// A profile of the run.
#[derive(Debug, Clone)]
pub struct BatchProfile {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its name stands.
    pub place: Place,
}

/// All profiles of a run, in the order of their files.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The profiles.
    pub profiles: Vec<BatchProfile>,
}
