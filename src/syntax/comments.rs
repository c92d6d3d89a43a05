//! The comments of a YAML text: they are in no tree, but between the scalars of one.

use super::{Format, Kind, Tree};
use crate::source::{TextRange, yaml_scalar::ScalarStyle};

/// Where the comments of a tree's text lie, from `#` to the end of the line, in order. JSON has none.
///
/// Of a text that cannot be read to its end, what follows the last scalar is only text: callers leave out what lies
/// behind the first fault.
#[must_use]
pub fn comments(tree: &Tree) -> Vec<TextRange> {
    let mut found = Vec::new();
    if tree.format() == Format::Json || memchr::memchr(b'#', tree.text().as_bytes()).is_none() {
        return found;
    }
    let mut from = 0;
    for node in tree.nodes() {
        let range = node.range();
        // An empty value may be anywhere, and nothing is in it.
        if matches!(node.kind(), Kind::Array | Kind::Object) || range.is_empty() {
            continue;
        }
        between(tree.text(), from, range.start(), &mut found);
        from = from.max(range.end());
        if matches!(node.style(), ScalarStyle::Literal | ScalarStyle::Folded) {
            // The line with `|` or `>` is part of the scalar, and what follows on it can only be a comment.
            let header = node.source().lines().next().unwrap_or_default();
            between(
                tree.text(),
                range.start(),
                range.start() + header.len(),
                &mut found,
            );
        }
    }
    between(tree.text(), from, tree.text().len(), &mut found);
    found
}

/// The comments of a part of a text in which no scalar lies: `#` begins one at the beginning of a line and after a space.
fn between(text: &str, start: usize, end: usize, found: &mut Vec<TextRange>) {
    let bytes = text.as_bytes();
    let mut at = start;
    while let Some(gap) = text.get(at..end).filter(|gap| !gap.is_empty()) {
        let Some(hash) = memchr::memchr(b'#', gap.as_bytes()).map(|offset| at + offset) else {
            return;
        };
        let before = hash.checked_sub(1).and_then(|before| bytes.get(before));
        if !before.is_none_or(|before| matches!(before, b' ' | b'\t' | b'\n' | b'\r')) {
            at = hash + 1;
            continue;
        }
        let rest = text.get(hash..).unwrap_or_default();
        let len = memchr::memchr2(b'\n', b'\r', rest.as_bytes()).unwrap_or(rest.len());
        found.push(TextRange::new(hash, hash + len));
        at = hash + len;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{source::Text, syntax::yaml};

    fn of(text: &str) -> Vec<&str> {
        let stream = yaml::parse(&Text::from(text));
        let ranges = comments(&stream.tree);
        ranges.iter().map(|range| range.of(text)).collect()
    }

    #[test]
    fn comments_lie_between_scalars() {
        assert_eq!(
            of("# one\na: b # two\r\nc: # three\n  - d#e\n  - 'f # g' # four\n  -\n# five"),
            ["# one", "# two", "# three", "# four", "# five"]
        );
        assert_eq!(
            of("a: { b: c, # one\n  d: \"x # y\" } # two\n--- # three\n&e#f g: !t#u h # four\n"),
            ["# one", "# two", "# three", "# four"]
        );
    }

    #[test]
    fn scalars_of_several_lines_hold_none() {
        assert_eq!(
            of(
                "a: | # one\n  text # no\n  # no\n# two\nb: >- # three\n    # no\n  \nc: d # four\n"
            ),
            ["# one", "# two", "# three", "# four"]
        );
        assert_eq!(
            of("a: \"x\n  # no\n  y\" # one\nb: x\n  y#z\n  w # two\nc: 'it''s # no'\n"),
            ["# one", "# two"]
        );
    }

    #[test]
    fn templates_and_empty_texts_have_none() {
        assert_eq!(of(""), Vec::<&str>::new());
        assert_eq!(of("#"), ["#"]);
        assert_eq!(of("a: {{ .x | y \"#\" }} # one\nb: '{{ # }}'\n"), ["# one"]);
        assert_eq!(of("é: ü # ö\n"), ["# ö"]);
    }
}
