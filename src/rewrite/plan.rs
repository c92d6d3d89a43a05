//! The decisions for one profile: what changes, and why; and the questions that are left.

use std::path::Path;

use crate::{
    destination::{Match, Registry, RegistryKind, version},
    finding::Place,
    placeholders::Placeholders,
    profile::{Pack, Profile, ProfileDocument, ProfileFile},
    resolve::{Choice, PackAnswer, Resolution},
    source::shown_path,
    suggest::Suggester,
    syntax::{NodeRef, edit::Scalar},
};

use super::{
    change::Change,
    names::{AnswerKeys, NameDecision, NameVersion, Named},
    need::{Candidate, Need, Question},
    placeholders::Values,
    result::{PackResult, PackState, Reason, registry_name},
    secrets::Secrets,
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
    /// A stand-in that is filled in.
    Placeholder,
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
            Self::Placeholder => "placeholder",
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

/// What becomes of the tags of packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Tags {
    /// They stay: a tag that moves goes on moving.
    #[default]
    Keep,
    /// They become the version that they lead to at the destination.
    Pin,
}

/// A profile at a destination, and all that decides what becomes of it.
#[derive(Debug, Clone, Copy)]
pub struct Task<'t, 'r> {
    /// The file that holds it.
    pub file: &'t ProfileFile,
    /// Its document.
    pub document: &'t ProfileDocument,
    /// The profile.
    pub profile: Profile<'t>,
    /// What the destination says to it.
    pub resolution: &'r Resolution<'r>,
    /// What it is to be called.
    pub name: &'r NameDecision,
    /// What becomes of its tags.
    pub tags: Tags,
    /// What is filled in for its masks.
    pub secrets: &'r Secrets,
    /// What takes the place of its stand-ins.
    pub values: &'r Values,
    /// What stand-ins look like.
    pub placeholders: &'r Placeholders,
}

impl Task<'_, '_> {
    /// What files of answers may call the profile.
    pub(super) fn keys(&self) -> AnswerKeys {
        let named = Named {
            profile: NameVersion::of(self.profile),
            file: self.file.source().name().to_string(),
        };
        named.keys()
    }
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
    /// What became of each pack, in the order of the stack.
    pub packs: Vec<PackResult>,
    /// The questions that nothing has answered.
    pub needs: Vec<Need>,
    /// Why the profile cannot be written, beyond what `check` reports.
    pub blockers: Vec<Reason>,
}

impl<'t> Plan<'t> {
    /// Plans a profile for the destination of its resolution.
    #[must_use]
    pub fn new(task: Task<'t, '_>) -> Self {
        let mut plan = Self::default();
        plan.name(task);
        for (pack, answer) in task.profile.packs().zip(&task.resolution.packs) {
            plan.pack(task, pack, answer);
        }
        plan.macros(task);
        plan.fill_in(task);
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

    /// Asks something.
    pub(super) fn need(
        &mut self,
        question: Question,
        pack: Option<String>,
        place: Place,
    ) -> &mut Need {
        self.needs.push_mut(Need {
            question,
            pack,
            place,
            is_optional: false,
        })
    }

    fn name(&mut self, task: Task<'t, '_>) {
        let profile = task.profile;
        let (name, version) = (profile.name(), profile.version());
        let (target, why) = match task.name {
            NameDecision::Take { target, why } => (target, why),
            NameDecision::Refuse { why, help, free } => {
                self.blockers.push(Reason::open(format!("{why}{help}")));
                let node = profile.name_node().unwrap_or(profile.root());
                let place = task.file.place(node.content_range(), node.pointer());
                let question = Question::Name {
                    why: why.clone(),
                    free: free.clone(),
                };
                self.need(question, None, place);
                return;
            }
            NameDecision::Skip(_) => return,
        };
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

    fn pack(&mut self, task: Task<'t, '_>, pack: Pack<'t>, answer: &PackAnswer<'_>) {
        if let Some(matching) = pack
            .registry()
            .and_then(|registry| registry.get("matchingRegistries"))
        {
            self.changes.push(Change::Remove { node: matching });
        }
        let resolution = task.resolution;
        let result = PackResult::new(pack, answer, resolution);
        if let PackState::Open { candidates } = &result.state {
            self.which_registry(task, pack, candidates);
        }
        self.packs.push(result);
        let choice = match answer {
            PackAnswer::Chosen(choice) => choice,
            PackAnswer::Unverifiable {
                chosen: Some(choice),
                ..
            } => choice,
            PackAnswer::Unverifiable { chosen: None, .. } => {
                return self.blockers.push(Reason::open(format!(
                    "pack `{}`: no registry can be chosen for it without being listed; name one with `--registry`",
                    pack.name()
                )));
            }
            // The rest needs no registry, or is an error that `check` reports.
            _ => return,
        };
        let Some(registry) = resolution.destination.registry(choice.registry) else {
            return;
        };
        let config_file = resolution.destination.config_file();
        self.registry(pack, registry, choice, config_file);
        self.version(pack, choice, task.tags);
    }

    /// Asks which of some registries serves a pack. Answers name registries, so that two of one name cannot be told apart.
    fn which_registry(&mut self, task: Task<'t, '_>, pack: Pack<'t>, candidates: &[Candidate]) {
        let is_only = |one: &&Candidate| {
            let same = candidates.iter();
            same.filter(|other| other.registry == one.registry).count() == 1
        };
        let named: Vec<Candidate> = candidates.iter().filter(is_only).cloned().collect();
        if named.is_empty() {
            return self.blockers.push(Reason::last(format!(
                "pack `{}`: registries of one name hold it, and only the uid in its `registry.metadata` can tell which is meant",
                pack.name()
            )));
        }
        let node = pack.name_node().unwrap_or(pack.node());
        let place = task.file.place(node.content_range(), node.pointer());
        let question = Question::Registry {
            name: registry_name(pack, task.resolution.destination),
            candidates: named,
        };
        self.need(question, Some(pack.name().into_owned()), place);
    }

    /// The macros that have to be created.
    fn macros(&mut self, task: Task<'t, '_>) {
        let resolution = task.resolution;
        let names = resolution.destination.macros().names();
        let mut suggester = Suggester::new(names.map(|(name, _)| name));
        for (embedded, reference, name) in resolution.missing_macros(task.document) {
            let node = embedded.stream().tree.node(reference.scalar);
            let place =
                task.file
                    .inner_place(embedded, name.range, node.pointer(), node.document_index());
            let question = Question::Macro {
                name: name.text.clone(),
                near: suggester.closest(&name.text).map(str::to_owned),
            };
            let pack = task.profile.packs().nth(embedded.pack_index());
            let pack = pack.map(|pack| pack.name().into_owned());
            self.need(question, pack, place).is_optional = resolution.may_have_other_macros();
        }
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
            return self.blockers.push(Reason::last(format!(
                "pack `{}`: registry {registry} of the destination has no `{missing}`; add it to the registry's own file or to `{}`",
                pack.name(),
                shown_path(config_file),
            )));
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

    /// A version that the destination spells differently, or a tag that it does not have or that is to be pinned.
    fn version(&mut self, pack: Pack<'t>, choice: &Choice<'_>, tags: Tags) {
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
        let pinned = version::pinned(&tag, &found.version);
        let is_pinned = tags == Tags::Pin
            && found_by == Match::Tag
            && !tag.is_empty()
            && (version::is_moving(&tag) || !version::same(&version, &found.version));
        if is_pinned {
            let why = "`--tags pin` says so";
            if tag != pinned {
                self.decide(Subject::PackVersion, Some(pack), &tag, &pinned, why);
            }
            if let Some(node) = pack.string("tag") {
                self.set(node, Scalar::String(pinned));
            }
            if version != found.version {
                self.decide(
                    Subject::PackVersion,
                    Some(pack),
                    &version,
                    &found.version,
                    why,
                );
                let version = Scalar::String(found.version.clone());
                self.put(pack.node(), "version", version);
            }
            return;
        }
        let spelt_differently = (found_by == Match::Version || tag.is_empty() || tag == version)
            && !version.is_empty()
            && version != found.version
            && version::same(&version, &found.version);
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
