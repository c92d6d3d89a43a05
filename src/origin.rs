//! What the one who built this program has told of its source. Nothing is guessed, and nothing depends on the clock or
//! the machine, so that the same source gives the same program wherever it is built.

/// The commit, from `PALETTE_KNIFE_COMMIT` while building.
#[must_use]
pub fn commit() -> Option<&'static str> {
    option_env!("PALETTE_KNIFE_COMMIT").filter(|commit| !commit.is_empty())
}

/// The address where the source is published, without a slash at its end: from `PALETTE_KNIFE_REPOSITORY` while building,
/// or the one in `Cargo.toml`.
#[must_use]
pub fn repository() -> Option<&'static str> {
    [
        option_env!("PALETTE_KNIFE_REPOSITORY").unwrap_or_default(),
        env!("CARGO_PKG_REPOSITORY"),
    ]
    .into_iter()
    .map(|address| address.trim_end_matches('/'))
    .find(|address| !address.is_empty())
}
