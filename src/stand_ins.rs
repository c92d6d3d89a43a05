//! The stand-in texts of a profile: what `leftover-placeholder` reports and a rewrite fills in.

use std::borrow::Cow;

use crate::{
    finding::Place,
    placeholders::{Found, Placeholder, Placeholders},
    profile::{Embedded, Pack, Profile, ProfileDocument, ProfileFile},
    sensitive,
    source::{Layer, TextRange},
    syntax::{Kind, NodeId, NodeRef},
};

/// A scalar of a profile that holds stand-ins.
#[derive(Debug)]
pub struct StandIn<'a, 'p> {
    /// The text that is embedded in the profile and holds the scalar; `None` for a scalar of the envelope.
    pub embedded: Option<&'a Embedded>,
    /// The scalar.
    pub node: NodeRef<'a>,
    /// What a reader of the document sees there.
    pub text: Cow<'a, str>,
    /// The stand-ins in it, in order, in bytes of `text`.
    pub found: Vec<Placeholder<'p>>,
    /// The packs that the scalar belongs to: several where they share their values through an anchor.
    pub packs: Vec<String>,
    /// Whether it stands where a secret should be: then the text is perhaps the secret.
    pub is_secret: bool,
    /// Whether it names the profile, a pack or a registry: what is decided by other means.
    pub is_identity: bool,
    /// The map between `text` and the text around it, for all of the stand-ins: there may be thousands in a long text.
    layer: Option<Layer>,
}

impl StandIn<'_, '_> {
    /// The keys that lead to the scalar in its document, joined by dots.
    #[must_use]
    pub fn path(&self) -> String {
        self.node.path().join(".")
    }

    /// Where one of its stand-ins lies in the text that holds the scalar, in bytes.
    #[must_use]
    pub fn range_of(&self, found: Placeholder<'_>) -> TextRange {
        match &self.layer {
            Some(layer) => layer.to_host(found.range),
            None => self.node.content_range(),
        }
    }

    /// Where one of its stand-ins lies.
    #[must_use]
    pub fn place(&self, file: &ProfileFile, found: Placeholder<'_>) -> Place {
        let range = self.range_of(found);
        let pointer = self.node.pointer();
        match self.embedded {
            Some(embedded) => {
                file.inner_place(embedded, range, pointer, self.node.document_index())
            }
            None => file.place(range, pointer),
        }
    }
}

/// Every scalar of a profile that holds stand-ins: of the envelope first, then of the texts in it.
#[must_use]
pub fn stand_ins<'a, 'p>(
    profile: Profile<'a>,
    document: &'a ProfileDocument,
    placeholders: &'p Placeholders,
) -> Vec<StandIn<'a, 'p>> {
    let packs: Vec<_> = profile.packs().collect();
    let mut all = Vec::new();
    for string in envelope_strings(profile) {
        let text = string.node.text();
        let found = placeholders.in_envelope(&text);
        if found.is_empty() {
            continue;
        }
        let found = found.into_iter().map(|found| placeholders.named(found));
        let pack = string.pack.map(|pack| pack.name().into_owned());
        all.push(StandIn {
            embedded: None,
            node: string.node,
            text,
            found: found.collect(),
            packs: pack.into_iter().collect(),
            is_secret: sensitive::is_secret(string.node),
            is_identity: string.is_identity,
            layer: string.node.layer(),
        });
    }
    for mut sharing in document.shared_texts().map(Iterator::peekable) {
        let Some(&embedded) = sharing.peek() else {
            continue;
        };
        let known = embedded.known(|| InText::of(embedded, placeholders));
        if known.0.is_empty() {
            continue;
        }
        let names = sharing.filter_map(|text| packs.get(text.pack_index()));
        let names: Vec<String> = names.map(|pack| pack.name().into_owned()).collect();
        for (id, is_secret, found) in &known.0 {
            let node = embedded.stream().tree.node(*id);
            all.push(StandIn {
                embedded: Some(embedded),
                node,
                text: node.text(),
                found: found
                    .iter()
                    .map(|found| placeholders.named(*found))
                    .collect(),
                packs: names.clone(),
                is_secret: *is_secret,
                is_identity: false,
                layer: node.layer(),
            });
        }
    }
    all
}

/// The scalars of a text that hold stand-ins: whether they are secrets, and the stand-ins.
struct InText(Vec<(NodeId, bool, Vec<Found>)>);

impl InText {
    fn of(embedded: &Embedded, placeholders: &Placeholders) -> Self {
        let mut all = Vec::new();
        let values: Vec<_> = if placeholders.have_signs() {
            embedded.values_with_signs().collect()
        } else {
            embedded.values().collect()
        };
        for node in values {
            if node.kind() != Kind::String {
                continue;
            }
            let text = node.text();
            let mut found = placeholders.in_value(&text);
            if is_description(node) {
                // What people read about a field may tell how to fill it in.
                found.retain(|found| found.range.of(&text) == text.trim());
            }
            if !found.is_empty() && node.layer().is_some() {
                all.push((node.id(), sensitive::is_secret(node), found));
            }
        }
        Self(all)
    }
}

fn is_description(node: NodeRef<'_>) -> bool {
    let key = node.own_entry().map(|(key, _)| key);
    key.is_some_and(|key| key.text() == "description")
}

/// A string of the envelope that people fill in.
struct EnvelopeString<'a> {
    node: NodeRef<'a>,
    pack: Option<Pack<'a>>,
    is_identity: bool,
}

fn envelope_strings<'a>(profile: Profile<'a>) -> impl Iterator<Item = EnvelopeString<'a>> {
    let identity = |node, pack| EnvelopeString {
        node,
        pack,
        is_identity: true,
    };
    let text = |node| EnvelopeString {
        node,
        pack: None,
        is_identity: false,
    };
    let metadata = profile.root().get("metadata");
    let metadata = metadata.map(|metadata| metadata.get_each(["description", "labels"]));
    let [description, labels] = metadata.unwrap_or_default();
    let labels = labels.into_iter().flat_map(NodeRef::entries);
    let of_packs = profile.packs().flat_map(move |pack| {
        let own = ["name", "version", "tag"].map(|field| pack.string(field));
        let registry = ["name", "uid"].map(|field| pack.registry_field(field));
        let strings = own.into_iter().chain(registry).flatten();
        strings.map(move |node| identity(node, Some(pack)))
    });
    let variables = profile.variables();
    let defaults = variables.filter_map(|variable| variable.default_value());
    let name = profile.name_node().map(|node| identity(node, None));
    let strings = name.into_iter().chain(description.map(text));
    let strings = strings.chain(labels.map(move |(_, value)| text(value)));
    let strings = strings.chain(of_packs).chain(defaults.map(text));
    strings.filter(|string| string.node.kind() == Kind::String)
}
