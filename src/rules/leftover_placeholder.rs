//! `leftover-placeholder`

use super::{Group, ProfileContext, Rule, RuleMeta, Sink, Spot};
use crate::{
    finding::Level,
    placeholders::Placeholder,
    sensitive,
    syntax::{Kind, NodeRef},
};

/// What is known of the rule.
pub static META: RuleMeta = RuleMeta {
    id: "leftover-placeholder",
    summary: "a text that stands in for a value which was never filled in",
    level: Level::Warning,
    is_on: true,
    is_fixable: false,
    group: Group::Values,
    since: "0.1.0",
    docs: include_str!("../../docs/rules/leftover-placeholder.md"),
};

/// The rule.
pub struct LeftoverPlaceholder;

impl Rule for LeftoverPlaceholder {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn check_profile(&self, cx: &ProfileContext<'_>, sink: &mut Sink<'_>) {
        let placeholders = &cx.settings.placeholders;
        for (node, pack) in envelope_strings(cx) {
            let Some(layer) = node.layer() else {
                continue;
            };
            for found in placeholders.in_envelope(layer.text()) {
                let spot = Spot::text_part(node, found.range.range());
                report(found, node, layer.text(), spot, pack.clone(), sink);
            }
        }
        for embedded in cx.document.embedded() {
            let nodes = embedded.stream().tree.nodes();
            for node in nodes.filter(|node| node.kind() == Kind::String && !is_key(*node)) {
                let text = node.text();
                let all = placeholders.in_value(&text);
                if all.is_empty() {
                    continue;
                }
                let Some(layer) = node.layer() else {
                    continue;
                };
                let is_description = is_description(node);
                for found in all {
                    // What people read about a field may tell how to fill it in.
                    if is_description && found.range.of(&text) != text.trim() {
                        continue;
                    }
                    let range = layer.to_host(found.range);
                    let spot = Spot::inner_part(embedded, node.id(), range);
                    let pack = cx.pack_name(embedded.pack_index());
                    report(found, node, &text, spot, Some(pack), sink);
                }
            }
        }
    }
}

fn is_key(node: NodeRef<'_>) -> bool {
    node.own_entry().is_some_and(|(key, _)| key == node)
}

fn is_description(node: NodeRef<'_>) -> bool {
    node.own_entry()
        .is_some_and(|(key, _)| key.text() == "description")
}

/// The strings of the envelope that people fill in, and of which pack they are.
fn envelope_strings<'a>(cx: &ProfileContext<'a>) -> Vec<(NodeRef<'a>, Option<String>)> {
    let root = cx.profile.root();
    let mut strings: Vec<(NodeRef<'a>, Option<String>)> = Vec::new();
    let fields = ["name", "description"].into_iter();
    strings.extend(fields.filter_map(|field| Some((root.at(&["metadata", field])?, None))));
    if let Some(labels) = root.at(&["metadata", "labels"]) {
        strings.extend(labels.entries().map(|(_, value)| (value, None)));
    }
    for pack in cx.packs {
        let registry = ["name", "uid"]
            .into_iter()
            .filter_map(|field| pack.registry_metadata()?.get(field));
        let own = ["name", "version", "tag"]
            .into_iter()
            .filter_map(|field| pack.string(field));
        let name = pack.name().into_owned();
        strings.extend(own.chain(registry).map(|node| (node, Some(name.clone()))));
    }
    let defaults = cx
        .profile
        .variables()
        .filter_map(|variable| variable.default_value());
    strings.extend(defaults.map(|node| (node, None)));
    strings.retain(|(node, _)| node.kind() == Kind::String);
    strings
}

fn report(
    found: Placeholder<'_>,
    node: NodeRef<'_>,
    text: &str,
    spot: Spot<'_>,
    pack: Option<String>,
    sink: &mut Sink<'_>,
) {
    // What stands where a secret should be is perhaps the secret: its pattern says enough.
    let shown = if sensitive::is_secret(node) {
        found.pattern
    } else {
        found.range.of(text)
    };
    let finding = sink.report(
        &META,
        spot,
        format!("`{shown}` looks like a stand-in for a value that was never filled in"),
    );
    finding
        .subject(shown)
        .label("never filled in")
        .help("put the value here, or a macro or profile variable");
    if let Some(pack) = pack {
        finding.pack(pack);
    }
}
