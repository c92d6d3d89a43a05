//! Where rules put what they find.

use std::{borrow::Cow, ops::Range, sync::Arc};

use super::RuleMeta;
use crate::{
    constraints::RuledPack,
    finding::{self, Applicability, Finding, Fix, Place},
    profile::{Embedded, ProfileFile},
    sensitive,
    source::{Edit, TextRange},
    syntax::NodeRef,
};

/// What a finding is about, as a rule sees it.
#[derive(Debug, Clone, Copy)]
pub enum Spot<'a> {
    /// A node of the outer tree: its value.
    Value(NodeRef<'a>),
    /// The key of a node of the outer tree, or the key node itself.
    Key(NodeRef<'a>),
    /// Some of the bytes of a node of the outer tree.
    Part(NodeRef<'a>, TextRange),
    /// Bytes of the outer file that are no node.
    Bytes(TextRange),
    /// Bytes of an embedded text, in the node that holds them if there is one.
    Inner {
        /// The text.
        embedded: &'a Embedded,
        /// The bytes of the text.
        range: TextRange,
        /// The node around them.
        node: Option<NodeRef<'a>>,
    },
}

impl<'a> Spot<'a> {
    /// A node of an embedded document.
    #[must_use]
    pub fn inner(embedded: &'a Embedded, node: NodeRef<'a>) -> Self {
        Self::Inner {
            embedded,
            range: node.content_range(),
            node: Some(node),
        }
    }

    /// A value that a pack has a rule for. A secret that nothing in the profile tells to be one would be shown with the
    /// lines around it, so a finding about it is one about its pack.
    #[must_use]
    pub fn ruled(ruled: &RuledPack<'a>, value: NodeRef<'a>, is_secret: bool) -> Self {
        match ruled.pack.name_node() {
            Some(name) if is_secret && !sensitive::is_secret(value) => Self::Value(name),
            _ => Self::inner(ruled.values, value),
        }
    }

    /// Bytes of an embedded text, in the node with this number.
    #[must_use]
    pub fn inner_part(
        embedded: &'a Embedded,
        node: crate::syntax::NodeId,
        range: TextRange,
    ) -> Self {
        Self::Inner {
            embedded,
            range,
            node: Some(embedded.stream().tree.node(node)),
        }
    }

    /// A part of the text of a scalar of the outer tree, in bytes of that text.
    #[must_use]
    pub fn text_part(scalar: NodeRef<'a>, part: Range<usize>) -> Self {
        match scalar.layer() {
            Some(layer) => Self::Part(scalar, layer.to_host(part.into())),
            None => Self::Value(scalar),
        }
    }
}

impl<'a> From<NodeRef<'a>> for Spot<'a> {
    fn from(node: NodeRef<'a>) -> Self {
        Self::Value(node)
    }
}

/// The most findings that are told of one file: more are of no use to anybody, and a file made to have them could have
/// a million for every few megabytes.
pub const MOST_FINDINGS: usize = 100_000;

/// Takes the findings of one file.
#[derive(Debug)]
pub struct Sink<'f> {
    file: &'f ProfileFile,
    profile: Option<String>,
    destination: Option<Arc<str>>,
    findings: Vec<Finding>,
    left_out: usize,
}

impl<'f> Sink<'f> {
    /// A sink for findings in this file.
    #[must_use]
    pub fn new(file: &'f ProfileFile) -> Self {
        Self {
            file,
            profile: None,
            destination: None,
            findings: Vec::new(),
            left_out: 0,
        }
    }

    /// The profile that findings are about from now on.
    pub fn set_profile(&mut self, name: Option<String>) {
        self.profile = name.map(finding::shortened);
    }

    /// The destination that findings hold for from now on.
    pub fn set_destination(&mut self, name: Option<Arc<str>>) {
        self.destination = name;
    }

    /// Adds a finding. The message is lower case and has no final period.
    pub fn report<'a>(
        &mut self,
        rule: &'static RuleMeta,
        spot: impl Into<Spot<'a>>,
        message: impl Into<String>,
    ) -> &mut Finding {
        let spot = spot.into();
        let finding = Finding::new(rule, self.place(spot), message.into());
        // Nothing is added to a finding once the next one comes.
        if let Some(last) = self.findings.last_mut() {
            last.shorten();
        }
        if self.findings.len() > MOST_FINDINGS {
            self.findings.pop();
            self.left_out += 1;
        }
        self.findings.push_mut(Finding {
            profile: self.profile.clone(),
            destination: self.destination.clone(),
            ..finding
        })
    }

    /// The place of a spot in this sink's file.
    #[must_use]
    pub fn place(&self, spot: Spot<'_>) -> Place {
        match spot {
            Spot::Value(node) => self.file.place(node.content_range(), node.pointer()),
            Spot::Key(node) => {
                let key = node.own_entry().map_or(node, |(key, _)| key);
                self.file.place(key.content_range(), key.pointer())
            }
            Spot::Part(node, range) => self.file.place(range, node.pointer()),
            Spot::Bytes(range) => self.file.place(range, String::new()),
            Spot::Inner {
                embedded,
                range,
                node,
            } => {
                let path = node.map(NodeRef::pointer).unwrap_or_default();
                let document = match node {
                    Some(node) => node.document_index(),
                    None => embedded.stream().tree.document_at(range.start()),
                };
                self.file.inner_place(embedded, range, path, document)
            }
        }
    }

    /// The findings, complete: their fixes know where they are in the file, and they show no credential; and how many
    /// there were beside them.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Finding>, usize) {
        if let Some(last) = self.findings.last_mut() {
            last.shorten();
        }
        if self.findings.len() > MOST_FINDINGS {
            self.findings.pop();
            self.left_out += 1;
        }
        let fixes = self.findings.iter_mut();
        let mut secrets = None;
        for fix in fixes.filter_map(|finding| finding.fix.as_mut()) {
            let secrets = secrets.get_or_insert_with(|| self.file.secret_ranges());
            complete(fix, self.file, secrets);
        }
        self.findings.iter_mut().for_each(hide_credentials);
        (self.findings, self.left_out)
    }
}

/// Says where the edits of a fix are, and whether they write again what is at one of the secrets, which are in order.
fn complete(fix: &mut Fix, file: &ProfileFile, secrets: &[TextRange]) {
    let ranges = fix.edits.iter().map(|edit| edit.range);
    fix.spans = ranges.map(|range| file.positions(range)).collect();
    let is_secret = |range: TextRange| {
        let next = secrets.partition_point(|secret| secret.end() <= range.start());
        let next = secrets.get(next);
        next.is_some_and(|secret| secret.start() < range.end())
    };
    let has_credential = |text: &str| matches!(sensitive::without_credentials(text), Cow::Owned(_));
    let mut edits = fix.edits.iter().filter(|edit| !edit.text.is_empty());
    fix.holds_secret = edits.any(|edit| is_secret(edit.range) || has_credential(&edit.text));
}

fn hide_credentials_of_place(place: &mut Place) {
    sensitive::hide_credentials_of_pointer(&mut place.pointer);
    if let Some(inner) = &mut place.inner {
        sensitive::hide_credentials_of_pointer(&mut inner.path);
    }
}

/// Leaves no credential in what a finding shows: keys of YAML are in paths, and names in messages.
fn hide_credentials(finding: &mut Finding) {
    sensitive::hide_credentials(&mut finding.message);
    sensitive::hide_credentials(&mut finding.subject);
    let texts = [&mut finding.label, &mut finding.help, &mut finding.pack];
    texts
        .into_iter()
        .flatten()
        .for_each(sensitive::hide_credentials);
    hide_credentials_of_place(&mut finding.place);
    for related in &mut finding.related {
        sensitive::hide_credentials(&mut related.message);
        hide_credentials_of_place(&mut related.place);
    }
    if let Some(fix) = &mut finding.fix {
        sensitive::hide_credentials(&mut fix.description);
    }
}

/// A fix that makes edits of an embedded text. `None` where the string that holds it cannot be edited.
#[must_use]
pub fn inner_fix(
    file: &ProfileFile,
    embedded: &Embedded,
    edits: &[Edit],
    description: String,
    applicability: Applicability,
) -> Option<Fix> {
    let host = file.tree()?.node(embedded.host());
    let (edits, _) = embedded.layer().edits(edits, host.surroundings())?;
    Some(Fix {
        description,
        applicability,
        edits,
        spans: Vec::new(),
        holds_secret: false,
    })
}

/// A fix that makes edits of the outer file.
#[must_use]
pub fn outer_fix(edits: Vec<Edit>, description: String, applicability: Applicability) -> Fix {
    Fix {
        description,
        applicability,
        edits,
        spans: Vec::new(),
        holds_secret: false,
    }
}

/// The edits of an embedded text that put `text` in place of a part of one of its scalars.
#[must_use]
pub fn scalar_part(scalar: NodeRef<'_>, part: TextRange, text: &str) -> Option<Vec<Edit>> {
    let layer = scalar.layer()?;
    let edit = Edit {
        range: layer.from_host(part)?,
        text: text.to_owned(),
    };
    let (edits, _) = layer.edits(&[edit], scalar.surroundings())?;
    Some(edits)
}
