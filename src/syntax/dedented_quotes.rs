//! Quoted scalars whose lines are indented less than YAML asks for. YAML forbids them and the event parser refuses them;
//! the readers descended from libyaml, Go's among them, take them. They are written where JSON is pasted into YAML:
//!
//! ```yaml
//! iam:
//!   policy: '{
//!     "Version": "2012-10-17"
//! }'
//! ```

use super::SyntaxFault;

/// What the event parser says of them, and of text that is really broken.
const MESSAGES: [&str; 2] = [
    "invalid indentation in multiline quoted scalar",
    "tab cannot be used as indentation",
];

/// Whether a fault may be one of those.
pub(super) fn may_be_about(fault: &SyntaxFault) -> bool {
    MESSAGES.contains(&fault.message.as_str())
}

/// Puts spaces in place of the line breaks of the quoted scalar that the byte `at` lies in, so that all of it is on one
/// line and as long as it was. `from` is where the last token before it ended. False if there is no such scalar.
pub(super) fn join_lines(text: &mut String, from: usize, at: usize) -> bool {
    let Some(range) = quoted_text(text, from, at) else {
        return false;
    };
    let joined = text.get(range.clone()).unwrap_or_default();
    let joined = joined.replace(['\n', '\r'], " ");
    text.replace_range(range, &joined);
    true
}

/// The quoted value that begins at the first quote between two bytes, if it ends after the second.
fn quoted_text(text: &str, from: usize, at: usize) -> Option<std::ops::Range<usize>> {
    let start = from + text.get(from..at)?.find(['"', '\''])?;
    let bytes = text.as_bytes();
    let quote = *bytes.get(start)?;
    let mut next = start + 1;
    loop {
        match *bytes.get(next)? {
            b'\\' if quote == b'"' => next += 2,
            byte if byte == quote => {
                if quote == b'\'' && bytes.get(next + 1) == Some(&quote) {
                    next += 2;
                } else {
                    break;
                }
            }
            _ => next += 1,
        }
    }
    // A key has to be on one line.
    let rest = text.get(next + 1..).unwrap_or_default();
    let is_key = rest.trim_start_matches([' ', '\t']).starts_with(':');
    (next > at && !is_key).then_some(start..next + 1)
}

#[cfg(test)]
mod tests {
    use super::join_lines;
    use crate::{source::Text, syntax::yaml};

    #[test]
    fn lines_of_the_text_around_a_byte_are_joined() {
        let join = |text: &str, from: usize, at: usize| {
            let mut text = text.to_owned();
            let joined = join_lines(&mut text, from, at);
            (joined, text)
        };
        let done = |text: &str| (true, text.to_owned());
        let left = |text: &str| (false, text.to_owned());
        assert_eq!(join("a: 'x\ny'\nb", 1, 6), done("a: 'x y'\nb"));
        assert_eq!(join("a: 'x''\r\ny'\n", 1, 9), done("a: 'x''  y'\n"));
        assert_eq!(
            join("a: \"\\\"\n\\\\\"\nb", 1, 7),
            done("a: \"\\\" \\\\\"\nb")
        );
        // It is not closed, closed before, or not there.
        assert_eq!(join("a: 'x\ny\n", 1, 6), left("a: 'x\ny\n"));
        assert_eq!(join("a: 'x'\ny\n", 1, 7), left("a: 'x'\ny\n"));
        assert_eq!(join("a: x\ny\n", 1, 5), left("a: x\ny\n"));
        assert_eq!(join("a: \"\\", 1, 4), left("a: \"\\"));
        assert_eq!(join("'x\ny' : 1\n", 0, 3), left("'x\ny' : 1\n"));
    }

    #[test]
    fn they_are_read_as_go_reads_them() {
        let read = |text: &str| {
            let stream = yaml::parse_plain(&Text::from(text.to_owned()));
            let root = stream.tree.documents().next().expect("a document");
            let value = root.get("a").map(|value| value.text().into_owned());
            (stream.faults.len(), value)
        };
        let good = |value: &str| (0, Some(value.to_owned()));
        assert_eq!(read("a: '{\n  \"x\": 1\n}'\nb: 2\n"), good("{ \"x\": 1 }"));
        assert_eq!(read("a: \"x\\\ny\n\n\tz\"\n"), good("xy\nz"));
        assert_eq!(read("a: 'x\ny'\nb: 'x\ny'\n"), good("x y"));
        // Another fault is told as if nothing had been joined.
        let (faults, _) = read("a: 'x\ny'\nb: [\n");
        assert_eq!(faults, 1);
    }
}
