//! SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), for code scanning and for editors.
//!
//! Columns are code points, as everywhere in this tool, and the report says so. Files are named relative to the folder
//! of the run. A finding in an embedded document has the region of the outer file, which is where an editor opens, and
//! a logical location with the pack and the position in its text.

use std::{collections::BTreeSet, fmt::Write as _};

use serde::Serialize;

use super::{concise::inner_place, json::to_text, page};
use crate::{
    finding::{Finding, Fix, InnerPlace, Level, Place, RuleMeta},
    origin,
    report::Report,
    rules,
    sensitive::printable,
    source::{LineColumn, TextRange},
};

/// What relative names of files are relative to.
const ROOT: &str = "%SRCROOT%";

/// The width of the pages of rules, in characters.
const PAGE_WIDTH: usize = 100;

#[derive(Serialize)]
struct Log<'r> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'r>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'r> {
    tool: Tool,
    invocations: [Invocation; 1],
    original_uri_base_ids: UriBases,
    column_kind: &'static str,
    results: Vec<ResultObject<'r>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    information_uri: Option<&'static str>,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: [&'static str; 1],
}

#[derive(Serialize)]
struct Message {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message,
}

#[derive(Serialize)]
struct UriBases {
    #[serde(rename = "%SRCROOT%")]
    root: UriBase,
}

#[derive(Serialize)]
struct UriBase {
    description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultObject<'r> {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Location<'r>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'r>>,
    partial_fingerprints: Fingerprints<'r>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<FixObject<'r>>,
    properties: ResultProperties<'r>,
}

#[derive(Serialize)]
struct Fingerprints<'r> {
    /// What GitHub tells alerts apart by. It would otherwise hash the line, and an export may be one line.
    #[serde(rename = "primaryLocationLineHash")]
    for_github: &'r str,
    #[serde(rename = "paletteKnife/v1")]
    own: &'r str,
}

#[derive(Serialize)]
struct ResultProperties<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<&'r str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<&'r str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'r>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

/// Lines and columns from 1, bytes from 0; what follows the last character is the end.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    #[serde(flatten)]
    text: Option<TextRegion>,
    byte_offset: u32,
    byte_length: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TextRegion {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'r str>,
    fully_qualified_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    decorated_name: Option<String>,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<InnerProperties<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InnerProperties<'r> {
    pack: Option<&'r str>,
    pack_index: usize,
    path: &'r str,
    document: usize,
    #[serde(flatten)]
    region: TextRegion,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FixObject<'r> {
    description: Message,
    artifact_changes: [ArtifactChange<'r>; 1],
    properties: FixProperties,
}

#[derive(Serialize)]
struct FixProperties {
    applicability: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'r> {
    artifact_location: ArtifactLocation,
    replacements: Vec<Replacement<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement<'r> {
    deleted_region: Region,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Content<'r>>,
}

#[derive(Serialize)]
struct Content<'r> {
    text: &'r str,
}

/// Renders a report, with a line break at its end.
#[must_use]
pub fn render(report: &Report) -> String {
    let findings = &report.findings;
    let used: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.id).collect();
    let index_of = |rule: &str| used.iter().position(|id| *id == rule).unwrap_or_default();
    let repository = origin::repository();
    let metas = rules::ALL.iter().map(|rule| rule.meta());
    to_text(&Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: repository,
                    // Their list is in the order of their names as well.
                    rules: metas
                        .filter(|meta| used.contains(meta.id))
                        .map(|meta| descriptor(meta, repository))
                        .collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: report.failures.is_empty(),
                tool_execution_notifications: report
                    .failures
                    .iter()
                    .map(|failure| Notification {
                        level: "error",
                        message: message(failure),
                    })
                    .collect(),
            }],
            original_uri_base_ids: UriBases {
                root: UriBase {
                    description: message("the folder that palette-knife was run in"),
                },
            },
            column_kind: "unicodeCodePoints",
            results: findings
                .iter()
                .map(|finding| result(finding, index_of(finding.rule.id)))
                .collect(),
        }],
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Info => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}

fn descriptor(meta: &RuleMeta, repository: Option<&str>) -> ReportingDescriptor {
    ReportingDescriptor {
        id: meta.id,
        short_description: message(meta.summary),
        full_description: message(&first_paragraph(meta.docs)),
        help: Message {
            text: page::render(meta.docs, false, PAGE_WIDTH),
            markdown: Some(meta.docs),
        },
        help_uri: repository.map(|repository| page_uri(repository, origin::commit(), meta.id)),
        default_configuration: Configuration {
            enabled: meta.is_on,
            level: level(meta.level),
        },
        properties: RuleProperties {
            tags: [meta.group.name()],
        },
    }
}

/// The page of a rule in a repository, as it was in the commit that the program is built from.
fn page_uri(repository: &str, commit: Option<&str>, rule: &str) -> String {
    let revision = commit.unwrap_or("main");
    format!("{repository}/blob/{revision}/docs/rules/{rule}.md")
}

/// The first paragraph of a rule's page.
fn first_paragraph(docs: &str) -> String {
    let paragraph: Vec<&str> = docs
        .lines()
        .skip_while(|line| line.is_empty() || line.starts_with('#'))
        .take_while(|line| !line.is_empty())
        .collect();
    paragraph.join(" ")
}

/// A text without markup. Viewers make links of `[text](target)`, also where a profile brings it.
fn message(text: &str) -> Message {
    Message {
        text: printable(text).replace("](", "] ("),
        markdown: None,
    }
}

fn result(finding: &Finding, rule_index: usize) -> ResultObject<'_> {
    let mut text = message(&finding.message);
    if let Some(help) = &finding.help {
        // Writing to a String cannot fail.
        let _ = write!(text.text, "\nhelp: {}", message(help).text);
    }
    let related = finding.related.iter().enumerate();
    ResultObject {
        rule_id: finding.rule.id,
        rule_index,
        level: level(finding.level),
        message: text,
        locations: [Location {
            id: None,
            physical_location: physical(&finding.place),
            logical_locations: logical(finding),
            message: None,
        }],
        related_locations: related
            .map(|(index, related)| Location {
                id: Some(index),
                physical_location: physical(&related.place),
                logical_locations: Vec::new(),
                message: Some(message(&related.message)),
            })
            .collect(),
        partial_fingerprints: Fingerprints {
            for_github: &finding.fingerprint,
            own: &finding.fingerprint,
        },
        fixes: finding
            .fix
            .iter()
            .filter(|fix| !fix.holds_secret)
            .map(|fix| fix_object(fix, &finding.place))
            .collect(),
        properties: ResultProperties {
            profile: finding.profile.as_deref(),
            pack: finding.pack.as_deref(),
            destination: finding.destination.as_deref(),
        },
    }
}

fn physical(place: &Place) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: artifact(&place.file),
        region: region(place.range, (place.start, place.end)),
    }
}

fn region(range: TextRange, span: (LineColumn, LineColumn)) -> Region {
    // A byte order mark is no character of the text, so only bytes can name it.
    let is_in_text = range.is_empty() || span.0 != span.1;
    Region {
        text: is_in_text.then(|| text_region(span)),
        byte_offset: range.start,
        byte_length: range.end - range.start,
    }
}

fn text_region((start, end): (LineColumn, LineColumn)) -> TextRegion {
    TextRegion {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}

/// The node of the outer document, and that of the embedded one.
fn logical(finding: &Finding) -> Vec<LogicalLocation<'_>> {
    let place = &finding.place;
    let mut locations = Vec::new();
    if let Some(inner) = &place.inner {
        locations.push(LogicalLocation {
            name: Some(&inner.name),
            fully_qualified_name: format!("{}#{}", place.pointer, inner.path),
            decorated_name: inner_place(finding),
            kind: "value",
            properties: Some(inner_properties(inner, finding.pack.as_deref())),
        });
    } else if !place.pointer.is_empty() {
        locations.push(LogicalLocation {
            name: None,
            fully_qualified_name: place.pointer.clone(),
            decorated_name: None,
            kind: "value",
            properties: None,
        });
    }
    locations
}

fn inner_properties<'r>(inner: &'r InnerPlace, pack: Option<&'r str>) -> InnerProperties<'r> {
    InnerProperties {
        pack,
        pack_index: inner.pack_index,
        path: &inner.path,
        document: inner.document,
        region: text_region((inner.start, inner.end)),
    }
}

fn fix_object<'r>(fix: &'r Fix, place: &Place) -> FixObject<'r> {
    let edits = fix.edits.iter().zip(&fix.spans);
    FixObject {
        description: message(&fix.description),
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(&place.file),
            replacements: edits
                .map(|(edit, span)| Replacement {
                    deleted_region: region(edit.range, *span),
                    inserted_content: Some(edit.text.as_str())
                        .filter(|text| !text.is_empty())
                        .map(|text| Content { text }),
                })
                .collect(),
        }],
        properties: FixProperties {
            applicability: fix.applicability.name(),
        },
    }
}

fn artifact(file: &str) -> ArtifactLocation {
    let has_drive =
        matches!(file.as_bytes(), [drive, b':', b'/', ..] if drive.is_ascii_alphabetic());
    let scheme = match file {
        _ if has_drive => "file:///",
        _ if file.starts_with('/') => "file://",
        _ => "",
    };
    let path = uri_path(file);
    ArtifactLocation {
        uri: format!("{scheme}{path}"),
        uri_base_id: scheme.is_empty().then_some(ROOT),
    }
}

/// A path as RFC 3986 writes it. The colon is encoded too: in the first segment it would end a scheme.
fn uri_path(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_uris() {
        for (file, uri, is_relative) in [
            ("a/web.json", "a/web.json", true),
            (
                "a b/50%#?[é].json",
                "a%20b/50%25%23%3F%5B%C3%A9%5D.json",
                true,
            ),
            ("http:/x.json", "http%3A/x.json", true),
            ("<stdin>", "%3Cstdin%3E", true),
            ("/srv/web.json", "file:///srv/web.json", false),
            ("C:/srv/web.json", "file:///C%3A/srv/web.json", false),
        ] {
            let artifact = artifact(file);
            assert_eq!(artifact.uri, uri);
            assert_eq!(artifact.uri_base_id.is_some(), is_relative, "{file}");
        }
    }

    #[test]
    fn pages_are_where_the_repository_is() {
        let repository = "https://git.example/palette-knife";
        assert_eq!(
            page_uri(repository, None, "missing-macro"),
            "https://git.example/palette-knife/blob/main/docs/rules/missing-macro.md"
        );
        assert_eq!(
            page_uri(repository, Some("0a1b2c3"), "missing-macro"),
            "https://git.example/palette-knife/blob/0a1b2c3/docs/rules/missing-macro.md"
        );
    }
}
