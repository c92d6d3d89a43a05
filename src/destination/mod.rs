//! The local description of a destination: its registries and packs, macros, and the profiles that exist there.
//!
//! Loaded once, indexed, never changed. Every part is optional; what is absent is not checked, and
//! [`Destination::not_checked`] says so. The values of packs are read only when a profile needs them.

mod answers;
mod config;
mod dependency;
mod existing;
mod file;
mod index;
mod life_cycle;
mod load;
mod macros;
mod own_values;
mod pack_schema;
mod packs;
mod registry;
pub mod version;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

pub use answers::registry as registry_of;
pub use dependency::{Dependency, DependencyKind, Side, VersionRange};
use existing::ExistingProfiles;
pub use existing::{ExistingProfile, profiles_in};
pub use file::Declaration;
pub use index::IndexFolder;
pub use life_cycle::{LifeCycle, Stage, Told};
pub use load::LoadError;
pub use macros::{Macros, Scope, macro_value, names_in};
pub use own_values::OwnValues;
pub use pack_schema::{PackSchema, Template, ValueRule};
pub use registry::{
    Clouds, ContentFamily, HeldPack, Listing, Match, PackVersion, Registry, RegistryKind,
};

use index::Confirmation;
use packs::Packs;

use crate::{
    finding::{Place, Related},
    hosts::{HostPattern, Mention},
};

/// The choices of `select` in the destination file: answers to the wizard's "Select repositories".
#[derive(Debug, Clone, Default)]
pub struct Select {
    /// Pack name to registry name.
    pub packs: BTreeMap<String, String>,
    /// Source registry name to registry name here.
    pub registries: BTreeMap<String, String>,
    /// Registry names, the preferred one first.
    pub prefer: Vec<String>,
}

/// The hosts that can be reached from the destination: `hosts.allow` of the destination file.
#[derive(Debug, Clone)]
pub struct AllowedHosts {
    /// The patterns, in the order of the file.
    pub patterns: Vec<HostPattern>,
    /// Where they are told.
    pub place: Place,
}

impl AllowedHosts {
    /// Whether a host can be reached.
    #[must_use]
    pub fn allows(&self, mention: &Mention) -> bool {
        self.patterns.iter().any(|pattern| pattern.allows(mention))
    }
}

/// What is wrong with a destination folder itself.
#[derive(Debug, Clone)]
pub struct DestinationFault {
    /// What kind of fault it is.
    pub kind: FaultKind,
    /// Where.
    pub place: Place,
    /// What was found and what would be right.
    pub message: String,
    /// What could be meant.
    pub help: Option<String>,
    /// Another place that has to do with it.
    pub related: Option<Related>,
}

impl DestinationFault {
    /// A fault without advice.
    fn new(kind: FaultKind, place: Place, message: impl Into<String>) -> Self {
        Self {
            kind,
            place,
            message: message.into(),
            help: None,
            related: None,
        }
    }

    /// The same with advice.
    fn with_help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

/// The kinds of faults a destination folder can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Not JSON, or not YAML.
    Syntax,
    /// A key twice in one object.
    DuplicateKey,
    /// Not what the schema allows.
    Schema,
    /// A field the schema does not know.
    UnknownField,
    /// A registry that is told twice, and not the same.
    DuplicateRegistry,
    /// Registries that hold the same packs, with nothing that chooses between them.
    OverlappingRegistries,
    /// A macro without a name or a value.
    EmptyMacro,
    /// A preference for a registry that the destination does not have.
    UnknownPreference,
    /// A file that is left out; [`Destination::unread`] names it as well.
    Unread,
}

/// A destination.
#[derive(Debug, Clone, Default)]
pub struct Destination {
    name: Arc<str>,
    folder: PathBuf,
    config_file: PathBuf,
    scope: Option<Scope>,
    registries: Vec<Registry>,
    registries_told: bool,
    packs: Packs,
    macros: Macros,
    profiles: Option<ExistingProfiles>,
    select: Select,
    allowed_hosts: Option<AllowedHosts>,
    faults: Vec<DestinationFault>,
    unread: Vec<String>,
    /// Where an index told its registries.
    confirmation: Option<Confirmation>,
}

impl Destination {
    /// Loads a destination folder.
    ///
    /// # Errors
    ///
    /// [`LoadError`] when the folder is not there or cannot be read. What is wrong inside of it is kept in
    /// [`Destination::faults`] and [`Destination::unread`].
    pub fn load(folder: &Path, max_file_size: u64) -> Result<Self, LoadError> {
        load::load(folder, max_file_size, None)
    }

    /// The same with the help of an index that an earlier run has written, where nothing was changed since; otherwise one
    /// is written for the next run. The destination is the same one, with an index or without.
    ///
    /// # Errors
    ///
    /// As those of [`Destination::load`]. An index that cannot be read or written is no error.
    pub fn load_indexed(
        folder: &Path,
        max_file_size: u64,
        indexes: &IndexFolder,
    ) -> Result<Self, LoadError> {
        let ahead = Self::load_ahead(folder, max_file_size, indexes)?;
        match ahead.filter(Self::is_confirmed) {
            Some(confirmed) => Ok(confirmed),
            None => Self::load_anew(folder, max_file_size, indexes),
        }
    }

    /// The same before it is known whether the index is up to date; `None` where there is none. Ask
    /// [`Destination::is_confirmed`] before anything that was found with it is told, or written.
    ///
    /// # Errors
    ///
    /// As those of [`Destination::load`].
    pub fn load_ahead(
        folder: &Path,
        max_file_size: u64,
        indexes: &IndexFolder,
    ) -> Result<Option<Self>, LoadError> {
        load::load_ahead(folder, max_file_size, indexes)
    }

    /// The same without the index that is there, which is written anew.
    ///
    /// # Errors
    ///
    /// As those of [`Destination::load`].
    pub fn load_anew(
        folder: &Path,
        max_file_size: u64,
        indexes: &IndexFolder,
    ) -> Result<Self, LoadError> {
        load::load(folder, max_file_size, Some(indexes))
    }

    /// Whether what it has told until now is what its folder tells; waits until that is known. Files that an index names
    /// are read when they are asked for, so it may be no longer so later.
    #[must_use]
    pub fn is_confirmed(&self) -> bool {
        let confirmation = self.confirmation.as_ref();
        confirmation.is_none_or(Confirmation::is_unchanged)
    }

    /// What is told where it is not, and nothing can be done once more.
    #[must_use]
    pub fn changed_meanwhile(&self) -> String {
        format!(
            "destination `{}` was changed while it was read: run the command again",
            self.name
        )
    }

    /// Its name: of the destination file, else of the folder.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The folder it was loaded from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The destination file, in JSON or YAML; where there is none, the one that could be written.
    #[must_use]
    pub fn config_file(&self) -> &Path {
        &self.config_file
    }

    /// Where profiles are imported to; a project unless it says otherwise.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.scope.unwrap_or(Scope::Project)
    }

    /// Its registries.
    #[must_use]
    pub fn registries(&self) -> &[Registry] {
        &self.registries
    }

    /// Whether it tells registries at all.
    #[must_use]
    pub fn tells_registries(&self) -> bool {
        self.registries_told
    }

    /// The registry with this number.
    #[must_use]
    pub fn registry(&self, number: usize) -> Option<&Registry> {
        self.registries.get(number)
    }

    /// The registries that hold a pack with this name, and its versions there.
    #[must_use]
    pub fn pack(&self, name: &str) -> &[HeldPack] {
        self.packs.get(name)
    }

    /// The names of all packs, in no particular order.
    pub fn pack_names(&self) -> impl Iterator<Item = &str> {
        self.packs.names()
    }

    /// Its macros.
    #[must_use]
    pub fn macros(&self) -> &Macros {
        &self.macros
    }

    /// The profiles that exist there; `None` when it does not tell them.
    #[must_use]
    pub fn profiles(&self) -> Option<&[ExistingProfile]> {
        self.profiles.as_ref().map(ExistingProfiles::all)
    }

    /// The profile in the destination's scope that has this name and version. Names are unique within a scope.
    #[must_use]
    pub fn profile(&self, name: &str, version: &str) -> Option<&ExistingProfile> {
        self.lineage(name)
            .find(|existing| existing.version == version)
    }

    /// The profiles in the destination's scope that have this name: versions of one profile.
    pub fn lineage<'d, 'n>(
        &'d self,
        name: &'n str,
    ) -> impl Iterator<Item = &'d ExistingProfile> + use<'d, 'n> {
        let profiles = self.profiles.iter();
        profiles
            .flat_map(move |profiles| profiles.named(name))
            .filter(|existing| existing.scope.is_none_or(|scope| scope == self.scope()))
    }

    /// Answers open choices of the import, beside what the destination file says; where both say something, this counts.
    pub fn answer(&mut self, select: Select) {
        self.select.packs.extend(select.packs);
        self.select.registries.extend(select.registries);
        if !select.prefer.is_empty() {
            self.select.prefer = select.prefer;
        }
    }

    /// Promises a macro: it will be created there, in the scope of the imports, before they are made.
    pub fn promise_macro(&mut self, name: String, place: Place) {
        let scope = self.scope();
        self.macros.promise(name, scope, place);
    }

    /// Its answers to open choices.
    #[must_use]
    pub fn select(&self) -> &Select {
        &self.select
    }

    /// The hosts that can be reached from there; `None` when it does not tell them.
    #[must_use]
    pub fn allowed_hosts(&self) -> Option<&AllowedHosts> {
        self.allowed_hosts.as_ref()
    }

    /// What is wrong with the folder itself.
    #[must_use]
    pub fn faults(&self) -> &[DestinationFault] {
        &self.faults
    }

    /// Files of the folder that were left out, and why.
    #[must_use]
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// What is not checked: what the folder does not tell, its files that were left out, and what could not be read of
    /// the schemas that were needed until now.
    #[must_use]
    pub fn not_checked(&self) -> Vec<String> {
        let unread = self.unread.iter().map(String::as_str);
        let versions = self.packs.asked_for().flat_map(|held| &held.versions);
        let schemas: BTreeSet<&str> = versions.filter_map(PackVersion::unread_schema).collect();
        let unread = unread.chain(schemas);
        let unread = unread.map(|file| format!("destination file {file}"));
        self.not_told().into_iter().chain(unread).collect()
    }

    /// What is not checked because the folder does not tell it.
    fn not_told(&self) -> Vec<String> {
        let name = &self.name;
        let mut not_told = Vec::new();
        if !self.registries_told {
            not_told.push(format!("packs: `{name}` describes no registries"));
        }
        if self.macros.is_told() {
            let untold: Vec<&str> = self.macros.untold().into_iter().map(Scope::name).collect();
            if !untold.is_empty() {
                not_told.push(format!(
                    "{} macros: `{name}` does not describe them",
                    untold.join(" and ")
                ));
            }
        } else {
            not_told.push(format!("macros: `{name}` describes none"));
        }
        if self.profiles.is_none() {
            not_told.push(format!("existing profiles: `{name}` describes none"));
        }
        not_told
    }
}
