//! References: ranges in order, inside each other where they should be, and the same when they stand alone.

use std::ops::Range;

use palette_knife::syntax::reference::{ProblemKind, scan, template_ranges};

/// What is found of references lies in the text, on boundaries of characters and in order.
pub fn references(data: &[u8]) {
    let text = &*String::from_utf8_lossy(data);
    let in_text = |range: &Range<usize>| {
        assert!(text.get(range.clone()).is_some(), "{range:?} of {text:?}");
    };
    let inside = |outer: &Range<usize>, inner: &Range<usize>| {
        in_text(inner);
        let holds = outer.start <= inner.start && inner.end <= outer.end;
        assert!(holds, "{inner:?} is not in {outer:?} of {text:?}");
    };
    let mut end = 0;
    for reference in scan(text) {
        let range = &reference.range;
        in_text(range);
        assert!(
            range.start >= end,
            "{range:?} begins before {end}: {text:?}"
        );
        end = range.end;
        assert!(text[range.clone()].starts_with("{{"), "{reference:?}");
        inside(range, &reference.expression);
        if let Some(family) = &reference.family {
            inside(range, &family.range);
        }
        for target in reference.targets() {
            inside(range, &target.expression);
            let mut last = target.expression.start;
            for segment in target.path {
                inside(&target.expression, &segment.range);
                assert_eq!(&text[segment.range.clone()], segment.value);
                assert!(segment.range.start >= last, "{reference:?} of {text:?}");
                last = segment.range.end;
            }
        }
        for function in reference.functions() {
            inside(range, &function.range);
            assert_eq!(&text[function.range], function.value);
        }
        let mut last = 0;
        for problem in &reference.problems {
            if problem.kind == ProblemKind::Nested {
                in_text(&problem.range);
            } else {
                inside(range, &problem.range);
            }
            assert!(
                problem.range.start >= last,
                "{:?} of {text:?}",
                reference.problems
            );
            last = problem.range.start;
            assert!(!problem.message.is_empty());
        }
        // Nothing around a sound reference decides what it says.
        if reference.problems.is_empty() {
            let alone = scan(&text[range.clone()]);
            assert_eq!(alone.len(), 1, "{reference:?} of {text:?}");
            assert!(alone[0].problems.is_empty(), "{alone:?} of {text:?}");
            let said = |path: &[_]| -> Vec<String> {
                path.iter()
                    .map(|part: &palette_knife::syntax::reference::Spanned<&str>| {
                        part.value.to_owned()
                    })
                    .collect()
            };
            assert_eq!(said(&alone[0].path), said(&reference.path), "{text:?}");
        }
    }
    let mut end = 0;
    for range in template_ranges(text) {
        in_text(&range);
        assert!(
            range.start >= end,
            "{range:?} begins before {end}: {text:?}"
        );
        assert!(
            text[range.clone()].starts_with("{{"),
            "{range:?} of {text:?}"
        );
        end = range.end;
    }
}
