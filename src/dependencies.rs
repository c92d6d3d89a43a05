//! What the packs of a profile ask of each other, by their `pack.json` at a destination.

use std::{borrow::Cow, cell::OnceCell};

use foldhash::HashSet;

use crate::{
    destination::{Dependency, DependencyKind, Destination, PackVersion, Side, version},
    profile::Pack,
    resolve::Resolution,
};

/// How many versions that would do a help names.
const MOST_FITTING: usize = 3;

/// The packs of a profile, ready to be looked up by name.
#[derive(Debug)]
pub struct Stack<'a> {
    packs: &'a [Pack<'a>],
    resolution: &'a Resolution<'a>,
    /// The names of the packs with their numbers, in order, when first asked: few packs depend on others.
    by_name: OnceCell<Vec<(Cow<'a, str>, usize)>>,
}

/// A pack that another one depends on.
#[derive(Debug)]
pub struct Found<'a> {
    /// The pack.
    pub pack: Pack<'a>,
    /// The version that the destination gives it, or without one that of the file, where it is a concrete one.
    pub version: Option<Cow<'a, str>>,
    /// Whether it is in the layer that the dependency names.
    pub is_in_layer: bool,
}

impl<'a> Stack<'a> {
    /// The packs of a profile at a destination.
    #[must_use]
    pub fn new(packs: &'a [Pack<'a>], resolution: &'a Resolution<'a>) -> Self {
        Self {
            packs,
            resolution,
            by_name: OnceCell::new(),
        }
    }

    /// The numbers of the packs with a name.
    fn named(&self, name: &str) -> impl Iterator<Item = usize> {
        let by_name = self.by_name.get_or_init(|| {
            let packs = self.packs.iter();
            let mut by_name: Vec<_> = packs
                .flat_map(|pack| {
                    let names = pack.registry_names().into_iter();
                    names.map(|name| (name, pack.index()))
                })
                .collect();
            by_name.sort();
            by_name
        });
        let first = by_name.partition_point(|(known, _)| known.as_ref() < name);
        let last = by_name.partition_point(|(known, _)| known.as_ref() <= name);
        let named = by_name.get(first..last).unwrap_or_default().iter();
        named.map(|(_, number)| *number)
    }

    /// What its packs ask for in this way. Of packs that are the same at the destination only the first one asks.
    pub fn asked(&self, kind: DependencyKind) -> impl Iterator<Item = (Pack<'a>, &'a Dependency)> {
        let mut seen: HashSet<*const PackVersion> = HashSet::default();
        self.packs
            .iter()
            .filter_map(move |&pack| {
                let version = self.resolution.version_of(pack.index())?;
                let asks = !version.dependencies.is_empty();
                (asks && seen.insert(std::ptr::from_ref(version))).then_some((pack, version))
            })
            .flat_map(|(pack, version)| {
                let dependencies = version.dependencies.iter();
                dependencies.map(move |dependency| (pack, dependency))
            })
            .filter(move |(_, dependency)| dependency.kind == kind)
    }

    /// The packs other than the asking one that a dependency names.
    pub fn found(
        &self,
        asking: Pack<'a>,
        dependency: &Dependency,
    ) -> impl Iterator<Item = Found<'a>> {
        let others = self.named(&dependency.pack);
        let others = others.filter_map(move |number| {
            let pack = *self.packs.get(number)?;
            (number != asking.index()).then_some(pack)
        });
        others.map(|pack| {
            let layer = pack.layer();
            Found {
                pack,
                version: self.version(pack),
                is_in_layer: dependency.layer.is_empty()
                    || layer.is_empty()
                    || layer == dependency.layer,
            }
        })
    }

    fn version(&self, pack: Pack<'a>) -> Option<Cow<'a, str>> {
        if let Some(version) = self.resolution.version_of(pack.index()) {
            return Some(Cow::Borrowed(version.version.as_str()));
        }
        // That of a manifest pack is its own, whatever it is named after.
        let version = pack.version();
        let is_concrete = !version.is_empty() && !version::is_moving(&version);
        (is_concrete && !pack.is_manifest()).then_some(version)
    }
}

/// What a destination can do for a dependency, for the help of a finding.
#[must_use]
pub fn fitting(destination: &Destination, dependency: &Dependency) -> String {
    let (name, destination_name) = (&dependency.pack, destination.name());
    let held = destination.pack(name);
    let mut versions: Vec<&str> = held
        .iter()
        .flat_map(|held| &held.versions)
        .map(|version| version.version.as_str())
        .filter(|version| dependency.versions.side_of(version) == Some(Side::Within))
        .collect();
    versions.sort_by(|one, other| version::compare(other, one));
    versions.dedup();
    versions.truncate(MOST_FITTING);
    match versions.as_slice() {
        [] if held.is_empty() => {
            format!("`{destination_name}` does not describe a pack `{name}` either")
        }
        [] => format!("`{destination_name}` describes no version of `{name}` that would do"),
        versions => format!("`{destination_name}` has `{name}` {}", versions.join(", ")),
    }
}
