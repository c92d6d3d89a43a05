//! The packs of a destination, by their names.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use foldhash::HashMap;

use super::{
    index::IndexedPack,
    registry::{HeldPack, PackVersion},
};

/// Packs by their names.
#[derive(Debug, Clone, Default)]
pub(super) struct Packs(HashMap<String, Holders>);

/// The registries that hold a pack, and its versions there, in the order of the registries once they are joined.
#[derive(Debug, Clone, Default)]
struct Holders {
    /// Taken from the index when first asked.
    held: OnceLock<Vec<HeldPack>>,
    is_joined: bool,
    /// Where an index tells them, and nothing was added since.
    indexed: Option<IndexedPack>,
}

impl Holders {
    fn held(&self) -> &[HeldPack] {
        let take = || self.indexed.as_ref().map(IndexedPack::held);
        self.held.get_or_init(|| take().unwrap_or_default())
    }

    fn change(&mut self, change: impl FnOnce(&mut Vec<HeldPack>)) {
        self.held();
        self.indexed = None;
        if let Some(held) = self.held.get_mut() {
            change(held);
        }
    }
}

impl FromIterator<(String, IndexedPack)> for Packs {
    fn from_iter<I: IntoIterator<Item = (String, IndexedPack)>>(packs: I) -> Self {
        let holders = |indexed| Holders {
            held: OnceLock::new(),
            is_joined: true,
            indexed: Some(indexed),
        };
        let packs = packs.into_iter();
        Self(packs.map(|(name, pack)| (name, holders(pack))).collect())
    }
}

impl Packs {
    /// The registries that hold the pack with this name.
    pub(super) fn get(&self, name: &str) -> &[HeldPack] {
        self.0.get(name).map(Holders::held).unwrap_or_default()
    }

    /// The names of all packs, in no particular order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every pack with the registries that hold it, in no particular order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[HeldPack])> {
        let packs = self.0.iter();
        packs.map(|(name, holders)| (name.as_str(), holders.held()))
    }

    /// The registries that hold those packs that somebody has asked for.
    pub(super) fn asked_for(&self) -> impl Iterator<Item = &HeldPack> {
        let held = self.0.values().filter_map(|holders| holders.held.get());
        held.flatten()
    }

    /// The registries that hold one version of a pack, for each version of each pack that several of them hold.
    pub(super) fn shared(&self) -> impl Iterator<Item = (&str, Cow<'_, BTreeSet<Vec<usize>>>)> {
        self.0.iter().map(|(name, holders)| {
            let shared = match &holders.indexed {
                Some(indexed) => Cow::Borrowed(indexed.shared()),
                None => Cow::Owned(shared(holders.held())),
            };
            (name.as_str(), shared)
        })
    }

    /// Adds versions that a registry holds.
    pub(super) fn hold(
        &mut self,
        registry: usize,
        name: String,
        versions: Vec<PackVersion>,
        complete: bool,
    ) {
        let holders = self.0.entry(name).or_default();
        holders.is_joined = false;
        holders.change(
            |held| match held.iter_mut().find(|held| held.registry == registry) {
                Some(held) => {
                    held.versions.extend(versions);
                    held.complete |= complete;
                }
                None => held.push(HeldPack {
                    registry,
                    versions,
                    complete,
                    order: OnceLock::new(),
                }),
            },
        );
    }

    /// Puts what was added in the order of the registries, and tells of every version what any file tells of it.
    pub(super) fn join(&mut self) {
        for holders in self.0.values_mut().filter(|holders| !holders.is_joined) {
            holders.change(|held| {
                held.sort_by_key(|held| held.registry);
                held.iter_mut().for_each(HeldPack::join_told);
            });
            holders.is_joined = true;
        }
    }
}

/// The registries that hold one version of a pack, for each version that several of them hold; `held` is in their order.
pub(super) fn shared(held: &[HeldPack]) -> BTreeSet<Vec<usize>> {
    if held.len() < 2 {
        return BTreeSet::new();
    }
    let mut registries: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for held in held {
        for version in &held.versions {
            let holders = registries.entry(&version.version).or_default();
            if holders.last() != Some(&held.registry) {
                holders.push(held.registry);
            }
        }
    }
    registries
        .into_values()
        .filter(|holders| holders.len() > 1)
        .collect()
}
