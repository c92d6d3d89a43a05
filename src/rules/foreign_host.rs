//! `foreign-host`

use std::{
    cell::LazyCell,
    collections::{BTreeMap, HashSet},
};

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    destination::AllowedHosts,
    finding::Level,
    hosts::{self, Host, ImageReference, Mention},
    profile::Embedded,
    resolve::Resolution,
    sensitive,
    source::TextRange,
    suggest,
    syntax::{Kind, NodeId, NodeRef},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "foreign-host",
    summary: "values name a host that the destination does not allow",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Destination,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/foreign-host.md"),
};

/// How many of the other places of a host a finding tells.
const MORE_PLACES: usize = 3;

/// The rule.
pub struct ForeignHost;

impl Rule for ForeignHost {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_destination(
        &self,
        cx: &ProfileContext<'_>,
        resolution: &Resolution<'_>,
        sink: &mut Sink<'_>,
    ) {
        let Some(allowed) = resolution.destination.allowed_hosts() else {
            return;
        };
        let namespaces = LazyCell::new(|| namespaces(cx.document.embedded()));
        // A pack often takes all its images from one host: that is one thing to change, and one finding.
        let mut foreign: BTreeMap<(Option<usize>, Host), Vec<Named<'_>>> = BTreeMap::new();
        let in_texts = cx.document.embedded().flat_map(|embedded| {
            let named = embedded.known(|| InText::of(embedded));
            let spots = named
                .0
                .iter()
                .map(|(id, range, mention, is_implied)| Named {
                    spot: Spot::inner_part(embedded, *id, *range),
                    mention: mention.clone(),
                    is_implied: *is_implied,
                });
            let spots: Vec<_> = spots.collect();
            let named = spots.into_iter();
            named.map(|named| (Some(embedded.pack_index()), named))
        });
        let in_defaults = named_in_defaults(cx).into_iter().map(|named| (None, named));
        for (pack_index, named) in in_texts.chain(in_defaults) {
            let host = &named.mention.host;
            let in_cluster = host
                .namespace()
                .is_some_and(|namespace| namespaces.contains(namespace));
            if host.is_remote() && !in_cluster && !allowed.allows(&named.mention) {
                let key = (pack_index, host.clone());
                foreign.entry(key).or_default().push(named);
            }
        }
        for ((pack_index, host), places) in foreign {
            let Some((first, others)) = places.split_first() else {
                continue;
            };
            let destination = resolution.destination.name();
            let pack = pack_index.map(|pack_index| cx.pack_name(pack_index));
            let count = match (others.len(), &pack) {
                (0, _) => String::new(),
                (others, Some(pack)) => {
                    format!(", named in {} places of pack `{pack}`,", others + 1)
                }
                (others, None) => format!(", named by {} variables,", others + 1),
            };
            let related: Vec<_> = others
                .iter()
                .take(MORE_PLACES)
                .map(|other| sink.place(other.spot))
                .collect();
            let finding = sink.report(
                &META,
                first.spot,
                format!(
                    "host `{host}`{count} is not among those that destination `{destination}` allows"
                ),
            );
            finding.subject(host.to_string()).help(help(allowed));
            if let Some(pack) = pack {
                finding.pack(pack);
            }
            if first.is_implied {
                finding.label(format!("without a registry, it comes from `{host}`"));
            }
            for place in related {
                finding.related(place, "also here");
            }
            finding.related(allowed.place.clone(), "the hosts that are allowed");
        }
    }
}

fn help(allowed: &AllowedHosts) -> String {
    let shown: Vec<String> = allowed.patterns.iter().map(ToString::to_string).collect();
    let of_them = match shown.get(..MORE_PLACES) {
        Some(first) if shown.len() > MORE_PLACES => format!(" ({}, …)", suggest::list(first)),
        _ if shown.is_empty() => String::new(),
        _ => format!(" ({})", suggest::list(&shown)),
    };
    format!("take it from a host that is allowed{of_them}, or add this one to `hosts.allow`")
}

/// A host that a scalar names.
struct Named<'a> {
    /// Where it names it.
    spot: Spot<'a>,
    mention: Mention,
    /// Whether the scalar does not spell it out: an image without a registry.
    is_implied: bool,
}

/// The hosts that the defaults of variables name. The name of a variable tells what it is for as a key does.
fn named_in_defaults<'a>(cx: &ProfileContext<'a>) -> Vec<Named<'a>> {
    let variables = cx.profile.variables();
    let defaults = variables.filter_map(|variable| {
        let default = variable.string("defaultValue")?;
        Some((variable.name(), default))
    });
    defaults
        .filter(|(_, default)| !sensitive::is_secret(*default))
        .flat_map(|(name, default)| {
            let is_part = |character: &char| character.is_alphanumeric();
            let key: String = name.to_lowercase().chars().filter(is_part).collect();
            let found = mentions(&default.text(), &key, default).into_iter();
            found.map(move |mention| Named {
                spot: Spot::text_part(default, mention.range.clone()),
                mention,
                is_implied: false,
            })
        })
        .collect()
}

/// The hosts that the scalars of a text name: the scalar, the bytes of the text, the host, and whether it is not spelt out.
struct InText(Vec<(NodeId, TextRange, Mention, bool)>);

impl InText {
    fn of(embedded: &Embedded) -> Self {
        Self(named_in(embedded))
    }
}

/// See [`InText`]. Comments are no scalars, and so never searched.
fn named_in(embedded: &Embedded) -> Vec<(NodeId, TextRange, Mention, bool)> {
    let tree = &embedded.stream().tree;
    let is_definition = |node: NodeRef<'_>| {
        node.get("kind")
            .is_some_and(|kind| kind.text() == "CustomResourceDefinition")
    };
    // They are full of descriptions and of examples.
    let definitions: Vec<bool> = tree.documents().map(is_definition).collect();
    let has_global_registry = LazyCell::new(|| has_global_registry(embedded));
    let mut named = Vec::new();
    for node in tree.nodes() {
        if node.kind() != Kind::String || node.is_key() {
            continue;
        }
        let key = nearest_key(node).map(|key| key.text().to_ascii_lowercase());
        let key = key.unwrap_or_default();
        let text = node.text();
        let mut found: Vec<(Mention, bool)> = mentions(&text, &key, node)
            .into_iter()
            .map(|mention| (mention, false))
            .collect();
        if found.is_empty() && is_short_image(&text, &key, node) && !*has_global_registry {
            let mention = Mention {
                host: Host::docker_hub(),
                port: 443,
                range: 0..text.len(),
            };
            found.push((mention, true));
        }
        if found.is_empty() || definitions.get(node.document_index()) == Some(&true) {
            continue;
        }
        let Some(layer) = node.layer() else {
            continue;
        };
        named.extend(found.into_iter().map(|(mention, is_implied)| {
            let range = layer.to_host(mention.range.clone().into());
            (node.id(), range, mention, is_implied)
        }));
    }
    named
}

/// The hosts that a scalar spells out. `key` is in lower case.
fn mentions(text: &str, key: &str, node: NodeRef<'_>) -> Vec<Mention> {
    if hosts::is_for_people(key) {
        return Vec::new();
    }
    if text.contains("://") {
        return hosts::in_urls(text);
    }
    if !text.contains(['.', ':']) || text.contains('\n') {
        return Vec::new();
    }
    if REGISTRY_KEYS.contains(&key) {
        return hosts::registry(text).into_iter().collect();
    }
    // Anywhere else an image is only told from other texts with slashes by its tag or digest.
    let (start, image) = match text.split_once('=') {
        Some((flag, image)) if flag.starts_with('-') => (flag.len() + 1, image),
        _ => (0, text),
    };
    let is_certain = is_image_key(key) || (is_repository_key(key) && is_image(node));
    ImageReference::parse(image)
        .filter(|image| is_certain || image.has_version)
        .and_then(|image| image.registry)
        .map(|mention| Mention {
            range: start + mention.range.start..start + mention.range.end,
            ..mention
        })
        .into_iter()
        .collect()
}

/// Keys of the registry that images come from, in lower case.
const REGISTRY_KEYS: [&str; 5] = [
    "registry",
    "imageregistry",
    "containerregistry",
    "dockerregistry",
    "hub",
];

/// Ends of file names that are images of another kind.
const FILES: [&str; 9] = [
    ".png", ".svg", ".jpg", ".iso", ".img", ".ova", ".qcow2", ".vmdk", ".gz",
];

/// Whether a key holds references to container images; the key is in lower case.
fn is_image_key(key: &str) -> bool {
    ["image", "images", "imagename", "imageurl"]
        .iter()
        .any(|end| key.ends_with(end))
}

fn is_repository_key(key: &str) -> bool {
    matches!(
        key,
        "repository" | "repo" | "imagerepository" | "imagerepo" | "image_repository"
    )
}

/// Whether the object around a value is about an image: by its own key, or by what images have besides a repository.
fn is_image(node: NodeRef<'_>) -> bool {
    let Some(object) = node.parent() else {
        return false;
    };
    let by_name = object
        .key()
        .is_some_and(|key| is_image_key(&key.text().to_ascii_lowercase()));
    let parts = ["tag", "pullPolicy", "imagePullPolicy", "digest"];
    by_name || parts.iter().any(|part| object.get(part).is_some())
}

/// Whether a scalar is an image that names no registry, and nothing around it does.
fn is_short_image(text: &str, key: &str, node: NodeRef<'_>) -> bool {
    let is_repository = key == "repository" && is_image(node);
    if key != "image" && !is_repository {
        return false;
    }
    let Some(image) = ImageReference::parse(text).filter(|image| image.registry.is_none()) else {
        return false;
    };
    let registry = node.parent().and_then(|object| object.get("registry"));
    if registry.is_some_and(|registry| !registry.text().is_empty()) {
        return false;
    }
    let is_file = FILES.iter().any(|end| text.ends_with(end));
    (image.has_folder || image.has_version || is_repository || in_pack_content(node)) && !is_file
}

/// Whether a scalar lies in `pack.content.images`.
fn in_pack_content(node: NodeRef<'_>) -> bool {
    let path = node.path();
    path.iter()
        .map(AsRef::as_ref)
        .take(3)
        .eq(["pack", "content", "images"])
}

/// Whether a text names a registry for all its images, so that those without one do not come from Docker Hub.
fn has_global_registry(embedded: &Embedded) -> bool {
    let mut nodes = embedded.stream().tree.nodes();
    nodes.any(|node| {
        let is_set = matches!(node.kind(), Kind::String) && !node.text().is_empty();
        is_set
            && node
                .key()
                .is_some_and(|key| key.text().to_ascii_lowercase().ends_with("imageregistry"))
    })
}

/// The key that a scalar stands under, alone or in lists.
fn nearest_key(node: NodeRef<'_>) -> Option<NodeRef<'_>> {
    let mut node = node;
    loop {
        if let Some(key) = node.key() {
            return Some(key);
        }
        node = node
            .parent()
            .filter(|parent| parent.kind() == Kind::Array)?;
    }
}

/// The namespaces of Kubernetes that a profile names, and those that are common: `http://grafana.monitoring` is a
/// service in one.
fn namespaces<'a>(embedded: impl Iterator<Item = &'a Embedded>) -> HashSet<String> {
    let common = ["default", "monitoring", "logging", "observability"];
    let named = embedded.flat_map(|embedded| {
        let known = embedded.known(|| Namespaces::of(embedded));
        known.0.clone()
    });
    common.into_iter().map(str::to_owned).chain(named).collect()
}

/// The namespaces that a text names.
struct Namespaces(Vec<String>);

impl Namespaces {
    fn of(embedded: &Embedded) -> Self {
        let nodes = embedded.stream().tree.nodes();
        let named = nodes.filter_map(|node| {
            let key = node.key().filter(|_| node.kind() == Kind::String)?;
            let is_namespace = key.text().to_ascii_lowercase().ends_with("namespace");
            is_namespace.then(|| node.text().into_owned())
        });
        Self(named.collect())
    }
}
