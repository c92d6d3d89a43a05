//! For people: each finding with the lines around it, then what was looked at.
//!
//! miette draws the frames. It is given short excerpts, never the text of a file: it prints whole lines, and real
//! exports are one line of 66 kB.

use std::fmt::{self, Write as _};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::{
    excerpt::Excerpt,
    finding::{Finding, Level, Place},
    report::Report,
    sensitive::printable,
    source::TextRange,
};

/// Renders a report for a terminal of this many columns.
#[must_use]
pub fn render(report: &Report, color: bool, width: usize) -> String {
    let mut out = String::new();
    findings(&mut out, report, color, width);
    summary(&mut out, report, width);
    out
}

/// Renders the findings of a report. Those of a file beyond the number that have an excerpt are only counted.
pub fn findings(out: &mut String, report: &Report, color: bool, width: usize) {
    let style = Style { color, width };
    for (file, findings) in report.by_file() {
        let has_excerpts = findings.iter().any(|finding| finding.excerpt.is_some());
        let mut hidden = 0;
        for finding in findings {
            match &finding.excerpt {
                Some(excerpt) => style.finding(out, finding, excerpt),
                // A file of a destination, or one that is only seen across files, has no excerpts.
                None if !has_excerpts || finding.is_across_files() => {
                    style.without_excerpt(out, finding);
                }
                None => hidden += 1,
            }
        }
        if hidden > 0 {
            let more = counted(hidden, "more finding", "more findings");
            line(
                out,
                &format!("{}: {more}; `--format concise` lists all", printable(file)),
            );
            out.push('\n');
        }
    }
}

/// How to draw.
struct Style {
    color: bool,
    width: usize,
}

impl Style {
    fn finding(&self, out: &mut String, finding: &Finding, excerpt: &Excerpt) {
        self.header(out, finding);
        self.frame(out, finding, excerpt);
        self.rest(out, finding);
    }

    fn without_excerpt(&self, out: &mut String, finding: &Finding) {
        self.header(out, finding);
        line(out, &format!("  ─▶ {}", location(&finding.place)));
        self.rest(out, finding);
    }

    fn header(&self, out: &mut String, finding: &Finding) {
        let kind = format!("{}[{}]", finding.level, finding.rule.id);
        let indent = "  ";
        let text = wrap(
            &format!("{kind}: {}", printable(&finding.message)),
            self.width,
            indent,
        );
        // Wrapping never breaks inside the first word.
        let rest = text.strip_prefix(kind.as_str()).unwrap_or(&text);
        line(out, &format!("{}{rest}", self.paint(&kind, finding.level)));
    }

    fn frame(&self, out: &mut String, finding: &Finding, excerpt: &Excerpt) {
        let snippet = Snippet::new(finding, excerpt, self.width);
        let mut drawn = String::new();
        let styles = if self.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        };
        let theme = GraphicalTheme {
            characters: ThemeCharacters::unicode(),
            styles,
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(self.width)
            .with_context_lines(excerpt.lines.len())
            .with_links(false)
            .without_cause_chain();
        if handler.render_report(&mut drawn, &snippet).is_err() {
            // A frame that cannot be drawn is no reason to lose the finding.
            line(out, &format!("  ─▶ {}", location(&finding.place)));
            return;
        }
        // miette puts its own message line above the frame; ours is there already.
        let frame = drawn
            .lines()
            .skip_while(|drawn| !drawn.contains("╭─"))
            .filter(|drawn| !drawn.trim().is_empty());
        for drawn in frame {
            match drawn.rfind("╰────") {
                Some(at) => {
                    let gutter = drawn.get(..at).unwrap_or_default();
                    line(out, &format!("{gutter}╰─ {}", location(&finding.place)));
                }
                None => line(out, drawn.trim_end()),
            }
        }
    }

    fn rest(&self, out: &mut String, finding: &Finding) {
        let mut notes: Vec<String> = finding
            .related
            .iter()
            .map(|related| {
                format!(
                    "note: {} ({})",
                    printable(&related.message),
                    location(&related.place)
                )
            })
            .collect();
        notes.extend(
            finding
                .help
                .as_ref()
                .map(|help| format!("help: {}", printable(help))),
        );
        for note in notes {
            line(
                out,
                &format!(
                    "  {}",
                    wrap(&note, self.width.saturating_sub(2), "        ")
                ),
            );
        }
        out.push('\n');
    }

    fn paint(&self, text: &str, level: Level) -> String {
        if !self.color {
            return text.to_owned();
        }
        let color = match level {
            Level::Error => "31",
            Level::Warning => "33",
            Level::Info => "36",
        };
        format!("\u{1b}[1;{color}m{text}\u{1b}[0m")
    }
}

/// `file:line:column` of the outer file.
fn location(place: &Place) -> String {
    format!(
        "{}:{}:{}",
        printable(&place.file),
        place.start.line,
        place.start.column
    )
}

/// What stands left of the text in a frame, and between the text and a label.
const GUTTER: usize = 16;

/// The name above a frame: the file, and for an embedded text the pack and the string that hold it. The file stands
/// below the frame as well, and is left out above where there is no room.
fn title(finding: &Finding, width: usize) -> String {
    let file = finding.place.file.rsplit('/').next().unwrap_or_default();
    let Some(inner) = &finding.place.inner else {
        return printable(file);
    };
    let pack = finding.pack.as_deref().unwrap_or_default();
    // A pack's number says nothing where a file has several documents, each with packs of its own.
    let profile = match (finding.place.document, &finding.profile) {
        (1.., Some(profile)) => format!("{profile} › "),
        _ => String::new(),
    };
    let below = printable(&format!(
        "{profile}packs[{}] {pack} › {}",
        inner.pack_index, inner.name
    ));
    let whole = format!("{} › {below}", printable(file));
    if GUTTER + whole.chars().count() <= width {
        whole
    } else {
        below
    }
}

/// An excerpt as miette wants it.
#[derive(Debug)]
struct Snippet {
    text: String,
    title: String,
    first_line: usize,
    column: usize,
    lines: usize,
    label: LabeledSpan,
}

impl Snippet {
    fn new(finding: &Finding, excerpt: &Excerpt, width: usize) -> Self {
        let mut text = String::new();
        let mut offset = 0;
        for (index, excerpt_line) in excerpt.lines.iter().enumerate() {
            if index == excerpt.marked_line {
                offset = text.len();
            }
            text.push_str(&excerpt_line.text);
            text.push('\n');
        }
        let place = &finding.place;
        let column = place
            .inner
            .as_ref()
            .map_or(place.start.column, |inner| inner.start.column);
        let span = (offset + excerpt.marked.start(), excerpt.marked.len());
        // The message says what a label says, so a label that would leave the terminal is left out.
        let marked_line = excerpt.lines.get(excerpt.marked_line);
        let before = marked_line.map_or(0, |marked| {
            let before = TextRange::new(0, excerpt.marked.start());
            before.of(&marked.text).chars().count()
        });
        let fits = |label: &String| GUTTER + before + label.chars().count() <= width;
        let label = finding.label.as_deref().map(printable).filter(fits);
        Self {
            text,
            title: title(finding, width),
            first_line: excerpt
                .lines
                .first()
                .map_or(0, |first| first.number.saturating_sub(1) as usize),
            column: column.saturating_sub(1) as usize,
            lines: excerpt.lines.len(),
            label: LabeledSpan::new_primary_with_span(label, span),
        }
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // The header asks without context for the position it prints: that of the place in its own text, which the
        // excerpt may have cut on the left.
        let whole = SourceSpan::from((0, self.text.len()));
        let marked_line = self
            .text
            .get(..span.offset())
            .unwrap_or_default()
            .matches('\n')
            .count();
        if before == 0 && after == 0 {
            let contents = self
                .text
                .as_bytes()
                .get(span.offset()..span.offset() + span.len())
                .unwrap_or_default();
            return Ok(Box::new(MietteSpanContents::new_named(
                self.title.clone(),
                contents,
                *span,
                self.first_line + marked_line,
                self.column,
                1,
            )));
        }
        Ok(Box::new(MietteSpanContents::new_named(
            self.title.clone(),
            self.text.as_bytes(),
            whole,
            self.first_line,
            0,
            self.lines,
        )))
    }
}

impl fmt::Display for Snippet {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Snippet {}

impl Diagnostic for Snippet {
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(self.label.clone())))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }
}

fn summary(out: &mut String, report: &Report, width: usize) {
    let line = |out: &mut String, text: &str| line(out, &wrap(text, width, "  "));
    let coverage = &report.coverage;
    line(out, &covered(report));
    let found = found(report);
    let ready: Vec<String> = coverage
        .ready_at
        .iter()
        .map(|(name, &ready)| {
            format!(
                "{} ready to import at {}",
                counted(ready, "profile is", "profiles are"),
                printable(name)
            )
        })
        .collect();
    match ready.as_slice() {
        [] => line(out, &found),
        [only] => line(out, &format!("{found}; {only}")),
        several => {
            line(out, &found);
            several.iter().for_each(|ready| line(out, ready));
        }
    }
    if report.known > 0 {
        let known = counted(
            report.known,
            "known finding of the baseline is",
            "known findings of the baseline are",
        );
        line(out, &format!("{known} not shown"));
    }
    if coverage.skipped_files > 0 {
        let skipped = counted(
            coverage.skipped_files,
            "file that holds no profile",
            "files that hold no profile",
        );
        line(out, &format!("skipped: {skipped}"));
    }
    for gap in &coverage.not_checked {
        line(out, &format!("not checked: {}", printable(gap)));
    }
}

/// What was looked at, in a sentence.
pub(super) fn covered(report: &Report) -> String {
    let coverage = &report.coverage;
    let against = if report.destinations.is_empty() {
        String::new()
    } else {
        format!(" against {}", report.destinations.join(", "))
    };
    format!(
        "{}, {}, {}, {} checked{}",
        counted(coverage.profiles, "profile", "profiles"),
        counted(coverage.packs, "pack", "packs"),
        counted(
            coverage.embedded_documents,
            "embedded document",
            "embedded documents"
        ),
        counted(coverage.references, "reference", "references"),
        printable(&against),
    )
}

/// What was found, in a sentence.
pub(super) fn found(report: &Report) -> String {
    match levels(&report.findings.iter().collect::<Vec<_>>()).as_str() {
        "" => "nothing found".to_owned(),
        counts => {
            let files = counted(report.files_at(Level::Info), "file", "files");
            format!("{counts} in {files}")
        }
    }
}

/// How many findings there are of each level that occurs; empty without findings.
pub(super) fn levels(findings: &[&Finding]) -> String {
    let counts: Vec<String> = [
        (Level::Error, "error", "errors"),
        (Level::Warning, "warning", "warnings"),
        (Level::Info, "info", "infos"),
    ]
    .into_iter()
    .map(|(level, one, many)| {
        let of_level = findings.iter().filter(|finding| finding.level == level);
        (of_level.count(), one, many)
    })
    .filter(|(count, ..)| *count > 0)
    .map(|(count, one, many)| counted(count, one, many))
    .collect();
    counts.join(" and ")
}

pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn line(out: &mut String, text: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{text}");
}

/// Breaks a text between words so that lines fit, with `indent` before all but the first. No line begins with the two
/// colons of a word, which the log of a pipeline could take for a command.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let len = word.chars().count();
        if column > 0 && column + 1 + len > width && !word.starts_with("::") {
            wrapped.push('\n');
            wrapped.push_str(indent);
            column = indent.len();
        } else if column > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += len;
    }
    wrapped
}
