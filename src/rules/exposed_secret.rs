//! `exposed-secret`

use std::collections::HashSet;

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    base64,
    constraints::locate,
    credentials::{self, Credential},
    destination::{PackSchema, PackVersion},
    finding::Level,
    profile::{Embedded, Slot},
    sensitive,
    settings::Settings,
    signs, suggest,
    syntax::{Kind, NodeId, NodeRef},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "exposed-secret",
    summary: "a secret stands in the profile for everyone to read",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/exposed-secret.md"),
};

/// The rule.
pub struct ExposedSecret;

impl Rule for ExposedSecret {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        for sharing in cx.document.shared_texts() {
            let sharing: Vec<&Embedded> = sharing.collect();
            let Some(&embedded) = sharing.first() else {
                continue;
            };
            let mut text = Text {
                cx,
                embedded,
                reported: HashSet::new(),
            };
            text.passwords(&sharing, sink);
            text.kubernetes_secrets(sink);
            text.credentials(sink);
        }
        for variable in cx.profile.variables() {
            let Some(default) = variable.string("defaultValue") else {
                continue;
            };
            let name = variable.name();
            if variable.is_sensitive() && is_plain(&default.text(), cx.settings) {
                sink.report(
                    &META,
                    default,
                    format!("the default of sensitive variable `{name}` can be read"),
                )
                .label("not masked")
                .help("write `********` here and give the value at the import, or with `rewrite --secrets`");
            } else if let Some(layer) = default.layer() {
                for found in credentials::find(layer.text()) {
                    let spot = Spot::Part(default, layer.to_host(found.range));
                    sink.report(
                        &META,
                        spot,
                        format!("the default of variable `{name}` holds {}", found.what),
                    )
                    .label("can be read")
                    .help("set `isSensitive`, and revoke it if this file has left your hands");
                }
            }
        }
    }
}

/// An embedded text, and which of its scalars have been reported.
struct Text<'c, 'a> {
    cx: &'c ProfileContext<'a>,
    embedded: &'a Embedded,
    reported: HashSet<NodeId>,
}

impl<'a> Text<'_, 'a> {
    fn pack_name(&self) -> String {
        self.cx.pack_name(self.embedded.pack_index())
    }

    /// Values that the schema of a pack with this text calls passwords at a destination.
    fn passwords(&mut self, sharing: &[&Embedded], sink: &mut Sink<'_>) {
        let mut schemas: Vec<&PackSchema> = Vec::new();
        for text in sharing.iter().filter(|text| text.slot() == Slot::Values) {
            let versions = self.cx.resolutions.iter();
            let versions =
                versions.filter_map(|resolution| resolution.version_of(text.pack_index()));
            for schema in versions.filter_map(PackVersion::pack_schema) {
                if !schemas.iter().any(|known| std::ptr::eq(*known, schema)) {
                    schemas.push(schema);
                }
            }
        }
        let embedded: &'a Embedded = self.embedded;
        for path in schemas.into_iter().flat_map(PackSchema::secrets) {
            let located = locate(embedded.stream(), path);
            for node in located.values {
                self.password(path, node, sink);
            }
        }
    }

    fn password(&mut self, path: &str, node: NodeRef<'a>, sink: &mut Sink<'_>) {
        let is_value = matches!(node.kind(), Kind::String | Kind::Number);
        if is_value && is_plain(&node.text(), self.cx.settings) && self.reported.insert(node.id()) {
            sink.report(
                &META,
                Spot::inner(self.embedded, node),
                format!("the value of `{path}` can be read, though the schema of the pack calls it a password"),
            )
            .pack(self.pack_name())
            .label("not masked")
            .help("write `********` here and give the value at the import, or put a macro or a sensitive variable in its place");
        }
    }

    /// Entries of Kubernetes Secrets.
    fn kubernetes_secrets(&mut self, sink: &mut Sink<'_>) {
        let embedded: &'a Embedded = self.embedded;
        let known = embedded.known(|| KubernetesSecrets::of(embedded));
        for secret in known.0.iter().map(|&id| embedded.stream().tree.node(id)) {
            let entries: Vec<_> = ["data", "stringData"]
                .into_iter()
                .filter_map(|field| Some((field, secret.get(field)?)))
                .flat_map(|(field, data)| {
                    data.entries().map(move |(key, value)| (field, key, value))
                })
                .filter(|(field, key, value)| {
                    is_exposed_entry(field, &key.text(), *value, self.cx.settings)
                })
                .collect();
            let Some((_, _, first)) = entries.first() else {
                continue;
            };
            self.reported
                .extend(entries.iter().map(|(_, _, value)| value.id()));
            let keys: Vec<_> = entries.iter().map(|(_, key, _)| key.text()).collect();
            let name = secret.at(&["metadata", "name"]).map(NodeRef::text);
            let name = name.map_or_else(String::new, |name| format!(" `{name}`"));
            sink.report(
                &META,
                Spot::inner(embedded, *first),
                format!("Kubernetes Secret{name} holds values that can be read: {}", suggest::list(&keys)),
            )
            .pack(self.pack_name())
            .label("can be read")
            .help("Base64 hides nothing: put macros or sensitive variables in their place, or let an operator create the Secret");
        }
    }

    /// Credentials known by their shape.
    fn credentials(&mut self, sink: &mut Sink<'_>) {
        let embedded: &'a Embedded = self.embedded;
        let known = embedded.known(|| Credentials::of(embedded));
        for (id, found) in &known.0 {
            let node = embedded.stream().tree.node(*id);
            if self.reported.contains(&node.id()) {
                continue;
            }
            let Some(layer) = node.layer() else {
                continue;
            };
            for found in found {
                let range = layer.to_host(found.range);
                sink.report(
                    &META,
                    Spot::inner_part(self.embedded, node.id(), range),
                    format!("{} can be read here", found.what),
                )
                .pack(self.pack_name())
                .subject(found.what)
                .label("can be read")
                .help("put a macro or a sensitive variable in its place, and revoke it if this file has left your hands");
            }
        }
    }
}

/// The objects of a text that are Kubernetes Secrets.
struct KubernetesSecrets(Vec<NodeId>);

impl KubernetesSecrets {
    fn of(embedded: &Embedded) -> Self {
        if !embedded.has_sign(signs::KUBERNETES_SECRET) {
            return Self(Vec::new());
        }
        let objects = embedded.stream().tree.nodes();
        let secrets = objects.filter(|node| is_kubernetes_secret(*node));
        Self(secrets.map(NodeRef::id).collect())
    }
}

/// The values of a text that hold credentials known by their shape, and those.
struct Credentials(Vec<(NodeId, Vec<Credential>)>);

impl Credentials {
    fn of(embedded: &Embedded) -> Self {
        let values = embedded.values_with_signs();
        let found = values.map(|node| (node.id(), credentials::find(&node.text())));
        Self(found.filter(|(_, found)| !found.is_empty()).collect())
    }
}

/// Whether a text is a secret itself, and not a mask, a stand-in, or a reference to where the secret is.
fn is_plain(text: &str, settings: &Settings) -> bool {
    let text = text.trim();
    !text.is_empty()
        && !sensitive::is_mask(text)
        && !text.contains("{{")
        && !text.starts_with('$')
        && settings.placeholders.in_envelope(text).is_empty()
}

fn is_kubernetes_secret(node: NodeRef<'_>) -> bool {
    let is = |field: &str, value: &str| node.get(field).is_some_and(|node| node.text() == value);
    node.kind() == Kind::Object && is("kind", "Secret") && is("apiVersion", "v1")
}

/// Entries of Secrets that tell where something is and who asks, as those that Argo CD reads its repositories from.
const HARMLESS_ENTRIES: [&str; 10] = [
    "type", "url", "name", "project", "server", "username", "email", "insecure", "region", "bucket",
];

/// Whether a text is a certificate, which everyone may read, without the key to it.
fn is_certificate(text: &str) -> bool {
    let public = ["-----BEGIN CERTIFICATE", "-----BEGIN PUBLIC KEY"];
    public.iter().any(|begin| text.contains(begin)) && !text.contains("PRIVATE KEY")
}

fn is_exposed_entry(field: &str, key: &str, value: NodeRef<'_>, settings: &Settings) -> bool {
    if !matches!(value.kind(), Kind::String | Kind::Number) {
        return false;
    }
    let text = value.text();
    let decoded = (field == "data")
        .then(|| base64::decode(&text))
        .flatten()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let is_address = |text: &str| text.contains("://") && !text.contains('@');
    let is_harmless = |text: &str| {
        !is_plain(text, settings)
            || is_address(text)
            || is_certificate(text)
            || matches!(text, "true" | "false")
            || HARMLESS_ENTRIES.contains(&key)
    };
    !is_harmless(&text) && !decoded.as_deref().is_some_and(is_harmless)
}
