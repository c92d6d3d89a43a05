//! Findings: what a rule has to say, as owned data that every output format reads.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::{
    excerpt::Excerpt,
    sensitive::without_credentials,
    source::{Edit, LineColumn, TextRange},
};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Works, but probably not as meant.
    Warning,
    /// The import is refused, or what it creates does not work.
    Error,
}

impl Level {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Level {
    /// The level with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::Info, Self::Warning, Self::Error];
        all.into_iter().find(|level| level.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a rule is about; groups share a chapter of the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The file and the envelope.
    Document,
    /// The packs and their order.
    Stack,
    /// The YAML in values and manifests.
    Values,
    /// Profile variables.
    Variables,
    /// What a destination says.
    Destination,
    /// What packs ask of their values and of each other.
    Constraints,
}

impl Group {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Stack => "stack",
            Self::Values => "values",
            Self::Variables => "variables",
            Self::Destination => "destination",
            Self::Constraints => "constraints",
        }
    }
}

impl Group {
    /// Every group, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Document,
        Self::Stack,
        Self::Values,
        Self::Variables,
        Self::Destination,
        Self::Constraints,
    ];

    /// The group with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.name() == name)
    }
}

/// What is known of a rule without running it.
#[derive(Debug, PartialEq, Eq)]
pub struct RuleMeta {
    /// Its name: kebab-case, the defect it finds. Names are API.
    pub id: &'static str,
    /// One line for lists: lower case, no final period.
    pub summary: &'static str,
    /// The level its findings have unless a finding says otherwise.
    pub level: Level,
    /// Whether it runs where nothing is said of it.
    pub is_on: bool,
    /// Whether some of its findings come with a fix.
    pub is_fixable: bool,
    /// What it is about.
    pub group: Group,
    /// The version of the tool that had it first.
    pub since: &'static str,
    /// Its page, in Markdown.
    pub docs: &'static str,
}

/// Where something is: in the outer file, and inside an embedded document when it lies in one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as people know it, with `/` between folders.
    pub file: Arc<str>,
    /// Bytes of the file, 0-based.
    pub range: TextRange,
    /// Position of the first byte in the file.
    pub start: LineColumn,
    /// Position after the last byte in the file.
    pub end: LineColumn,
    /// The number of the document in its file, 0-based: a YAML file may hold several.
    pub document: usize,
    /// RFC 6901 JSON Pointer to the node of the outer document; empty for the document itself.
    pub pointer: String,
    /// The place inside the embedded document, if it is in one.
    pub inner: Option<InnerPlace>,
}

impl Place {
    /// The part of the pointer that tells the pack it lies in, a 0-based number, and what is below the pack.
    #[must_use]
    pub fn in_pack(&self) -> Option<(&str, &str)> {
        let rest = self.pointer.strip_prefix("/spec/template/packs/")?;
        Some(rest.split_once('/').unwrap_or((rest, "")))
    }
}

/// A place inside a document that is embedded in a string of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InnerPlace {
    /// Which string: `values`, `manifests[0].content`.
    pub name: String,
    /// The pack that holds it: its 0-based number in the profile.
    pub pack_index: usize,
    /// RFC 6901 JSON Pointer to the node of the embedded document.
    pub path: String,
    /// The number of the document in its YAML stream, 0-based.
    pub document: usize,
    /// Bytes of the embedded text, 0-based.
    pub range: TextRange,
    /// Position of the first byte in the embedded text.
    pub start: LineColumn,
    /// Position after the last byte in the embedded text.
    pub end: LineColumn,
}

/// Another place that has to do with a finding, and what it has to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// Lower case, without a final period.
    pub message: String,
}

/// Whether a fix may be applied without a person looking at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applicability {
    /// The fixed file means what was meant, certainly.
    Safe,
    /// The fixed file is valid, but may mean something else.
    Unsafe,
}

impl Applicability {
    /// Its name in output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// What would mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub description: String,
    /// Whether it may be applied unseen.
    pub applicability: Applicability,
    /// The replacements in the file, in order, not overlapping.
    pub edits: Vec<Edit>,
    /// Where each of the edits begins and ends. Set when the findings of the file are complete.
    pub spans: Vec<(LineColumn, LineColumn)>,
    /// Whether it writes a secret again, so that its edits are for files only and not to be shown. Set with the spans.
    pub holds_secret: bool,
}

/// A text for people, without credentials that it may repeat from a file.
fn shown(text: String) -> String {
    match without_credentials(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(shown) => shown,
    }
}

/// A text of a finding, or both ends of it where it is longer than anybody reads.
#[must_use]
pub fn shortened(text: String) -> String {
    const LONGEST: usize = 4096;
    if text.len() <= LONGEST {
        return text;
    }
    let head = text.get(..text.floor_char_boundary(LONGEST / 2));
    let tail = text.get(text.ceil_char_boundary(text.len() - LONGEST / 8)..);
    format!("{}…{}", head.unwrap_or_default(), tail.unwrap_or_default())
}

/// One thing that a rule found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static RuleMeta,
    /// How bad it is here.
    pub level: Level,
    /// What was found, and what would be right: lower case, no final period. Text from files is not escaped yet.
    pub message: String,
    /// What to write under the underlined text; shorter than the message.
    pub label: Option<String>,
    /// What to do about it.
    pub help: Option<String>,
    /// Where it is.
    pub place: Place,
    /// Other places that have to do with it.
    pub related: Vec<Related>,
    /// What would mend it.
    pub fix: Option<Fix>,
    /// The name of the profile it is about.
    pub profile: Option<String>,
    /// The name of the pack it is about.
    pub pack: Option<String>,
    /// The destination that it holds for; `None` when it holds for all.
    pub destination: Option<Arc<str>>,
    /// Identity that survives edits elsewhere: of the rule, the file, the path in the document (packs by name, not
    /// by number), and [`Finding::subject`]. Set when the report is made.
    pub fingerprint: String,
    /// The value it is about, where the path alone does not tell two findings apart. Never a secret.
    pub subject: String,
    /// The pack that makes it moot when another profile of the run brings it: both may be for one cluster.
    pub unless_brought: Option<String>,
    /// The lines around it, where an output format shows them.
    pub excerpt: Option<Excerpt>,
}

impl Finding {
    /// A finding at the level of its rule, without anything else.
    #[must_use]
    pub fn new(rule: &'static RuleMeta, place: Place, message: String) -> Self {
        Self {
            rule,
            level: rule.level,
            message: shown(message),
            label: None,
            help: None,
            place,
            related: Vec::new(),
            fix: None,
            profile: None,
            pack: None,
            destination: None,
            fingerprint: String::new(),
            subject: String::new(),
            unless_brought: None,
            excerpt: None,
        }
    }

    /// Whether it is about several files of the run, and so was found when their texts were gone.
    #[must_use]
    pub fn is_across_files(&self) -> bool {
        self.related
            .iter()
            .any(|related| related.place.file != self.place.file)
    }

    /// Sets what to do about it.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(shown(help.into()));
        self
    }

    /// Sets what stands under the underlined text.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(shown(label.into()));
        self
    }

    /// Sets another level than the rule's.
    pub fn level(&mut self, level: Level) -> &mut Self {
        self.level = level;
        self
    }

    /// Sets the pack it is about.
    pub fn pack(&mut self, pack: impl Into<String>) -> &mut Self {
        self.pack = Some(pack.into());
        self
    }

    /// Shortens all texts that are longer than anybody reads: names of a megabyte may stand in a file, and in every
    /// finding about it.
    pub fn shorten(&mut self) {
        let place = &mut self.place;
        let inner = place.inner.as_mut().map(|inner| &mut inner.path);
        let own = [&mut self.message, &mut self.subject, &mut place.pointer];
        let others = [
            &mut self.label,
            &mut self.help,
            &mut self.profile,
            &mut self.pack,
            &mut self.unless_brought,
        ];
        let related = self.related.iter_mut();
        let related =
            related.flat_map(|related| [&mut related.message, &mut related.place.pointer]);
        let texts = own.into_iter().chain(inner).chain(related);
        for text in texts.chain(others.into_iter().flatten()) {
            *text = shortened(std::mem::take(text));
        }
    }

    /// Sets the value it is about.
    pub fn subject(&mut self, subject: impl Into<String>) -> &mut Self {
        self.subject = subject.into();
        self
    }

    /// Sets the pack that makes it moot when another profile of the run brings it.
    pub fn unless_brought(&mut self, pack: impl Into<String>) -> &mut Self {
        self.unless_brought = Some(pack.into());
        self
    }

    /// Adds another place.
    pub fn related(&mut self, place: Place, message: impl Into<String>) -> &mut Self {
        self.related.push(Related {
            place,
            message: shown(message.into()),
        });
        self
    }

    /// Sets what would mend it.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }
}
