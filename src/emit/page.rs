//! Markdown as people read it on a terminal: the pages of rules.
//!
//! Headings, paragraphs, lists, tables and fenced blocks: what our own pages are written in. What a browser would hide
//! (comments, tags, targets of links between pages) is left out.

use std::fmt::Write as _;

/// How far text stands from the left.
const INDENT: &str = "  ";

/// Lines longer than this are hard to read, however wide the terminal is.
const WIDEST: usize = 100;

/// Renders a page for a terminal of this many columns.
#[must_use]
pub fn render(page: &str, color: bool, width: usize) -> String {
    let mut printer = Printer {
        out: String::new(),
        paragraph: String::new(),
        hanging: INDENT.to_owned(),
        color,
        width: width.min(WIDEST),
    };
    let mut fence: Option<&str> = None;
    let mut in_comment = false;
    for line in page.lines() {
        let text = line.trim_start();
        if let Some(mark) = fence {
            if text.trim_end() == mark {
                fence = None;
            } else {
                printer.verbatim(line);
            }
        } else if in_comment || text.starts_with("<!--") {
            in_comment = !text.contains("-->");
        } else if let Some(info) = text.strip_prefix("```") {
            printer.flush();
            fence = Some("```");
            printer.caption(info);
        } else if let Some(heading) = text.strip_prefix('#') {
            printer.flush();
            printer.heading(heading.trim_start_matches('#').trim());
        } else if text.is_empty() {
            printer.flush();
            printer.blank();
        } else if text.starts_with('|') {
            printer.flush();
            printer.table_row(text);
        } else {
            printer.text(line);
        }
    }
    printer.flush();
    let mut out = printer.out;
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

struct Printer {
    out: String,
    paragraph: String,
    /// What stands before the later lines of the paragraph.
    hanging: String,
    color: bool,
    width: usize,
}

impl Printer {
    fn paint(&self, text: &str, style: &str) -> String {
        if self.color {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn line(&mut self, text: &str) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{}", text.trim_end());
    }

    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    fn heading(&mut self, text: &str) {
        self.blank();
        let heading = self.paint(&plain(text), "1");
        self.line(&heading);
    }

    /// What the blocks of a page are for; their language is seen.
    fn caption(&mut self, info: &str) {
        let caption = match info.split_once(' ').map(|(_, role)| role) {
            Some("bad") => "this is reported:",
            Some("good") => "this is not:",
            Some("destination") => "with this destination.yaml:",
            Some("config") => "with this palette-knife.toml:",
            _ => return,
        };
        self.line(&format!("{INDENT}{caption}"));
        self.blank();
    }

    /// Code is not wrapped: it would say something else.
    fn verbatim(&mut self, line: &str) {
        let line = self.paint(line, "36");
        self.line(&format!("{INDENT}{INDENT}{line}"));
    }

    /// A row of a table, its cells apart; the line below the head is left out.
    fn table_row(&mut self, row: &str) {
        let cells: Vec<String> = row
            .trim_matches(['|', ' '])
            .split(" | ")
            .map(|cell| plain(cell.trim()))
            .collect();
        let is_rule = |cell: &String| cell.chars().all(|character| "-:| ".contains(character));
        if !cells.iter().all(is_rule) {
            let row = format!("{INDENT}{}", cells.join(" · "));
            let row = wrap_all(&row, self.width, &format!("{INDENT}{INDENT}"));
            self.line(&row);
        }
    }

    /// A line of a paragraph or of an item.
    fn text(&mut self, line: &str) {
        let text = line.trim();
        let marker = item_marker(text);
        if marker.is_some() {
            self.flush();
        }
        if self.paragraph.is_empty() {
            let nested = INDENT.len() + line.len() - line.trim_start().len();
            self.hanging = " ".repeat(nested + marker.unwrap_or(0));
            self.paragraph = " ".repeat(nested);
        } else {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(text);
    }

    fn flush(&mut self) {
        if self.paragraph.is_empty() {
            return;
        }
        let text = plain(&self.paragraph);
        let text = wrap_all(&text, self.width, &self.hanging);
        self.line(&text);
        self.paragraph.clear();
    }
}

/// The length of what marks an item of a list.
fn item_marker(text: &str) -> Option<usize> {
    if text.starts_with("- ") || text.starts_with("* ") {
        return Some(2);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..)?;
    (digits > 0 && rest.starts_with(". ")).then_some(digits + 2)
}

/// Breaks a text between words so that lines fit, with `hanging` before all but the first; the spaces it begins with
/// stay.
fn wrap_all(text: &str, width: usize, hanging: &str) -> String {
    let bare = text.trim_start();
    let mut wrapped = " ".repeat(text.len() - bare.len());
    let mut column = wrapped.len();
    let mut is_first = true;
    for word in bare.split(' ') {
        let len = word.chars().count();
        if !is_first && column + 1 + len > width {
            wrapped.push('\n');
            wrapped.push_str(hanging);
            column = hanging.len();
        } else if !is_first {
            wrapped.push(' ');
            column += 1;
        }
        wrapped.push_str(word);
        column += len;
        is_first = false;
    }
    wrapped
}

/// A text without emphasis, tags and targets of links to other pages. What stands in backticks stays.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        if index % 2 == 1 {
            let _ = write!(shown, "`{part}`");
        } else {
            shown.push_str(&without_tags(&without_links(&part.replace("**", ""))));
        }
    }
    shown
}

/// `[text](target)` as `text`, or as `text (target)` where the target is an address.
fn without_links(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('[') {
        let link = from
            .split_once("](")
            .and_then(|(words, from)| Some((words, from.split_once(')')?)));
        shown.push_str(before);
        let Some((words, (target, after))) = link else {
            shown.push('[');
            rest = from;
            continue;
        };
        shown.push_str(words);
        if target.contains("://") {
            let _ = write!(shown, " ({target})");
        }
        rest = after;
    }
    shown.push_str(rest);
    shown
}

fn without_tags(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.split_once('<') {
        shown.push_str(before);
        let is_tag = from.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/');
        match from.split_once('>').filter(|_| is_tag) {
            Some((_, after)) => rest = after,
            None => {
                shown.push('<');
                rest = from;
            }
        }
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# a-rule

Some words that are
on two lines, with **weight**, <b>tags</b>, `<code>` and [a link](other.md) [out](https://docs.example/x).

## Lists

- one item that is long enough to be wrapped on a terminal that is narrow
- two

<!-- nobody
reads this -->
| a | b |
| --- | --- |
| 1 | `x` |

```json bad
{ \"a\":   1 }
```
";

    #[test]
    fn a_page_is_shown_without_markup() {
        let shown = render(PAGE, false, 60);
        assert_eq!(
            shown,
            "\
a-rule

  Some words that are on two lines, with weight, tags,
  `<code>` and a link out (https://docs.example/x).

Lists

  - one item that is long enough to be wrapped on a terminal
    that is narrow
  - two

  a · b
  1 · `x`

  this is reported:

    { \"a\":   1 }
"
        );
    }

    #[test]
    fn lines_fit_but_for_code() {
        for rule in crate::rules::ALL {
            let meta = rule.meta();
            let shown = render(meta.docs, false, 60);
            for line in shown.lines().filter(|line| !line.starts_with("    ")) {
                // A word alone may be longer than the terminal is wide.
                let is_long = line.chars().count() > 60 && line.trim().contains(' ');
                assert!(!is_long, "{}: {line}", meta.id);
            }
            assert!(
                !shown.contains("```") && !shown.contains("<!--"),
                "{}",
                meta.id
            );
        }
    }
}
