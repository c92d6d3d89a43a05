//! Which registry of a destination serves which pack, and why; and whether the profile's name is free there.
//!
//! Decided once for each profile and destination. Rules, plan and rewrite read the answers, none decides again.

use std::{borrow::Cow, cell::LazyCell, collections::BTreeMap};

use crate::{
    date::Date,
    destination::{
        ContentFamily, Destination, ExistingProfile, HeldPack, Listing, Match, PackVersion,
        Registry, Scope, version,
    },
    profile::{Embedded, EmbeddedReference, Pack, Part, Profile, ProfileDocument},
    suggest::{self, Suggester},
    syntax::{NodeRef, reference::Family},
};

/// How many near misses an answer carries.
const NEAR: usize = 3;

/// Choices the user made for this run.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// `--registry PACK=NAME`.
    pub registries: BTreeMap<String, String>,
    /// `--strict-selection`: the same uid or name at the destination does not decide.
    pub strict_selection: bool,
}

/// Why a registry was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// `--registry`.
    Flag,
    /// `select.packs` of the destination file.
    SelectPacks,
    /// `select.registries` of the destination file.
    SelectRegistries,
    /// It has the uid of the registry in the file.
    SameUid,
    /// It has the name of the registry in the file.
    SameName,
    /// No other registry holds the pack.
    OnlyCandidate,
    /// `select.prefer` of the destination file.
    Prefer,
    /// A system profile takes the default registry.
    SystemDefault,
}

impl Why {
    /// The reason in words, to follow "because".
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Flag => "`--registry` says so",
            Self::SelectPacks => "`select.packs` says so",
            Self::SelectRegistries => "`select.registries` says so",
            Self::SameUid => "it has the same uid",
            Self::SameName => "it has the same name",
            Self::OnlyCandidate => "no other registry holds the pack",
            Self::Prefer => "`select.prefer` names it first",
            Self::SystemDefault => "system profiles take the default registry",
        }
    }

    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::SelectPacks => "select-packs",
            Self::SelectRegistries => "select-registries",
            Self::SameUid => "same-uid",
            Self::SameName => "same-name",
            Self::OnlyCandidate => "only-candidate",
            Self::Prefer => "prefer",
            Self::SystemDefault => "system-default",
        }
    }
}

/// A registry that was chosen for a pack.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'d> {
    /// The registry's number at the destination.
    pub registry: usize,
    /// Why it was chosen.
    pub why: Why,
    /// The version found there, and by what; `None` when the registry cannot be listed.
    pub found: Option<(Match, &'d PackVersion)>,
    /// The pack there, with all its versions, if one was found.
    held: Option<&'d HeldPack>,
}

/// What a destination says to a pack.
#[derive(Debug, Clone)]
pub enum PackAnswer<'d> {
    /// A manifest pack: it needs no registry.
    NotNeeded,
    /// The destination tells no registries.
    NotChecked,
    /// A registry serves it.
    Chosen(Choice<'d>),
    /// Several registries serve it and nothing decides between them: their numbers.
    Ambiguous(Vec<usize>),
    /// No registry holds a pack of this name: the names that come close.
    MissingPack {
        /// Close names, the closest first.
        near: Vec<&'d str>,
        /// The registry that the user chose for it, which is not among those that hold it.
        chosen: Option<String>,
    },
    /// Registries hold the pack, but not in this version.
    MissingVersion {
        /// What the file asks for: its tag, or without one its version.
        wanted: String,
        /// The registries that hold the pack.
        registries: Vec<usize>,
        /// The nearest versions.
        nearest: Vec<&'d PackVersion>,
        /// Whether the user chose the registry, so that others may have the version.
        is_chosen: bool,
    },
    /// Registries that cannot be listed may hold it.
    Unverifiable {
        /// Their numbers.
        registries: Vec<usize>,
        /// The one that was chosen all the same, because the user or the file names it.
        chosen: Option<Choice<'d>>,
    },
}

/// What a destination says to a profile.
#[derive(Debug, Clone)]
pub struct Resolution<'d> {
    /// The destination.
    pub destination: &'d Destination,
    /// Its answer to each pack, in the order of the stack.
    pub packs: Vec<PackAnswer<'d>>,
    /// The profile there that has the same name and version.
    pub existing: Option<&'d ExistingProfile>,
}

impl<'d> Resolution<'d> {
    /// Joins a profile and a destination.
    #[must_use]
    pub fn new(profile: Profile<'_>, destination: &'d Destination, choices: &Choices) -> Self {
        let is_system = profile.kind() == "system";
        let mut suggester = LazyCell::new(|| Suggester::new(destination.pack_names()));
        let packs = profile
            .packs()
            .map(|pack| {
                let mut answer = PackResolver::new(destination, choices, pack, is_system).answer();
                if let PackAnswer::MissingPack { near, chosen: None } = &mut answer {
                    near.extend(near_names(pack, &mut suggester));
                }
                answer
            })
            .collect();
        let (name, version) = (profile.name(), profile.version());
        let existing = destination.profile(&name, &version);
        Self {
            destination,
            packs,
            existing,
        }
    }

    /// The choice made for a pack, verified or not.
    #[must_use]
    pub fn choice(&self, pack_index: usize) -> Option<&Choice<'d>> {
        match self.packs.get(pack_index)? {
            PackAnswer::Chosen(choice) => Some(choice),
            PackAnswer::Unverifiable { chosen, .. } => chosen.as_ref(),
            _ => None,
        }
    }

    /// What a registry would give for a pack, if it holds it: of several that hold it, each is a candidate.
    #[must_use]
    pub fn candidate<'p>(&self, pack: Pack<'p>, registry: usize) -> Option<Found<'p, 'd>> {
        let destination = self.destination;
        let names = pack.registry_names();
        let held = names.iter().flat_map(|name| destination.pack(name));
        let (held, (by, version)) = held
            .filter(|held| held.registry == registry)
            .find_map(|held| Some((held, held.find(&pack.tag(), &pack.version())?)))?;
        Some(Found {
            pack,
            registry: destination.registry(registry)?,
            held,
            by,
            version,
            destination,
        })
    }

    /// The references of a profile to macros that the destination does not have, with the names of the macros; none
    /// where it does not tell its macros.
    pub fn missing_macros<'p>(
        &self,
        document: &'p ProfileDocument,
    ) -> impl Iterator<Item = (&'p Embedded, &'p EmbeddedReference, &'p Part)> + use<'p, 'd> {
        let macros = self.destination.macros();
        let references = document.references().filter(|_| macros.is_told());
        references.filter_map(|(embedded, reference)| {
            let name = reference.name_in(Family::Macro)?;
            let is_missing = macros.find(&name.text).is_none();
            is_missing.then_some((embedded, reference, name))
        })
    }

    /// Whether the destination leaves out a scope that people define macros in: then a macro that is not among those it
    /// tells may well be there.
    #[must_use]
    pub fn may_have_other_macros(&self) -> bool {
        let untold = self.destination.macros().untold();
        let in_project =
            self.destination.scope() == Scope::Project && untold.contains(&Scope::Project);
        in_project || untold.contains(&Scope::Tenant)
    }

    /// The packs of a profile that were found, with what was found of each.
    pub fn found<'p>(&self, packs: &[Pack<'p>]) -> impl Iterator<Item = Found<'p, 'd>> {
        packs.iter().filter_map(|pack| Found::new(self, *pack))
    }

    /// The version of a pack at the destination, where it was found.
    #[must_use]
    pub fn version_of(&self, pack_index: usize) -> Option<&'d PackVersion> {
        self.choice(pack_index)?.found.map(|(_, version)| version)
    }
}

/// A pack of a profile together with the version that an import would take.
#[derive(Debug, Clone, Copy)]
pub struct Found<'p, 'd> {
    /// The pack in the profile.
    pub pack: Pack<'p>,
    /// The registry that was chosen for it.
    pub registry: &'d Registry,
    /// The pack there, with all its versions.
    pub held: &'d HeldPack,
    /// By what the version was found.
    pub by: Match,
    /// The version.
    pub version: &'d PackVersion,
    destination: &'d Destination,
}

impl<'p, 'd> Found<'p, 'd> {
    fn new(resolution: &Resolution<'d>, pack: Pack<'p>) -> Option<Self> {
        let choice = resolution.choice(pack.index())?;
        let (by, version) = choice.found?;
        let destination = resolution.destination;
        Some(Self {
            pack,
            registry: destination.registry(choice.registry)?,
            held: choice.held?,
            by,
            version,
            destination,
        })
    }

    /// The pack and the version that is taken, in words: with what the profile asks for, where that is not the version.
    #[must_use]
    pub fn name(&self) -> String {
        let (name, version) = (self.pack.name(), &self.version.version);
        let tag = self.pack.tag();
        if tag.is_empty() || self.by != Match::Tag || version::same(&tag, version) {
            format!("pack `{name}` {version}")
        } else {
            format!("pack `{name}` {version} (tag `{tag}`)")
        }
    }

    /// Where it is, in words.
    #[must_use]
    pub fn location(&self) -> String {
        let destination = self.destination.name();
        format!("in {} of destination `{destination}`", self.registry)
    }

    /// The node that asks for the version; the name where nothing does.
    #[must_use]
    pub fn node(&self) -> Option<NodeRef<'p>> {
        self.pack.version_node().or_else(|| self.pack.name_node())
    }

    /// What to do about a version that should not be taken: the nearest ones in the registry that nothing speaks
    /// against, newer ones before older ones.
    #[must_use]
    pub fn advice(&self, today: Date) -> String {
        let wanted = self.version.version.as_str();
        let current = self.held.versions.iter();
        let current = current.filter(|version| version.life.is_current(today));
        let (newer, older): (Vec<_>, Vec<_>) = current
            .map(|version| version.version.as_str())
            .filter(|version| !version::same(version, wanted))
            .partition(|version| version::compare(version, wanted).is_gt());
        let nearest = |versions: Vec<&'d str>| {
            let mut nearest = version::nearest(wanted, versions);
            nearest.truncate(NEAR);
            suggest::list(&nearest)
        };
        if !newer.is_empty() {
            format!("newer there: {}", nearest(newer))
        } else if !older.is_empty() {
            format!("nothing newer is there; older: {}", nearest(older))
        } else {
            "no other version to take is known there".to_owned()
        }
    }
}

/// Names of packs at the destination that come close to that of a pack.
fn near_names<'d>(pack: Pack<'_>, suggester: &mut Suggester<'d>) -> Vec<&'d str> {
    let names = pack.registry_names();
    let Some(name) = names.first() else {
        return Vec::new();
    };
    let near = suggester.ranked(name).iter().copied();
    near.filter(|near| !names.iter().any(|name| name == near))
        .take(NEAR)
        .collect()
}

/// A registry that may serve a pack.
#[derive(Debug, Clone, Copy)]
struct Candidate<'d> {
    registry: usize,
    found: Option<(Match, &'d PackVersion)>,
    held: Option<&'d HeldPack>,
}

struct PackResolver<'d, 'p> {
    destination: &'d Destination,
    choices: &'p Choices,
    pack: Pack<'p>,
    /// The names it may have in a registry.
    names: Vec<Cow<'p, str>>,
    is_system: bool,
    family: ContentFamily,
}

impl<'d, 'p> PackResolver<'d, 'p> {
    fn new(
        destination: &'d Destination,
        choices: &'p Choices,
        pack: Pack<'p>,
        is_system: bool,
    ) -> Self {
        let family = ContentFamily::of_pack(&pack.kind(), &pack.registry_text("providerType"));
        Self {
            destination,
            choices,
            pack,
            names: pack.registry_names(),
            is_system,
            family,
        }
    }

    fn answer(&self) -> PackAnswer<'d> {
        if self.pack.is_manifest() {
            return PackAnswer::NotNeeded;
        }
        if !self.destination.tells_registries() {
            return PackAnswer::NotChecked;
        }
        let mut verified = self.verified();
        let mut unlistable = self.unlistable();
        let named = self.named_choice();
        let chosen = named.map(|(name, _)| name);
        if let Some(chosen) = chosen {
            let is_chosen = |candidate: &Candidate<'d>| {
                self.registry(candidate.registry)
                    .is_some_and(|registry| registry.name == *chosen)
            };
            verified.retain(is_chosen);
            unlistable.retain(is_chosen);
        }
        if let Some((choice, is_verified)) =
            self.decided(&verified, &unlistable, named.map(|(_, why)| why))
        {
            if is_verified {
                return PackAnswer::Chosen(choice);
            }
            return PackAnswer::Unverifiable {
                registries: vec![choice.registry],
                chosen: Some(choice),
            };
        }
        match verified.as_slice() {
            [] => match chosen {
                Some(chosen) => self.not_in_chosen(chosen),
                None => self.none(&unlistable),
            },
            [only] => PackAnswer::Chosen(only.chosen(Why::OnlyCandidate)),
            several => self.preferred(several).map_or_else(
                || PackAnswer::Ambiguous(numbers(several)),
                PackAnswer::Chosen,
            ),
        }
    }

    /// Steps 1 to 4: what the user says, and the registry the file names. Those may fall on a registry that cannot
    /// be listed.
    fn decided(
        &self,
        verified: &[Candidate<'d>],
        unlistable: &[Candidate<'d>],
        named: Option<Why>,
    ) -> Option<(Choice<'d>, bool)> {
        let first = |matches: &dyn Fn(&Registry) -> bool, why: Why| {
            let only = |candidates: &[Candidate<'d>]| {
                let mut matching = candidates
                    .iter()
                    .filter(|candidate| self.registry(candidate.registry).is_some_and(matches));
                let first = matching.next()?;
                // Two registries of one name decide nothing.
                matching.next().is_none().then(|| first.chosen(why))
            };
            let verified = only(verified).map(|choice| (choice, true));
            verified.or_else(|| only(unlistable).map(|choice| (choice, false)))
        };
        if let Some(why) = named {
            return first(&|_| true, why);
        }
        let source_name = self.pack.registry_text("name");
        let source_uid = self.pack.registry_text("uid");
        if let Some(name) = self
            .destination
            .select()
            .registries
            .get(source_name.as_ref())
            && let Some(choice) = first(&|registry| registry.name == *name, Why::SelectRegistries)
        {
            return Some(choice);
        }
        if self.choices.strict_selection {
            return None;
        }
        let same_uid = || {
            first(
                &|registry| !source_uid.is_empty() && registry.uid == source_uid,
                Why::SameUid,
            )
        };
        let same_name = || {
            first(
                &|registry| !source_name.is_empty() && registry.name == source_name,
                Why::SameName,
            )
        };
        same_uid().or_else(same_name)
    }

    /// Steps 6 and 7.
    fn preferred(&self, candidates: &[Candidate<'d>]) -> Option<Choice<'d>> {
        let named = |name: &str| {
            let mut of_name = candidates.iter().filter(|candidate| {
                self.registry(candidate.registry)
                    .is_some_and(|registry| registry.name == name)
            });
            let first = of_name.next()?;
            // Two registries of one name decide nothing.
            of_name.next().is_none().then_some(first)
        };
        let prefer = &self.destination.select().prefer;
        if let Some(candidate) = prefer.iter().find_map(|name| named(name)) {
            return Some(candidate.chosen(Why::Prefer));
        }
        if !self.is_system {
            return None;
        }
        let is_default = |candidate: &&Candidate<'d>| {
            self.registry(candidate.registry)
                .is_some_and(|registry| registry.is_default)
        };
        named("Public Repo")
            .or_else(|| candidates.iter().find(is_default))
            .map(|candidate| candidate.chosen(Why::SystemDefault))
    }

    /// The registry that the user chose does not serve the pack.
    fn not_in_chosen(&self, chosen: &str) -> PackAnswer<'d> {
        let is_chosen = |number: usize| {
            self.registry(number)
                .is_some_and(|registry| registry.name == chosen)
        };
        for name in &self.names {
            let held = self.holding(name);
            let held: Vec<_> = held.filter(|held| is_chosen(held.registry)).collect();
            if !held.is_empty() {
                return self.missing_version(&held, true);
            }
        }
        PackAnswer::MissingPack {
            near: Vec::new(),
            chosen: Some(chosen.to_owned()),
        }
    }

    fn missing_version(&self, held: &[&'d HeldPack], is_chosen: bool) -> PackAnswer<'d> {
        let tag = self.pack.tag();
        let wanted = if tag.is_empty() {
            self.pack.version()
        } else {
            tag
        };
        let goal = self.pack.version();
        let goal = if goal.is_empty() {
            wanted.clone()
        } else {
            goal
        };
        let versions = || held.iter().flat_map(|held| &held.versions);
        let names = version::nearest(&goal, versions().map(|version| version.version.as_str()));
        let nearest = names.iter().take(NEAR);
        PackAnswer::MissingVersion {
            is_chosen,
            wanted: wanted.into_owned(),
            registries: held.iter().map(|held| held.registry).collect(),
            nearest: nearest
                .filter_map(|name| versions().find(|version| version.version == **name))
                .collect(),
        }
    }

    /// Nothing serves the pack: missing, or not to be known.
    fn none(&self, unlistable: &[Candidate<'d>]) -> PackAnswer<'d> {
        if !unlistable.is_empty() && !self.source_is_listed() {
            return PackAnswer::Unverifiable {
                registries: numbers(unlistable),
                chosen: None,
            };
        }
        for name in &self.names {
            let held: Vec<_> = self.holding(name).collect();
            if !held.is_empty() {
                return self.missing_version(&held, false);
            }
        }
        PackAnswer::MissingPack {
            near: Vec::new(),
            chosen: None,
        }
    }

    /// Registries of the destination that hold the pack's name, whatever the version.
    fn holding(&self, name: &str) -> impl Iterator<Item = &'d HeldPack> {
        self.destination.pack(name).iter().filter(|held| {
            self.registry(held.registry)
                .is_some_and(|registry| self.serves(registry))
        })
    }

    /// Registries that hold the pack in the wanted version.
    fn verified(&self) -> Vec<Candidate<'d>> {
        let (tag, wanted_version) = (self.pack.tag(), self.pack.version());
        for name in &self.names {
            let found = self.holding(name).filter_map(|held| {
                Some(Candidate {
                    registry: held.registry,
                    found: Some(held.find(&tag, &wanted_version)?),
                    held: Some(held),
                })
            });
            let found: Vec<_> = found.collect();
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// Registries that may hold it, for all that is known.
    fn unlistable(&self) -> Vec<Candidate<'d>> {
        let all_versions_known = |number: usize| {
            self.names.iter().any(|name| {
                self.destination
                    .pack(name)
                    .iter()
                    .any(|held| held.registry == number && held.complete)
            })
        };
        let registries = self.destination.registries().iter().enumerate();
        registries
            .filter(|(number, registry)| {
                self.serves(registry)
                    && registry.unlistable().is_some()
                    // What the server does not synchronise may have changed since it was written down.
                    && (registry.is_unsynchronised() || !all_versions_known(*number))
            })
            .map(|(registry, _)| Candidate {
                registry,
                found: None,
                held: None,
            })
            .collect()
    }

    /// Whether the registry that the pack came from has a counterpart here that is known in full: then a pack that
    /// is not in it is missing, whatever other registries may hold.
    fn source_is_listed(&self) -> bool {
        let source = self.pack.registry_text("name");
        let uid = self.pack.registry_text("uid");
        let mapped = self.destination.select().registries.get(source.as_ref());
        let name = mapped.map_or(source.as_ref(), String::as_str);
        self.destination.registries().iter().any(|registry| {
            let is_counterpart = (!name.is_empty() && registry.name == name)
                || (!uid.is_empty() && registry.uid == uid);
            is_counterpart
                && registry.listing == Listing::Complete
                && registry.unlistable().is_none()
                && self.serves(registry)
        })
    }

    fn serves(&self, registry: &Registry) -> bool {
        // Zarf packages are add-ons only.
        let zarf_in_core = registry.provider_type == "zarf" && self.pack.layer() != "addon";
        registry.can_serve(self.family) && !zarf_in_core
    }

    /// The registry the user names for this pack.
    fn named_choice(&self) -> Option<(&'p str, Why)>
    where
        'd: 'p,
    {
        // What is said of one of several packs wins over what is said of all.
        if self.choices.registries.is_empty() && self.destination.select().packs.is_empty() {
            return None;
        }
        let mut names = vec![self.pack.name()];
        names.extend(self.names.iter().cloned());
        let named_in = |map: &'p BTreeMap<String, String>| {
            names
                .iter()
                .find_map(|name| map.get(name.as_ref()))
                .map(String::as_str)
        };
        let flag = named_in(&self.choices.registries).map(|name| (name, Why::Flag));
        let selected =
            || named_in(&self.destination.select().packs).map(|name| (name, Why::SelectPacks));
        flag.or_else(selected)
    }

    fn registry(&self, number: usize) -> Option<&'d Registry> {
        self.destination.registry(number)
    }
}

impl<'d> Candidate<'d> {
    fn chosen(&self, why: Why) -> Choice<'d> {
        Choice {
            registry: self.registry,
            why,
            found: self.found,
            held: self.held,
        }
    }
}

fn numbers(candidates: &[Candidate<'_>]) -> Vec<usize> {
    candidates
        .iter()
        .map(|candidate| candidate.registry)
        .collect()
}
