//! The decisions for one profile: what changes, and why.

use std::{collections::BTreeSet, path::Path};

use crate::{
    destination::{Match, Registry, RegistryKind},
    finding::Level,
    masks::{Mask, MaskedPlace, masks},
    profile::{Pack, Profile, ProfileDocument},
    resolve::{Choice, PackAnswer, Resolution},
    source::shown_path,
    syntax::{Kind, NodeRef, edit::Scalar},
};

use super::{
    change::Change,
    names::NameVersion,
    secrets::{NoSecret, Secret, Secrets},
};

/// What a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The profile's name.
    Name,
    /// The profile's version.
    Version,
    /// A pack's registry.
    Registry,
    /// A pack's type.
    PackType,
    /// A pack's version or tag.
    PackVersion,
    /// A secret that is filled in.
    Secret,
}

impl Subject {
    /// Its name in machine-readable output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Version => "version",
            Self::Registry => "registry",
            Self::PackType => "pack-type",
            Self::PackVersion => "pack-version",
            Self::Secret => "secret",
        }
    }
}

/// A decision, for people and programs. Holds no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it is about.
    pub subject: Subject,
    /// The pack it is about.
    pub pack: Option<String>,
    /// What stands in the file.
    pub from: String,
    /// What will stand there.
    pub to: String,
    /// Whether anything changes by it. A registry may keep its name and get another uid.
    pub changed: bool,
    /// Why, to follow "because".
    pub why: String,
}

/// The plan for one profile.
#[derive(Debug, Default)]
pub struct Plan<'t> {
    /// What was decided, also where nothing changes: a registry that stays is a decision.
    pub decisions: Vec<Decision>,
    /// The changes that follow.
    pub changes: Vec<Change<'t>>,
    /// Which of the changes write a secret, by their number.
    pub secret_changes: Vec<usize>,
    /// Why the profile cannot be written, beyond what `check` reports.
    pub blockers: Vec<String>,
}

impl<'t> Plan<'t> {
    /// Plans a profile for the destination of its resolution.
    #[must_use]
    pub fn new(
        profile: Profile<'t>,
        document: &'t ProfileDocument,
        resolution: &Resolution<'_>,
        target: &NameVersion,
        why_named: &str,
        secrets: &Secrets,
    ) -> Self {
        let mut plan = Self::default();
        plan.name(profile, target, why_named);
        for (pack, answer) in profile.packs().zip(&resolution.packs) {
            plan.pack(pack, answer, resolution);
        }
        plan.secrets(profile, document, resolution, secrets);
        plan
    }

    fn decide(
        &mut self,
        subject: Subject,
        pack: Option<Pack<'_>>,
        from: &str,
        to: &str,
        why: &str,
    ) {
        self.decisions.push(Decision {
            subject,
            pack: pack.map(|pack| pack.name().into_owned()),
            from: from.to_owned(),
            to: to.to_owned(),
            changed: from != to,
            why: why.to_owned(),
        });
    }

    fn name(&mut self, profile: Profile<'t>, target: &NameVersion, why: &str) {
        let (name, version) = (profile.name(), profile.version());
        if name != target.name {
            self.decide(Subject::Name, None, &name, &target.name, why);
            if let Some(node) = profile.name_node() {
                self.set(node, Scalar::String(target.name.clone()));
            }
        }
        if version != target.version {
            self.decide(Subject::Version, None, &version, &target.version, why);
            if let Some(spec) = profile.root().get("spec") {
                self.put(spec, "version", Scalar::String(target.version.clone()));
            }
        }
    }

    fn pack(&mut self, pack: Pack<'t>, answer: &PackAnswer<'_>, resolution: &Resolution<'_>) {
        if let Some(matching) = pack
            .registry()
            .and_then(|registry| registry.get("matchingRegistries"))
        {
            self.changes.push(Change::Remove { node: matching });
        }
        let choice = match answer {
            PackAnswer::Chosen(choice) => choice,
            PackAnswer::Unverifiable {
                chosen: Some(choice),
                ..
            } => choice,
            PackAnswer::Unverifiable { chosen: None, .. } => {
                return self.blockers.push(format!(
                    "pack `{}`: no registry can be chosen for it without being listed; name one with `--registry`",
                    pack.name()
                ));
            }
            // The rest needs no registry, or is an error that `check` reports.
            _ => return,
        };
        let Some(registry) = resolution.destination.registry(choice.registry) else {
            return;
        };
        let config_file = resolution.destination.config_file();
        self.registry(pack, registry, choice, config_file);
        self.version(pack, choice);
    }

    fn registry(
        &mut self,
        pack: Pack<'t>,
        registry: &Registry,
        choice: &Choice<'_>,
        config_file: &Path,
    ) {
        if registry.uid.is_empty() || registry.kind == RegistryKind::Unknown {
            let missing = if registry.uid.is_empty() {
                "uid"
            } else {
                "kind"
            };
            return self.blockers.push(format!(
                "pack `{}`: registry {registry} of the destination has no `{missing}`; add it to the registry's own file or to `{}`",
                pack.name(),
                shown_path(config_file),
            ));
        }
        let Some(metadata) = pack.registry_metadata() else {
            return;
        };
        let before = self.changes.len();
        let text = |text: &str| Scalar::String(text.to_owned());
        self.put(metadata, "uid", text(&registry.uid));
        self.put(metadata, "name", text(&registry.name));
        self.put(metadata, "kind", text(registry.kind.name()));
        if let Some(is_private) = registry.is_private {
            self.put(metadata, "isPrivate", Scalar::Bool(is_private));
        }
        // Only OCI registries have a provider type; one that is not told stays what it was.
        if registry.kind != RegistryKind::Oci || !registry.provider_type.is_empty() {
            self.put(metadata, "providerType", text(&registry.provider_type));
        }
        if let Some(is_sync_supported) = registry.is_sync_supported {
            self.put(metadata, "isSyncSupported", Scalar::Bool(is_sync_supported));
        }
        self.decisions.push(Decision {
            subject: Subject::Registry,
            pack: Some(pack.name().into_owned()),
            from: pack.registry_text("name").into_owned(),
            to: registry.name.clone(),
            changed: self.changes.len() > before,
            why: choice.why.reason().to_owned(),
        });
        let kind = pack.kind();
        let pack_type = registry.pack_type(&kind);
        if let Some(node) = pack.string("type").filter(|_| kind != pack_type) {
            self.decide(
                Subject::PackType,
                Some(pack),
                &kind,
                pack_type,
                "the registry's kind decides it",
            );
            self.set(node, Scalar::String(pack_type.to_owned()));
        }
    }

    /// A version that the destination spells differently, or a tag that it does not have.
    fn version(&mut self, pack: Pack<'t>, choice: &Choice<'_>) {
        let Some((found_by, found)) = choice.found else {
            return;
        };
        let (tag, version) = (pack.tag(), pack.version());
        if found_by == Match::Version {
            let why = "the tag is not there, but the version is";
            self.decide(Subject::PackVersion, Some(pack), &tag, &found.version, why);
            if let Some(node) = pack.string("tag") {
                self.set(node, Scalar::String(found.version.clone()));
            }
        }
        let spelt_differently = (found_by == Match::Version || tag.is_empty() || tag == version)
            && !version.is_empty()
            && version != found.version
            && crate::destination::version::same(&version, &found.version);
        if let Some(node) = pack.string("version").filter(|_| spelt_differently) {
            let why = "the destination spells the version so";
            self.decide(
                Subject::PackVersion,
                Some(pack),
                &version,
                &found.version,
                why,
            );
            self.set(node, Scalar::String(found.version.clone()));
        }
    }

    fn secrets(
        &mut self,
        profile: Profile<'t>,
        document: &'t ProfileDocument,
        resolution: &Resolution<'_>,
        secrets: &Secrets,
    ) {
        let (name, version) = (profile.name(), profile.version());
        let mut filled = BTreeSet::new();
        for mask in masks(profile, document, std::slice::from_ref(resolution)) {
            let value = match &mask.place {
                MaskedPlace::Variable { name: variable, .. } => {
                    let given = secrets.variable(&name, &version, variable);
                    let what = format!("variables.{variable}");
                    self.secret(&mask, None, what, given, &mut filled);
                    continue;
                }
                MaskedPlace::Embedded { path, .. } => path,
            };
            // Each pack that shares the value has to ask for it.
            for pack in &mask.packs {
                let given = secrets.value(&name, &version, pack, value);
                self.secret(&mask, Some(pack), value.clone(), given, &mut filled);
            }
        }
    }

    /// Fills in a masked value, as one of a pack if it is one.
    fn secret(
        &mut self,
        mask: &Mask<'t>,
        pack: Option<&str>,
        what: String,
        given: Result<Option<Secret>, NoSecret>,
        filled: &mut BTreeSet<(Option<String>, String)>,
    ) {
        let secret = match given {
            Ok(Some(secret)) => secret,
            Ok(None) => return,
            Err(no_secret) => {
                if mask.level == Level::Error {
                    self.blockers.push(format!("`{what}`: {no_secret}"));
                }
                return;
            }
        };
        let pack = pack.map(str::to_owned);
        if !filled.insert((pack.clone(), what.clone())) {
            self.blockers.push(format!(
                "`{what}` is masked in more than one place of {}, and one secret cannot be meant for all: fill them in by hand",
                pack.map_or("the profile".to_owned(), |pack| format!("pack `{pack}`"))
            ));
            return;
        }
        let change = match &mask.place {
            MaskedPlace::Variable { default, .. } => Change::Set {
                node: *default,
                value: Scalar::String(secret.reveal().to_owned()),
            },
            MaskedPlace::Embedded {
                embedded,
                host,
                node,
                ..
            } => Change::SetInner {
                embedded,
                host: *host,
                node: *node,
                text: with_line_end_of(*node, secret.reveal()),
            },
        };
        self.decisions.push(Decision {
            subject: Subject::Secret,
            pack,
            from: what,
            to: crate::sensitive::REDACTED.to_owned(),
            changed: true,
            why: secret.origin().to_owned(),
        });
        self.secret_changes.push(self.changes.len());
        self.changes.push(change);
    }

    /// Sets a scalar, unless it has the value already.
    fn set(&mut self, node: NodeRef<'t>, value: Scalar) {
        let is_there = match &value {
            Scalar::String(text) => node.as_str().is_some_and(|there| there == *text),
            Scalar::Bool(value) => node.as_bool() == Some(*value),
        };
        if !is_there {
            self.changes.push(Change::Set { node, value });
        }
    }

    /// Sets an entry of an object, or adds it. What the older export format left out and would be empty stays out.
    fn put(&mut self, object: NodeRef<'t>, key: &'static str, value: Scalar) {
        match object.get(key) {
            Some(node) => self.set(node, value),
            None if matches!(&value, Scalar::String(text) if text.is_empty())
                || value == Scalar::Bool(false) => {}
            None => self.changes.push(Change::Insert { object, key, value }),
        }
    }
}

/// A block scalar keeps the line break its text ends with.
fn with_line_end_of(node: NodeRef<'_>, text: &str) -> String {
    let keeps = node.kind() == Kind::String && node.text().ends_with('\n') && !text.ends_with('\n');
    if keeps {
        format!("{text}\n")
    } else {
        text.to_owned()
    }
}
