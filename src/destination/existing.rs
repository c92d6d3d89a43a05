//! Profiles that exist at a destination.

use std::sync::OnceLock;

use super::{
    index::{IndexedProfiles, PlaceInIndex},
    macros::Scope,
};
use crate::{
    finding::Place,
    syntax::{Kind, NodeRef},
};

/// A profile that exists at a destination.
#[derive(Debug, Clone)]
pub struct ExistingProfile {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its cloud type; empty when it is not told.
    pub cloud_type: String,
    /// Its type; empty when it is not told.
    pub kind: String,
    /// The scope it is in, where that is told.
    pub scope: Option<Scope>,
    /// Where the destination folder tells it.
    pub declared: Option<ProfilePlace>,
}

/// Where a profile is told.
#[derive(Debug, Clone)]
pub enum ProfilePlace {
    /// The place.
    Known(Place),
    /// One that an index tells when it is asked for.
    Indexed(PlaceInIndex),
}

/// The profiles that exist at a destination.
#[derive(Debug, Clone, Default)]
pub(super) struct ExistingProfiles {
    /// Those that an index tells come before the others.
    indexed: Option<IndexedProfiles>,
    read: Vec<ExistingProfile>,
    /// All of them, once somebody asked, where there is an index.
    all: OnceLock<Vec<ExistingProfile>>,
}

impl From<Vec<ExistingProfile>> for ExistingProfiles {
    fn from(read: Vec<ExistingProfile>) -> Self {
        Self {
            read,
            ..Self::default()
        }
    }
}

impl From<IndexedProfiles> for ExistingProfiles {
    fn from(indexed: IndexedProfiles) -> Self {
        Self {
            indexed: Some(indexed),
            ..Self::default()
        }
    }
}

impl ExistingProfiles {
    /// Adds some behind the others.
    pub(super) fn extend(&mut self, profiles: Vec<ExistingProfile>) {
        self.read.extend(profiles);
        self.all.take();
    }

    /// All of them.
    pub(super) fn all(&self) -> &[ExistingProfile] {
        match &self.indexed {
            None => &self.read,
            Some(indexed) => self.all.get_or_init(|| {
                let read = self.read.iter().cloned();
                indexed.profiles().into_iter().chain(read).collect()
            }),
        }
    }

    /// Those with this name.
    pub(super) fn named<'n>(
        &self,
        name: &'n str,
    ) -> impl Iterator<Item = &ExistingProfile> + use<'_, 'n> {
        let is_in_index = |indexed: &IndexedProfiles| indexed.may_have(name);
        // Most profiles that are checked are new, and those of an index are not made for them.
        let among = if self.indexed.as_ref().is_none_or(is_in_index) {
            self.all()
        } else {
            &self.read
        };
        among.iter().filter(move |profile| profile.name == name)
    }
}

impl ExistingProfile {
    /// The same, told at a place.
    pub(super) fn told_at(self, place: Place) -> Self {
        Self {
            declared: Some(ProfilePlace::Known(place)),
            ..self
        }
    }

    /// Where the destination folder tells it.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        match self.declared.as_ref()? {
            ProfilePlace::Known(place) => Some(place.clone()),
            ProfilePlace::Indexed(indexed) => indexed.place(),
        }
    }
}

/// The types of profiles (`v1ProfileType` of the Palette API).
const TYPES: [&str; 4] = ["cluster", "infra", "add-on", "system"];

/// The profiles in a document: an export, an API answer about one profile, a list of either, or a list of metadata.
/// Each with the node that names it. `None` when it is none of these.
#[must_use]
pub fn profiles_in(root: NodeRef<'_>) -> Option<Vec<(ExistingProfile, NodeRef<'_>)>> {
    let items = match root.kind() {
        Kind::Array => root,
        _ => match root.get("items") {
            Some(items) => items,
            None => return one(root).map(|profile| vec![profile]),
        },
    };
    Some(items.items().filter_map(one).collect())
}

fn one(node: NodeRef<'_>) -> Option<(ExistingProfile, NodeRef<'_>)> {
    let named = node
        .at(&["metadata", "name"])
        .or_else(|| node.get("name"))?;
    let first_text = |paths: &[&[&str]]| {
        paths
            .iter()
            .filter_map(|path| node.at(path))
            .map(NodeRef::text)
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .into_owned()
    };
    let version = first_text(&[
        &["spec", "version"],
        &["spec", "published", "profileVersion"],
        &["specSummary", "version"],
        &["specSummary", "published", "profileVersion"],
        &["version"],
    ]);
    let cloud_type = first_text(&[
        &["spec", "cloudType"],
        &["spec", "template", "cloudType"],
        &["spec", "published", "cloudType"],
        &["specSummary", "published", "cloudType"],
        &["cloudType"],
    ]);
    // Other documents have other types at the same keys.
    let kind = Some(first_text(&[
        &["spec", "template", "type"],
        &["spec", "published", "type"],
        &["specSummary", "published", "type"],
        &["spec", "type"],
        &["type"],
    ]))
    .filter(|kind| TYPES.contains(&kind.as_str()));
    let profile = ExistingProfile {
        name: named.text().into_owned(),
        version: if version.is_empty() {
            crate::profile::DEFAULT_VERSION.to_owned()
        } else {
            version
        },
        cloud_type,
        kind: kind.unwrap_or_default(),
        scope: Scope::named(&first_text(&[
            &["metadata", "annotations", "scope"],
            &["scope"],
        ])),
        declared: None,
    };
    Some((profile, named))
}
