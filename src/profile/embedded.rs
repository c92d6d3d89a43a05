//! YAML texts inside the strings of a profile, and the references in them.

use std::{any::Any, collections::HashMap, fmt, ops::Range, sync::Arc};

use super::{
    Profile,
    shared_text::{FileTexts, Hits, SharedText},
};
use crate::{
    sensitive, signs,
    source::{Layer, LineIndex, Text, TextRange, yaml_scalar::ScalarStyle},
    syntax::{
        CommonLines, Kind, NodeId, NodeRef, SyntaxFault, Tree,
        reference::{self, Family, ProblemKind},
        yaml::{self, Stream},
    },
};

/// Which string of a pack a YAML text stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Slot {
    /// `values`.
    Values,
    /// `content` of the manifest with this 0-based number.
    Manifest(usize),
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Values => f.write_str("values"),
            Self::Manifest(index) => write!(f, "manifests[{index}].content"),
        }
    }
}

/// A YAML text in a string of a pack. Packs that share the string through an anchor share the text.
#[derive(Debug)]
pub struct Embedded {
    pack_index: usize,
    slot: Slot,
    text: Arc<HostText>,
}

/// The text of one string of the outer tree.
#[derive(Debug)]
struct HostText {
    host: NodeId,
    layer: Layer,
    shared: Arc<SharedText>,
}

/// What a YAML text holds, without regard to where it lies: equal texts can share it.
#[derive(Debug)]
pub struct EmbeddedYaml {
    stream: Stream,
    references: Vec<EmbeddedReference>,
}

/// A part of a reference: its text, and its bytes in the embedded text.
#[derive(Debug, Clone)]
pub struct Part {
    /// The text.
    pub text: String,
    /// Where it lies in the embedded text, in bytes.
    pub range: TextRange,
}

/// What makes a reference malformed.
#[derive(Debug, Clone)]
pub struct ReferenceProblem {
    /// Where it lies in the embedded text, in bytes.
    pub range: TextRange,
    /// What was found and what would be right.
    pub message: String,
    /// What could stand there instead.
    pub suggestion: Option<String>,
    /// Whether the suggestion is what was meant, for certain.
    pub is_certain: bool,
}

/// A `{{ .spectro… }}` in a scalar of an embedded text. All ranges are bytes of the embedded text.
#[derive(Debug, Clone)]
pub struct EmbeddedReference {
    /// The scalar that holds it.
    pub scalar: NodeId,
    /// From `{{` to `}}`.
    pub range: TextRange,
    /// The part from `.spectro` to the end of its path.
    pub expression: TextRange,
    /// What it refers to, if that can be told.
    pub family: Option<Family>,
    /// What follows the family: one name; or a pack and the keys in its values.
    pub path: Vec<Part>,
    /// The functions that its value goes through, nested ones too.
    pub functions: Vec<Part>,
    /// What is wrong with it.
    pub problems: Vec<ReferenceProblem>,
}

/// What a reference in a comment refers to.
#[derive(Debug, Clone)]
pub struct ReferenceInComment {
    /// The kind of thing it refers to.
    pub family: Family,
    /// Its name: of a system macro the whole path, else the first part of it. The range is that of the embedded text.
    pub name: Part,
}

impl EmbeddedReference {
    /// The name it refers to, when it is a well-formed reference of this family.
    #[must_use]
    pub fn name_in(&self, family: Family) -> Option<&Part> {
        if self.family != Some(family) || !self.problems.is_empty() {
            return None;
        }
        self.path.first()
    }
}

impl Embedded {
    /// Every YAML text in a profile, in order; what packs share once for each of them.
    pub(super) fn all_of(profile: Profile<'_>, known: &FileTexts<'_>) -> Vec<Self> {
        let mut all = Vec::new();
        // Nothing is shared where there are no aliases.
        let may_share = profile.root().tree().has_aliases();
        let mut texts: HashMap<NodeId, Arc<HostText>> = HashMap::new();
        let mut add = |pack_index, slot, host: Option<NodeRef<'_>>| {
            let host = host.filter(|host| host.kind() == Kind::String)?;
            let shared = may_share.then(|| texts.get(&host.id()).map(Arc::clone));
            let text = match shared.flatten() {
                Some(text) => text,
                None => {
                    let text = Arc::new(HostText::new(host.id(), host.layer()?, known));
                    if may_share {
                        texts.insert(host.id(), Arc::clone(&text));
                    }
                    text
                }
            };
            all.push(Self {
                pack_index,
                slot,
                text,
            });
            Some(())
        };
        for pack in profile.packs() {
            add(pack.index(), Slot::Values, pack.values());
            for (index, manifest) in pack.manifests().enumerate() {
                add(pack.index(), Slot::Manifest(index), manifest.get("content"));
            }
        }
        all
    }

    /// The 0-based number of its pack.
    #[must_use]
    pub fn pack_index(&self) -> usize {
        self.pack_index
    }

    /// Which string of the pack it stands in.
    #[must_use]
    pub fn slot(&self) -> Slot {
        self.slot
    }

    /// The string node of the outer tree that holds it.
    #[must_use]
    pub fn host(&self) -> NodeId {
        self.text.host
    }

    /// The map between its text and the outer file.
    #[must_use]
    pub fn layer(&self) -> &Layer {
        &self.text.layer
    }

    pub(super) fn shared(&self) -> &Arc<SharedText> {
        &self.text.shared
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &Text {
        self.text.shared.text()
    }

    /// The line index of its text.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.text.shared.lines()
    }

    /// Its documents, and what is wrong with them as YAML.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.text.shared.yaml().stream
    }

    /// The references in its scalars, in order.
    #[must_use]
    pub fn references(&self) -> &[EmbeddedReference] {
        &self.text.shared.yaml().references
    }

    /// The scalars in it that are values and not keys, strings and numbers, in order.
    pub fn values(&self) -> impl Iterator<Item = NodeRef<'_>> {
        self.stream().tree.nodes().filter(is_value)
    }

    /// Those of its values that have a sign of a stand-in or a credential, and some others; in order. Most texts have none,
    /// and their values need not be looked at one by one.
    pub fn values_with_signs(&self) -> impl Iterator<Item = NodeRef<'_>> {
        let tree = &self.stream().tree;
        let known = self.known(|| WithSigns::of(&self.signs(), tree));
        (0..known.0.len()).filter_map(move |number| Some(tree.node(*known.0.get(number)?)))
    }

    /// Whether it has one of the signs that are looked for in a whole text.
    pub fn has_sign(&self, sign: &str) -> bool {
        let text = self.text();
        let is_there = |at: &usize| {
            let rest = text.get(*at..).unwrap_or_default();
            rest.starts_with(sign)
        };
        self.signs().at.iter().any(is_there)
    }

    fn signs(&self) -> Arc<Hits<Signs>> {
        self.text.shared.hits(&signs_in)
    }

    /// What is known of the text, found out once for all equal texts of a run; one answer for each type. It may depend on
    /// nothing but the text, and on what is the same for a whole run.
    pub fn known<T: Any + Send + Sync>(&self, find_out: impl FnOnce() -> T) -> Arc<T> {
        self.text.shared.known(find_out)
    }

    /// The references in its comments that are well-formed, in order. Each has to be in one line.
    #[must_use]
    pub fn commented_references(&self) -> Vec<ReferenceInComment> {
        let text = self.text();
        let mut found = Vec::new();
        if memchr::memmem::find(text.as_bytes(), b".spectro.").is_none() {
            return found;
        }
        for comment in self.stream().comments() {
            let line = comment.of(text);
            for reference in reference::scan(line) {
                if reference.problems.is_empty() {
                    let targets = reference.targets().into_iter();
                    found.extend(targets.filter_map(|target| in_comment(&target, line, comment)));
                }
            }
        }
        found
    }
}

/// Stands for the search for signs.
struct Signs;

fn signs_in(text: &str) -> Box<dyn Iterator<Item = usize> + '_> {
    Box::new(signs::search(text).into_iter())
}

/// The values of a text that have signs, in order.
struct WithSigns(Vec<NodeId>);

impl WithSigns {
    fn of(signs: &Hits<Signs>, tree: &Tree) -> Self {
        let written = signs.at.iter().filter_map(|&at| tree.scalar_at(at));
        // What is written otherwise than it is meant may have some that are not in the text. The lines of a literal scalar
        // are.
        let decoded = tree.decoded_scalars();
        let decoded = decoded.filter(|(node, text)| {
            node.style() != ScalarStyle::Literal && !signs::search(text).is_empty()
        });
        let found = written.chain(decoded.map(|(node, _)| node));
        let mut found: Vec<NodeId> = found.filter(is_value).map(NodeRef::id).collect();
        found.sort_unstable();
        found.dedup();
        Self(found)
    }
}

fn is_value(node: &NodeRef<'_>) -> bool {
    matches!(node.kind(), Kind::String | Kind::Number) && !node.is_key()
}

impl HostText {
    fn new(host: NodeId, layer: Layer, known: &FileTexts<'_>) -> Self {
        let shared = known.text_of(&layer);
        layer.is_known(shared.text());
        Self {
            host,
            layer,
            shared,
        }
    }
}

impl EmbeddedYaml {
    /// Parses a YAML text, which may be a known one with some lines changed, and finds its references.
    #[must_use]
    pub(super) fn parse(text: &Text, known: Option<(&Self, &[CommonLines])>) -> Self {
        let known = known.map(|(known, lines)| (&known.stream, lines));
        let stream = yaml::parse_like(text, known);
        let mut references = Vec::new();
        // Few nodes have a template, and some have several.
        let templates = memchr::memmem::find_iter(text.as_bytes(), b"{{");
        let mut last = None;
        for node in templates.filter_map(|at| stream.tree.scalar_at(at)) {
            if node.kind() == Kind::String && last != Some(node.id()) {
                last = Some(node.id());
                find_references(node, &mut references);
            }
        }
        Self { stream, references }
    }
}

/// What a target of a comment refers to; `line` is the text of the comment.
fn in_comment(
    target: &reference::Target<'_, '_>,
    line: &str,
    comment: TextRange,
) -> Option<ReferenceInComment> {
    let family = target.family?.value;
    let first = target.path.first()?;
    let last = if family == Family::System {
        target.path.last()?
    } else {
        first
    };
    let range = TextRange::new(first.range.start, last.range.end);
    Some(ReferenceInComment {
        family,
        name: Part {
            text: range.of(line).to_owned(),
            range: range.shifted(comment.start()),
        },
    })
}

/// Comments are no nodes and so never searched; text that only looks like a reference in a key is found like any.
fn find_references(scalar: NodeRef<'_>, found: &mut Vec<EmbeddedReference>) {
    if let Some(written) = scalar.text_as_written() {
        let to_outer =
            |range: &Range<usize>| TextRange::from(range.clone()).shifted(written.start());
        add_references(scalar, &scalar.text(), to_outer, found);
    } else if let Some(layer) = scalar.layer() {
        let to_outer = |range: &Range<usize>| layer.to_host(range.clone().into());
        add_references(scalar, layer.text(), to_outer, found);
    }
}

/// Adds the references in the text of a scalar. `to_outer` leads from bytes of it to those of the embedded text.
fn add_references(
    scalar: NodeRef<'_>,
    text: &str,
    to_outer: impl Fn(&Range<usize>) -> TextRange,
    found: &mut Vec<EmbeddedReference>,
) {
    for reference in reference::scan(text) {
        let part = |text: &str, range: &Range<usize>| Part {
            text: text.to_owned(),
            range: to_outer(range),
        };
        // Besides the reference itself, those among the arguments of its functions: `default .spectro.var.x`.
        for (index, target) in reference.targets().into_iter().enumerate() {
            let is_argument = index > 0;
            let whole = if is_argument {
                &target.expression
            } else {
                &reference.range
            };
            let problems = if is_argument {
                &[]
            } else {
                reference.problems.as_slice()
            };
            let functions = if is_argument {
                Vec::new()
            } else {
                reference.functions()
            };
            found.push(EmbeddedReference {
                scalar: scalar.id(),
                range: to_outer(whole),
                expression: to_outer(&target.expression),
                family: target.family.map(|family| family.value),
                path: target
                    .path
                    .iter()
                    .map(|key| part(key.value, &key.range))
                    .collect(),
                functions: functions
                    .iter()
                    .map(|name| part(name.value, &name.range))
                    .collect(),
                problems: problems
                    .iter()
                    .map(|problem| ReferenceProblem {
                        range: to_outer(&problem.range),
                        message: problem.message.clone(),
                        suggestion: problem.suggestion.clone(),
                        is_certain: problem.kind == ProblemKind::Spelling,
                    })
                    .collect(),
            });
        }
    }
}

/// What is wrong with the aliases of a stream that have no anchor. A mask that lost its quotes is one too: a secret to
/// fill in, and for another rule to report.
#[must_use]
pub fn alias_faults(stream: &Stream) -> Vec<SyntaxFault> {
    let aliases = stream.unknown_aliases.iter();
    let aliases = aliases.map(|&id| stream.tree.node(id));
    aliases
        .filter(|alias| !sensitive::is_mask(alias.source()))
        .map(|alias| {
            let is_secret = alias
                .key()
                .is_some_and(|key| sensitive::is_secret_key(&key.text()));
            let shown = if is_secret {
                sensitive::REDACTED
            } else {
                alias.source()
            };
            yaml::unknown_alias_fault(alias, Some(shown))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::{source::TextRange, syntax::yaml};

    #[test]
    fn a_text_that_is_written_as_it_is_lies_where_it_is_written() {
        let text = "a: plain {{ text }}\nb: 'quoted é'\nc: \"double\"\nd: ''\n'e': 12\nf: - g\n";
        let stream = yaml::parse(&text.into());
        let mut written = 0;
        for node in stream.tree.nodes() {
            let (Some(range), Some(layer)) = (node.text_as_written(), node.layer()) else {
                continue;
            };
            written += 1;
            let length = layer.text().len();
            let parts = (0..=length).flat_map(|start| (start..=length).map(move |end| start..end));
            for part in parts.filter(|part| layer.text().get(part.clone()).is_some()) {
                let part = TextRange::from(part);
                assert_eq!(layer.to_host(part), part.shifted(range.start()), "{node:?}");
            }
        }
        assert_eq!(written, 11);
    }
}
