//! What a configuration silences: findings of a rule in some files, at some place, for a reason and perhaps for a time.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::{
    finding::{Finding, Place, RuleMeta},
    rules,
    settings::Settings,
};

/// Files below a folder, by a pattern that is relative to it. A pattern that names a folder is about all that is in it.
#[derive(Debug, Clone)]
pub struct PathPattern {
    pattern: String,
    matcher: GlobSet,
}

impl PathPattern {
    /// Reads a pattern: `*` and `?` stand for characters but `/`, `**` for any folders.
    ///
    /// # Errors
    ///
    /// A message when it is no such pattern.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let own = pattern.strip_prefix("./").unwrap_or(pattern);
        let own = own.trim_end_matches('/');
        let glob = |text: &str| -> Result<Glob, String> {
            GlobBuilder::new(text)
                .literal_separator(true)
                .build()
                .map_err(|error| format!("`{pattern}` is no pattern: {}", error.kind()))
        };
        let mut set = GlobSetBuilder::new();
        set.add(glob(own)?);
        set.add(glob(&format!("{own}/**"))?);
        let matcher = set.build().map_err(|error| error.kind().to_string())?;
        Ok(Self {
            pattern: own.to_owned(),
            matcher,
        })
    }

    /// Whether a file is meant, by its path below the folder that the pattern is relative to.
    #[must_use]
    pub fn matches(&self, relative: &Path) -> bool {
        self.matcher.is_match(relative)
    }

    /// The pattern, as it is shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// The deepest folder, or the file, that all the files it means lie in.
    fn base(&self) -> PathBuf {
        let is_literal = |part: &&str| !part.contains(['*', '?', '[', '{', '\\']);
        self.pattern.split('/').take_while(is_literal).collect()
    }
}

/// Which part of a file an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spot {
    /// A JSON Pointer of the document, and all below it.
    Pointer(String),
    /// A pack by its name, and in it a JSON Pointer of its values or manifests, and all below that.
    Pack {
        /// The name.
        name: String,
        /// The pointer; empty for the whole pack.
        path: String,
    },
}

impl Spot {
    /// Reads `/pointer`, `pack`, or `pack:/pointer`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        if text.starts_with('/') {
            return Self::Pointer(text.trim_end_matches('/').to_owned());
        }
        let (name, path) = text.split_once(":/").unwrap_or((text, ""));
        let path = path.trim_end_matches('/');
        Self::Pack {
            name: name.to_owned(),
            path: if path.is_empty() {
                String::new()
            } else {
                format!("/{path}")
            },
        }
    }

    fn matches(&self, finding: &Finding) -> bool {
        match self {
            Self::Pointer(pointer) => is_at_or_below(&finding.place.pointer, pointer),
            Self::Pack { name, path } => {
                let inner = finding.place.inner.as_ref();
                let inner_path = inner.map_or("", |inner| inner.path.as_str());
                finding.pack.as_ref() == Some(name) && is_at_or_below(inner_path, path)
            }
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pointer(pointer) => f.write_str(pointer),
            Self::Pack { name, path } if path.is_empty() => f.write_str(name),
            Self::Pack { name, path } => write!(f, "{name}:{path}"),
        }
    }
}

/// Whether a pointer leads to what another leads to, or into it.
fn is_at_or_below(pointer: &str, other: &str) -> bool {
    pointer
        .strip_prefix(other)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// One entry: what it silences.
#[derive(Debug, Clone)]
pub struct Ignore {
    /// The rule whose findings it silences.
    pub rule: &'static RuleMeta,
    /// The files it is about; all without it.
    pub path: Option<PathPattern>,
    /// The part of them it is about; all of it without it.
    pub spot: Option<Spot>,
    /// Where the entry stands.
    pub place: Place,
    /// Where it says that its day has come; such an entry silences nothing.
    pub expired: Option<(String, Place)>,
}

/// The entries of a configuration, and what has to be known to judge them.
#[derive(Debug, Clone, Default)]
pub struct Ignores {
    entries: Vec<Ignore>,
    /// The folder that paths are relative to (canonical).
    folder: PathBuf,
    /// What the run looks at: files and folders (canonical).
    inputs: Vec<PathBuf>,
}

/// Which entries silenced something, by their numbers.
pub type Used = BTreeSet<usize>;

impl Ignores {
    /// Entries with paths that are relative to `folder` (canonical).
    #[must_use]
    pub fn new(entries: Vec<Ignore>, folder: PathBuf) -> Self {
        Self {
            entries,
            folder,
            inputs: Vec::new(),
        }
    }

    /// Tells what the run looks at: an entry about other files is not called unused.
    pub fn set_inputs(&mut self, paths: &[PathBuf]) {
        if self.entries.is_empty() {
            return;
        }
        let inputs = paths.iter().filter_map(|path| path.canonicalize().ok());
        self.inputs = inputs.collect();
    }

    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[Ignore] {
        &self.entries
    }

    /// Leaves out findings that an entry silences, and notes which entries did.
    pub fn apply(&self, findings: &mut Vec<Finding>, used: &mut Used) {
        if self.entries.is_empty() || findings.is_empty() {
            return;
        }
        let mut about: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
        findings.retain(|finding| {
            let file = &finding.place.file;
            let entries = about
                .entry(Arc::clone(file))
                .or_insert_with(|| self.about(file));
            let by = entries.iter().copied().find(|number| {
                self.entries.get(*number).is_some_and(|entry| {
                    std::ptr::eq(entry.rule, finding.rule)
                        && entry.spot.as_ref().is_none_or(|spot| spot.matches(finding))
                })
            });
            used.extend(by);
            by.is_none()
        });
    }

    /// The numbers of the entries that are about a file, by its name in findings.
    fn about(&self, file: &str) -> Vec<usize> {
        let relative = below(&self.folder, Path::new(file));
        let is_about = |entry: &Ignore| {
            let in_path = match (&entry.path, &relative) {
                (None, _) => true,
                (Some(path), Some(relative)) => path.matches(relative),
                (Some(_), None) => false,
            };
            in_path && entry.expired.is_none()
        };
        let numbered = self.entries.iter().enumerate();
        numbered
            .filter(|(_, entry)| is_about(entry))
            .map(|(number, _)| number)
            .collect()
    }

    /// What is to be said of the entries themselves when the run is over.
    #[must_use]
    pub fn findings(
        &self,
        used: &Used,
        settings: &Settings,
        has_destinations: bool,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (number, entry) in self.entries.iter().enumerate() {
            let id = entry.rule.id;
            if let Some((day, place)) = &entry.expired {
                let mut finding = Finding::new(
                    rules::expired_ignore_meta(),
                    place.clone(),
                    format!("this entry for `{id}` silences nothing since {day}"),
                );
                finding
                    .help("mend what it silenced and remove it, or give it another day")
                    .subject(id);
                findings.push(finding);
            } else if !used.contains(&number)
                && settings.is_asked(entry.rule, has_destinations)
                && self.is_looked_at(entry)
            {
                let mut finding = Finding::new(
                    rules::unused_ignore_meta(),
                    entry.place.clone(),
                    format!("this entry silences no finding of `{id}`"),
                );
                finding.help("remove it, or see whether its path and place are right");
                finding.subject(format!(
                    "{id} {}",
                    entry.path.as_ref().map_or("", PathPattern::as_str)
                ));
                findings.push(finding);
            }
        }
        settings.apply(&mut findings);
        findings
    }

    /// Whether the run looks at all that an entry is about.
    fn is_looked_at(&self, entry: &Ignore) -> bool {
        let base = entry.path.as_ref().map(PathPattern::base);
        let base = self.folder.join(base.unwrap_or_default());
        self.inputs.iter().any(|input| base.starts_with(input))
    }
}

/// The path of a file below a folder (canonical); `None` when it lies elsewhere.
#[must_use]
pub fn below(folder: &Path, file: &Path) -> Option<PathBuf> {
    let real = file
        .canonicalize()
        .or_else(|_| std::path::absolute(file))
        .ok()?;
    real.strip_prefix(folder).map(Path::to_owned).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_about_files_and_folders() {
        let cases = [
            ("profiles/a.json", "profiles/a.json", true),
            ("profiles", "profiles/sub/a.json", true),
            ("./profiles/", "profiles/a.json", true),
            ("profiles/*.json", "profiles/sub/a.json", false),
            ("**/*-dev.json", "profiles/web-dev.json", true),
            ("**/*-dev.json", "web-dev.json", true),
            ("profile", "profiles/a.json", false),
        ];
        for (pattern, path, is_meant) in cases {
            let read = PathPattern::new(pattern).expect("a pattern");
            assert_eq!(read.matches(Path::new(path)), is_meant, "{pattern} {path}");
        }
        assert!(PathPattern::new("a[").is_err());
        let base = |pattern: &str| PathPattern::new(pattern).expect("a pattern").base();
        assert_eq!(base("profiles/web/*.json"), Path::new("profiles/web"));
        assert_eq!(base("**/x"), Path::new(""));
    }

    #[test]
    fn spots_are_pointers_and_packs() {
        assert_eq!(Spot::read("/spec/"), Spot::Pointer("/spec".to_owned()));
        let pack = |name: &str, path: &str| Spot::Pack {
            name: name.to_owned(),
            path: path.to_owned(),
        };
        assert_eq!(Spot::read("web--nginx"), pack("web--nginx", ""));
        assert_eq!(Spot::read("nginx:/charts/0"), pack("nginx", "/charts/0"));
        assert!(is_at_or_below("/spec/packs", "/spec") && !is_at_or_below("/specs", "/spec"));
    }
}
