//! Comments of YAML texts. They are in no tree, so they are found between its scalars.

use super::{Format, Kind, SyntaxFault, Tree};
use crate::source::TextRange;

/// The comments of a text, in order: each from its `#` to the end of its line, in bytes of the text. None in JSON.
///
/// `faults` are what is wrong with the text: where it could not be read on, only lines that hold nothing else are taken
/// for comments, up to the first line that does. `templates` are those outside of scalars, in order; what stands in
/// them is no comment.
#[must_use]
pub fn comments(tree: &Tree, faults: &[SyntaxFault], templates: &[TextRange]) -> Vec<TextRange> {
    let text = tree.text();
    if tree.format() == Format::Json || memchr::memchr(b'#', text.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut fault_starts: Vec<usize> = faults.iter().map(|fault| fault.range.start()).collect();
    fault_starts.sort_unstable();
    let mut finder = Finder {
        text,
        fault_starts,
        templates,
        found: Vec::new(),
    };
    let scalars = tree
        .nodes()
        .filter(|node| !matches!(node.kind(), Kind::Array | Kind::Object));
    let mut from = 0;
    for scalar in scalars {
        let range = scalar.range();
        // Where a value is left out the tree has a scalar without bytes, perhaps after the comment.
        if range.start() == range.end() {
            continue;
        }
        finder.gap(from, range.start());
        let source = scalar.source();
        if source.starts_with(['|', '>']) {
            let header = range.start() + line_end(source, 0);
            finder.gap(range.start(), header);
        }
        from = from.max(range.end());
    }
    finder.gap(from, text.len());
    finder.found
}

struct Finder<'t> {
    text: &'t str,
    fault_starts: Vec<usize>,
    templates: &'t [TextRange],
    found: Vec<TextRange>,
}

impl Finder<'_> {
    /// Finds the comments between two scalars.
    fn gap(&mut self, from: usize, to: usize) {
        let mut at = from;
        let is_unread = self.is_unread(from, to);
        while let Some(between) = self.text.get(at..to).filter(|rest| !rest.is_empty()) {
            let end = at + line_end(between, 0);
            let start = self.comment_start(at, end);
            let before = self.text.get(at..start.unwrap_or(end));
            if is_unread && before.is_some_and(|before| !before.trim().is_empty()) {
                return;
            }
            self.found
                .extend(start.map(|start| TextRange::new(start, end)));
            at = (end + 1).min(to);
            if at <= end {
                return;
            }
        }
    }

    /// Whether a fault lies between two scalars, so that some of what is there was not read.
    fn is_unread(&self, from: usize, to: usize) -> bool {
        let next = self.fault_starts.partition_point(|&start| start < from);
        let start = self.fault_starts.get(next);
        start.is_some_and(|&start| start < to || to == self.text.len())
    }

    /// Where the comment of a line begins: at a `#` that white space is before, or nothing.
    fn comment_start(&self, from: usize, to: usize) -> Option<usize> {
        let line = self.text.get(from..to)?;
        let mut hashes = memchr::memchr_iter(b'#', line.as_bytes()).map(|at| from + at);
        hashes.find(|&at| {
            let before = self.text.get(..at).unwrap_or_default();
            let begins = before
                .chars()
                .next_back()
                .is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{feff}'));
            begins && !self.is_in_template(at)
        })
    }

    fn is_in_template(&self, at: usize) -> bool {
        let next = self.templates.partition_point(|range| range.end() <= at);
        let template = self.templates.get(next);
        template.is_some_and(|range| range.start() <= at)
    }
}

/// Where the line ends that `from` is in.
fn line_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    let end = memchr::memchr2(b'\n', b'\r', rest.as_bytes());
    from + end.unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use crate::{source::Text, syntax::yaml};

    fn found(text: &str) -> Vec<&str> {
        let stream = yaml::parse(&Text::from(text));
        let comments = stream.comments();
        comments.into_iter().map(|range| range.of(text)).collect()
    }

    #[test]
    fn comments_are_found_wherever_they_may_stand() {
        let text = "# one\na: b # two\nc: | # three\n  # no\nd: # four\n  - \"# no\" # five\n  # six\n--- # seven\n[a, # eight\n b#no]\n# nine";
        let numbers = [
            "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
        ];
        let expected: Vec<String> = numbers.iter().map(|word| format!("# {word}")).collect();
        assert_eq!(found(text), expected);
    }

    #[test]
    fn what_only_looks_like_a_comment_is_none() {
        assert!(found("a: b#c\nd: '#e'\nf: >\n  # g\n\nh: \"i\n  # j\"\n").is_empty());
        assert!(found("{{- if eq .a \"b # c\" }}\nd: e\n{{- end }}\n").is_empty());
        assert!(found("a: &b#c d\n").is_empty());
    }

    #[test]
    fn line_ends_and_marks_of_other_systems_do_not_matter() {
        assert_eq!(
            found("\u{feff}# a\r\nb: c # d\r\n# é\r\n"),
            ["# a", "# d", "# é"]
        );
        assert_eq!(found("a:\r  b: c # d\r# e"), ["# d", "# e"]);
    }

    #[test]
    fn what_cannot_be_read_is_not_searched() {
        assert_eq!(
            found("# a\nb: c # d\n# e\n  x: \"f # g\n# h\n"),
            ["# a", "# d", "# e"]
        );
        assert!(found("a: [b # c\n").is_empty());
    }
}
