//! Pack versions and tags.
//!
//! They are no semantic versions: `22.04`, `1.32`, `v1.8.7`, `26.02.0`, `1.31.2-rev2` all occur. Missing numbers
//! count as zero and leading zeros do not count, as in the version sorting of Palette's own documentation site.

use std::{cmp::Ordering, iter};

/// The separator between a pack's group and its tag: `LTS__20.4.x`.
const GROUP_SEPARATOR: &str = "__";

/// A version, ready to be compared.
#[derive(Debug, Clone, Copy)]
struct Parsed<'v> {
    /// Numbers with dots between them.
    numbers: &'v str,
    suffix: &'v str,
}

impl<'v> Parsed<'v> {
    fn new(version: &'v str) -> Self {
        let version = version.strip_prefix('v').unwrap_or(version);
        let end = version
            .bytes()
            .position(|byte| !byte.is_ascii_digit() && byte != b'.')
            .unwrap_or(version.len());
        let (numbers, suffix) = version.split_at_checked(end).unwrap_or((version, ""));
        Self { numbers, suffix }
    }

    /// The numbers, the largest there is for one that is larger. Versions are short, and sorted by the dozen: to search
    /// for dots takes longer.
    fn numbers(self) -> impl Iterator<Item = u64> {
        let mut rest = self.numbers.bytes();
        iter::from_fn(move || {
            let first = rest.find(|byte| *byte != b'.')?;
            let digits = iter::once(first).chain(rest.by_ref().take_while(|byte| *byte != b'.'));
            Some(digits.fold(0, |number: u64, digit| {
                let digit = u64::from(digit.wrapping_sub(b'0'));
                number.saturating_mul(10).saturating_add(digit)
            }))
        })
    }

    /// The numbers of both, zero for those that one of them does not have.
    fn number_pairs(self, other: Self) -> impl Iterator<Item = (u64, u64)> {
        let (mut ours, mut theirs) = (self.numbers(), other.numbers());
        iter::from_fn(move || match (ours.next(), theirs.next()) {
            (None, None) => None,
            (one, other) => Some((one.unwrap_or(0), other.unwrap_or(0))),
        })
    }

    fn compare_numbers(self, other: Self) -> Ordering {
        self.number_pairs(other)
            .map(|(one, other)| one.cmp(&other))
            .find(|ordering| ordering.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

/// Orders two versions, the older one first.
///
/// Numbers first; of two that differ in what follows the numbers, one without anything is the older (`1.31.2`
/// before `1.31.2-rev2`), except that pre-releases (`-alpha`, `-beta`, `-rc`, `-dev`) come before it.
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let (a, b) = (Parsed::new(one), Parsed::new(other));
    a.compare_numbers(b).then_with(|| {
        stage(a.suffix)
            .cmp(&stage(b.suffix))
            .then_with(|| a.suffix.cmp(b.suffix))
    })
}

/// Orders two versions by their numbers alone; `None` when one of them has no number.
///
/// What follows the numbers is before them for some readers and after them for others, and so decides nothing.
#[must_use]
pub fn compare_numbers(one: &str, other: &str) -> Option<Ordering> {
    let (a, b) = (Parsed::new(one), Parsed::new(other));
    let have_numbers = a.numbers().next().is_some() && b.numbers().next().is_some();
    have_numbers.then(|| a.compare_numbers(b))
}

/// Whether two spellings are the same version: `1.27` and `1.27.0`, `22.04` and `22.4`.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    let same_prefix = one.starts_with('v') == other.starts_with('v');
    one == other
        || (same_prefix && !one.is_empty() && !other.is_empty() && compare(one, other).is_eq())
}

fn stage(suffix: &str) -> u8 {
    let word = suffix.trim_start_matches(['-', '.', '+']);
    let pre_release = ["alpha", "beta", "rc", "dev"]
        .iter()
        .any(|stage| word.starts_with(stage));
    match suffix {
        _ if pre_release => 0,
        "" => 1,
        _ => 2,
    }
}

/// Whether a tag moves: `1.33.x`, `LTS__20.4.x`.
#[must_use]
pub fn is_moving(tag: &str) -> bool {
    tag.ends_with(".x")
}

/// A tag without the pack group in front of it.
#[must_use]
pub fn split_group(tag: &str) -> (Option<&str>, &str) {
    match tag.split_once(GROUP_SEPARATOR) {
        Some((group, tag)) => (Some(group), tag),
        None => (None, tag),
    }
}

/// The tag that stays at a version, instead of another tag: of the same group, if that has one.
#[must_use]
pub fn pinned(tag: &str, version: &str) -> String {
    match split_group(tag) {
        (Some(group), _) => format!("{group}{GROUP_SEPARATOR}{version}"),
        (None, _) => version.to_owned(),
    }
}

/// Whether a moving tag would follow a version: `1.33.x` follows `1.33.9`, `1.x` follows both.
#[must_use]
pub fn follows(tag: &str, version: &str) -> bool {
    let Some(stem) = tag.strip_suffix(".x") else {
        return false;
    };
    // Where they differ in a digit first, and none of the two is a zero that may not count, no number need be read.
    let mut pairs = stem.bytes().zip(version.bytes());
    let differing = pairs.find(|(one, other)| one != other);
    if let Some((b'1'..=b'9', b'1'..=b'9')) = differing {
        return false;
    }
    let (stem, version) = (Parsed::new(stem), Parsed::new(version));
    // Missing numbers count as zero, so `22.04.x` follows `22.04`.
    let length = stem.numbers().count();
    stem.suffix.is_empty()
        && length < version.numbers().count().max(3)
        && stem
            .number_pairs(version)
            .take(length)
            .all(|(one, other)| one == other)
}

/// The versions closest to the wanted one: those that share the most leading numbers, then the smallest distance,
/// then the newer one.
pub fn nearest<'v>(wanted: &str, available: impl IntoIterator<Item = &'v str>) -> Vec<&'v str> {
    let (_, wanted) = split_group(wanted);
    let goal = Parsed::new(wanted.strip_suffix(".x").unwrap_or(wanted));
    let mut ranked: Vec<(usize, u64, &str)> = available
        .into_iter()
        .map(|version| {
            let parsed = Parsed::new(version);
            let pairs = || goal.number_pairs(parsed);
            let differs = pairs().position(|(one, other)| one != other);
            let distance = differs
                .and_then(|at| pairs().nth(at))
                .map_or(0, |(one, other)| one.abs_diff(other));
            (
                differs.unwrap_or_else(|| pairs().count()),
                distance,
                version,
            )
        })
        .collect();
    ranked.sort_by(|one, other| {
        (other.0.cmp(&one.0))
            .then(one.1.cmp(&other.1))
            .then_with(|| compare(other.2, one.2))
            .then_with(|| one.2.cmp(other.2))
    });
    ranked.dedup_by(|one, other| one.2 == other.2);
    ranked.into_iter().map(|(_, _, version)| version).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_is_between_dots() {
        for numbers in [
            "",
            ".",
            "1.2.3",
            "..1..2.",
            "007.0",
            "18446744073709551615.18446744073709551616",
            "99999999999999999999999.7",
        ] {
            let told = numbers.split('.').filter(|number| !number.is_empty());
            let expected: Vec<u64> = told.map(|told| told.parse().unwrap_or(u64::MAX)).collect();
            let read: Vec<u64> = Parsed::new(numbers).numbers().collect();
            assert_eq!(read, expected, "{numbers}");
        }
    }

    #[test]
    fn versions_order_as_people_read_them() {
        let mut versions = [
            "1.31.2-rev2",
            "1.31.10",
            "1.31.2",
            "v1.8.7",
            "22.04",
            "1.31.2-rc.1",
            "1.5",
        ];
        versions.sort_by(|one, other| compare(one, other));
        assert_eq!(
            versions,
            [
                "1.5",
                "v1.8.7",
                "1.31.2-rc.1",
                "1.31.2",
                "1.31.2-rev2",
                "1.31.10",
                "22.04"
            ]
        );
        assert!(same("1.27", "1.27.0"));
        assert!(same("22.04", "22.4"));
        assert!(!same("1.0.0-58eadf5", "1.0.0"));
        assert!(!same("", "0"));
    }

    #[test]
    fn moving_tags_follow_versions() {
        assert!(follows("1.33.x", "1.33.9"));
        assert!(follows("1.x", "1.33.9"));
        assert!(!follows("1.33.x", "1.34.0"));
        assert!(!follows("1.33.9", "1.33.9"));
        assert!(!follows("LTS__20.4.x", "20.4.1"));
        assert_eq!(split_group("LTS__20.4.x"), (Some("LTS"), "20.4.x"));
    }

    #[test]
    fn the_nearest_version_shares_the_most() {
        let available = ["3.27.2", "3.31.4", "3.26.9", "2.0.0"];
        assert_eq!(
            nearest("3.27.0", available),
            ["3.27.2", "3.26.9", "3.31.4", "2.0.0"]
        );
        assert_eq!(
            nearest("1.34.x", ["1.33.9", "1.33.1", "1.35.0"]),
            ["1.35.0", "1.33.9", "1.33.1"]
        );
    }
}
