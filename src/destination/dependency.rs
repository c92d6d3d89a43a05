//! What packs ask of the other packs of a cluster: `constraints.dependencies` of `pack.json`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    file::{Declaration, ParsedFile},
    version,
};
use crate::syntax::NodeRef;

/// What a pack asks of another one.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// The other pack's name.
    pub pack: String,
    /// The layer it is in; empty when it is not told.
    pub layer: String,
    /// How it depends on the other pack.
    pub kind: DependencyKind,
    /// The versions that are meant.
    pub versions: VersionRange,
    /// Where it is declared.
    pub declared: Declaration,
}

/// The ways to depend on a pack (Palette documentation, "Pack Constraints").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DependencyKind {
    /// The pack must be there, in one of the versions.
    Required,
    /// Where the pack is there, it must be in one of the versions. Entries without a type say nothing else.
    Optional,
    /// The pack must not be there in one of the versions.
    NotSupported,
    /// `upgrade`, which published packs use and no documentation explains, and types that are not known.
    Unknown,
}

/// Versions from one to another, both included; either may be open.
#[derive(Debug, Clone, Default)]
pub struct VersionRange {
    /// The oldest version; empty when there is none.
    pub min: String,
    /// The newest version; empty when there is none.
    pub max: String,
}

impl VersionRange {
    /// Whether every version is in it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.min.is_empty() && self.max.is_empty()
    }

    /// Where a version lies; `None` when that cannot be told.
    #[must_use]
    pub fn side_of(&self, version: &str) -> Option<Side> {
        let compare = |bound: &str| version::compare_numbers(version, bound);
        if !self.min.is_empty() && compare(&self.min)?.is_lt() {
            return Some(Side::TooOld);
        }
        if !self.max.is_empty() && compare(&self.max)?.is_gt() {
            return Some(Side::TooNew);
        }
        Some(Side::Within)
    }

    /// The range in words, to follow the name of the pack; empty when it is open.
    #[must_use]
    pub fn words(&self) -> String {
        match (self.min.as_str(), self.max.as_str()) {
            ("", "") => String::new(),
            (min, "") => format!("{min} or newer"),
            ("", max) => format!("{max} or older"),
            (min, max) if min == max => min.to_owned(),
            (min, max) => format!("{min} to {max}"),
        }
    }
}

/// Where a version lies beside a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Before it.
    TooOld,
    /// In it.
    Within,
    /// After it.
    TooNew,
}

impl Dependency {
    /// The dependencies of a pack, from the document of its `pack.json`.
    #[must_use]
    pub fn all_of(root: NodeRef<'_>, file: &Arc<ParsedFile>) -> Vec<Self> {
        let list = root.at(&["constraints", "dependencies"]);
        let entries = list.into_iter().flat_map(NodeRef::items);
        entries
            .filter_map(|entry| Self::read(entry, file))
            .collect()
    }

    fn read(entry: NodeRef<'_>, file: &Arc<ParsedFile>) -> Option<Self> {
        let keys = ["packName", "layer", "type", "minVersion", "maxVersion"];
        let [pack, layer, kind, min, max] = entry.get_each(keys);
        let text = |node: Option<NodeRef<'_>>| {
            let text = node.filter(|node| !node.is_null());
            text.map(|node| node.text().trim().to_owned())
                .unwrap_or_default()
        };
        let place = pack?;
        let pack = text(pack);
        if pack.is_empty() {
            return None;
        }
        let kind = match text(kind).as_str() {
            "required" => DependencyKind::Required,
            "optional" | "" => DependencyKind::Optional,
            "notSupported" => DependencyKind::NotSupported,
            _ => DependencyKind::Unknown,
        };
        Some(Self {
            pack,
            layer: text(layer),
            kind,
            versions: VersionRange {
                min: text(min),
                max: text(max),
            },
            declared: file.declaration(place),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(min: &str, max: &str) -> VersionRange {
        VersionRange {
            min: min.to_owned(),
            max: max.to_owned(),
        }
    }

    #[test]
    fn ranges_include_their_ends_and_fill_with_zeros() {
        for (min, max, version, side) in [
            ("1.17.0", "1.18.6", "1.17.0", Some(Side::Within)),
            ("1.17.0", "1.18.6", "1.18.6", Some(Side::Within)),
            ("1.17.0", "1.18.6", "1.16.15", Some(Side::TooOld)),
            ("1.17.0", "1.18.6", "1.18.20", Some(Side::TooNew)),
            ("1.27", "", "1.27.0", Some(Side::Within)),
            ("1.27", "", "1.9.3", Some(Side::TooOld)),
            ("", "1.21", "1.21", Some(Side::Within)),
            ("", "1.21", "1.21.1", Some(Side::TooNew)),
            ("1.31.2", "1.31.2", "1.31.2-rev2", Some(Side::Within)),
            ("1.31.2", "1.31.2", "v1.31.2-rc.1", Some(Side::Within)),
            ("22.04", "", "22.4.1", Some(Side::Within)),
            ("", "", "anything", Some(Side::Within)),
            ("1.0", "", "latest", None),
            ("newest", "", "1.0.0", None),
        ] {
            assert_eq!(range(min, max).side_of(version), side, "{version}");
        }
    }

    #[test]
    fn ranges_are_said_in_words() {
        assert_eq!(range("1.29", "").words(), "1.29 or newer");
        assert_eq!(range("", "1.21").words(), "1.21 or older");
        assert_eq!(range("1.17.0", "1.18.6").words(), "1.17.0 to 1.18.6");
        assert_eq!(range("2.0", "2.0").words(), "2.0");
        assert!(range("", "").words().is_empty());
    }
}
