//! Two profiles, or one and nothing.

use std::collections::{HashMap, HashSet};

use super::{
    Change, EntryChange, FieldChange, ProfileDiff, ProfileId, TextChange,
    fields::{self, TooManyFields},
    order,
};
use crate::{
    profile::{Embedded, Pack, Profile, ProfileDocument, ProfileFile, Shape, Slot, Variable},
    sensitive,
    source::TextRange,
    syntax::{Kind, NodeRef},
    text_diff::{self, Side},
};

/// A file of profiles that are compared.
#[derive(Debug)]
pub struct DiffFile {
    file: ProfileFile,
    /// The secrets of the file, without those in the texts of layers.
    secrets: Vec<TextRange>,
}

impl DiffFile {
    /// A file, ready to be compared.
    #[must_use]
    pub fn new(file: ProfileFile) -> Self {
        Self {
            secrets: file
                .tree()
                .map(sensitive::secret_ranges)
                .unwrap_or_default(),
            file,
        }
    }

    /// The name of the file.
    #[must_use]
    pub fn name(&self) -> String {
        self.file.source().name().to_string()
    }

    /// The documents that are profiles: their numbers in the file, and what they are called.
    pub fn profiles(&self) -> impl Iterator<Item = (usize, ProfileId)> {
        let documents = self.file.documents().enumerate();
        documents
            .filter(|(_, (document, _))| document.shape() == Shape::Export)
            .map(|(number, (document, root))| (number, self.id(document.profile(root))))
    }

    fn id(&self, profile: Profile<'_>) -> ProfileId {
        ProfileId {
            file: self.file.source().name().clone(),
            name: profile.name().into_owned(),
            version: profile.version().into_owned(),
        }
    }

    fn subject(&self, number: usize) -> Option<Subject<'_>> {
        let (document, root) = self.file.documents().nth(number)?;
        let profile = document.profile(root);
        Some(Subject {
            file: self,
            document,
            profile,
            packs: profile.packs().collect(),
            variables: profile.variables().collect(),
        })
    }
}

/// A profile with all that a comparison asks of it.
struct Subject<'f> {
    file: &'f DiffFile,
    document: &'f ProfileDocument,
    profile: Profile<'f>,
    packs: Vec<Pack<'f>>,
    variables: Vec<Variable<'f>>,
}

impl<'f> Subject<'f> {
    fn side(&self, node: NodeRef<'f>) -> fields::Side<'f> {
        (node, &self.file.secrets)
    }
}

/// Compares two documents, each by its file and its number there; `None` for a side that has no such profile.
///
/// # Errors
///
/// [`TooManyFields`].
pub fn compare(
    old: Option<(&DiffFile, usize)>,
    new: Option<(&DiffFile, usize)>,
) -> Result<ProfileDiff, TooManyFields> {
    let old = old.and_then(|(file, number)| file.subject(number));
    let new = new.and_then(|(file, number)| file.subject(number));
    let (old, new) = (old.as_ref(), new.as_ref());
    let id = |subject: &Subject<'_>| subject.file.id(subject.profile);
    Ok(ProfileDiff {
        old: old.map(id),
        new: new.map(id),
        fields: own_fields(old, new)?,
        layers: layers(old, new)?,
        variables: variables(old, new)?,
    })
}

/// The fields of the profile itself. A profile without a version has the first one.
fn own_fields(
    old: Option<&Subject<'_>>,
    new: Option<&Subject<'_>>,
) -> Result<Vec<FieldChange>, TooManyFields> {
    const VERSION: &str = "spec.version";
    let mut changes = fields::changes(
        old.map(|subject| subject.side(subject.profile.root())),
        new.map(|subject| subject.side(subject.profile.root())),
        &|path, _| matches!(path, VERSION | "spec.template.packs" | "spec.variables"),
    )?;
    let version = |subject: &Subject<'_>| sensitive::printable(&subject.profile.version());
    let (old, new) = (old.map(version), new.map(version));
    if old != new {
        let name = changes
            .iter()
            .position(|change| change.path == "metadata.name");
        let change = FieldChange {
            path: VERSION.to_owned(),
            old,
            new,
        };
        changes.insert(name.map_or(0, |name| name + 1), change);
    }
    Ok(changes)
}

fn layers(
    old: Option<&Subject<'_>>,
    new: Option<&Subject<'_>>,
) -> Result<Vec<EntryChange>, TooManyFields> {
    let names = |subject: Option<&Subject<'_>>| -> Vec<String> {
        let packs = subject.into_iter().flat_map(|subject| &subject.packs);
        packs.map(|pack| pack.name().into_owned()).collect()
    };
    let mut changes = Vec::new();
    for found in order::matches(&names(old), &names(new)) {
        let before = old.and_then(|old| Some((old, *old.packs.get(found.old?)?)));
        let after = new.and_then(|new| Some((new, *new.packs.get(found.new?)?)));
        let fields = fields::changes(
            before.map(|(subject, pack)| subject.side(pack.node())),
            after.map(|(subject, pack)| subject.side(pack.node())),
            &|path, value| path == "name" || is_text(path, value),
        )?;
        let texts = texts(
            &before.map_or_else(Vec::new, |(subject, pack)| texts_of(subject, pack)),
            &after.map_or_else(Vec::new, |(subject, pack)| texts_of(subject, pack)),
        );
        let name = before.or(after).map(|(_, pack)| pack.name());
        changes.extend(entry(found, &name.unwrap_or_default(), fields, texts));
    }
    Ok(changes)
}

/// Whether a field of a pack is compared as a text, or is the name of one.
fn is_text(path: &str, value: NodeRef<'_>) -> bool {
    let is_manifest = |field: &str| {
        let rest = path.strip_prefix("manifests[");
        rest.and_then(|rest| rest.split_once(']'))
            .is_some_and(|(_, found)| found == field)
    };
    let is_content = path == VALUES || is_manifest(".content");
    (is_content && value.kind() == Kind::String) || is_manifest(".name")
}

fn variables(
    old: Option<&Subject<'_>>,
    new: Option<&Subject<'_>>,
) -> Result<Vec<EntryChange>, TooManyFields> {
    let names = |subject: Option<&Subject<'_>>| -> Vec<String> {
        let variables = subject.into_iter().flat_map(|subject| &subject.variables);
        variables
            .map(|variable| variable.name().into_owned())
            .collect()
    };
    let mut changes = Vec::new();
    for found in order::matches(&names(old), &names(new)) {
        let before = old.and_then(|old| Some((old, *old.variables.get(found.old?)?)));
        let after = new.and_then(|new| Some((new, *new.variables.get(found.new?)?)));
        let fields = fields::changes(
            before.map(|(subject, variable)| subject.side(variable.node())),
            after.map(|(subject, variable)| subject.side(variable.node())),
            &|path, _| path == "name",
        )?;
        let name = before.or(after).map(|(_, variable)| variable.name());
        changes.extend(entry(found, &name.unwrap_or_default(), fields, Vec::new()));
    }
    Ok(changes)
}

/// A layer or variable, if there is anything to say of it.
fn entry(
    found: order::Match,
    name: &str,
    fields: Vec<FieldChange>,
    texts: Vec<TextChange>,
) -> Option<EntryChange> {
    let change = match (found.old, found.new) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Changed,
    };
    let differs =
        change != Change::Changed || found.is_moved || !fields.is_empty() || !texts.is_empty();
    differs.then(|| EntryChange {
        name: sensitive::printable(name),
        change,
        old_index: found.old,
        new_index: found.new,
        is_moved: found.is_moved,
        fields,
        texts,
    })
}

/// What the values of a pack go by.
const VALUES: &str = "values";

fn is_scalar_value(node: NodeRef<'_>) -> bool {
    let is_key = || node.is_key();
    !matches!(node.kind(), Kind::Array | Kind::Object) && !is_key()
}

/// The number of a node's document, and its pointer there.
fn address(node: NodeRef<'_>) -> (usize, String) {
    (node.document_index(), node.pointer())
}

/// A text in a layer, and what it goes by.
struct LayerText<'f> {
    name: String,
    /// Nothing for a manifest without content.
    embedded: Option<&'f Embedded>,
}

impl LayerText<'_> {
    fn text(&self) -> &str {
        self.embedded
            .map_or("", |embedded| trimmed(embedded.text()))
    }

    /// What must not be shown. What the other text has masked is a secret here, whatever its key.
    fn secrets(&self, other: Option<&Self>) -> Vec<TextRange> {
        let Some(stream) = self.embedded.map(Embedded::stream) else {
            return Vec::new();
        };
        let mut secrets = sensitive::secrets_in(stream);
        let masked = other.map(Self::masked).unwrap_or_default();
        if !masked.is_empty() {
            let scalars = stream.tree.nodes().filter(|node| is_scalar_value(*node));
            let filled = scalars.filter(|node| masked.contains(&address(*node)));
            secrets.extend(filled.map(NodeRef::content_range));
            secrets = sensitive::in_order(secrets);
        }
        secrets
    }

    /// Where masks stand in it.
    fn masked(&self) -> HashSet<(usize, String)> {
        let nodes = self
            .embedded
            .into_iter()
            .flat_map(|embedded| embedded.stream().tree.nodes());
        nodes
            .filter(|node| is_scalar_value(*node) && sensitive::is_mask(&node.text()))
            .map(address)
            .collect()
    }
}

/// The texts of a pack: its values if they say something, then its manifests.
fn texts_of<'f>(subject: &Subject<'f>, pack: Pack<'f>) -> Vec<LayerText<'f>> {
    let of_pack = subject.document.texts_of(pack.index());
    let by_slot: HashMap<Slot, &Embedded> = of_pack.map(|text| (text.slot(), text)).collect();
    let values = by_slot.get(&Slot::Values).copied();
    let values = values.filter(|values| !trimmed(values.text()).is_empty());
    let values = values.map(|values| LayerText {
        name: VALUES.to_owned(),
        embedded: Some(values),
    });
    let manifests = pack.manifests().enumerate().map(|(number, manifest)| {
        let name = manifest.get("name").map(NodeRef::text).unwrap_or_default();
        LayerText {
            name: format!("manifest {}", sensitive::printable(&name)),
            embedded: by_slot.get(&Slot::Manifest(number)).copied(),
        }
    });
    values.into_iter().chain(manifests).collect()
}

fn texts(old: &[LayerText<'_>], new: &[LayerText<'_>]) -> Vec<TextChange> {
    let names = |texts: &[LayerText<'_>]| -> Vec<String> {
        texts.iter().map(|text| text.name.clone()).collect()
    };
    let found = order::matches(&names(old), &names(new));
    let changes = found.into_iter().filter_map(|found| {
        let before = found.old.and_then(|place| old.get(place));
        let after = found.new.and_then(|place| new.get(place));
        let (old_text, new_text) = (
            before.map_or("", LayerText::text),
            after.map_or("", LayerText::text),
        );
        let change = match (before, after) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ if old_text == new_text => return None,
            _ => Change::Changed,
        };
        let (old_secrets, new_secrets) = (
            before.map(|text| text.secrets(after)).unwrap_or_default(),
            after.map(|text| text.secrets(before)).unwrap_or_default(),
        );
        let old_side = Side {
            text: old_text,
            secrets: &old_secrets,
        };
        let new_side = Side {
            text: new_text,
            secrets: &new_secrets,
        };
        Some(TextChange {
            name: before.or(after)?.name.clone(),
            change,
            hunks: text_diff::hunks(old_side, new_side),
        })
    });
    changes.collect()
}

/// A text without the line breaks at its end, which Palette takes away when it saves values.
fn trimmed(text: &str) -> &str {
    text.trim_end_matches(['\n', '\r'])
}
