//! How much of a YAML document aliases may repeat: as much as the readers do that Palette, Kubernetes and Helm use.
//!
//! go-yaml v2 counts the values that it decodes, and those of them that it decodes because of an alias. A document of
//! which too many are repetitions is refused (`decode.go`: "document contains excessive aliasing"). What follows an
//! alias can rely on it: a document is never much larger than its text.

/// Documents with no more repeated values than this are never refused, nor are those with no more values than
/// [`MIN_VALUES`].
const MIN_REPEATED: u64 = 100;
const MIN_VALUES: u64 = 1_000;

/// Up to this many values, 99 of 100 may be repeated; from [`HIGH`] on, 10 of 100; between them it falls evenly.
const LOW: u64 = 400_000;
const HIGH: u64 = 4_000_000;

/// The values of a document so far, as a reader counts them that writes out what aliases stand for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expansion {
    values: u64,
    repeated: u64,
}

impl Expansion {
    /// Counts a value that is written, keys too.
    pub fn add(&mut self) {
        self.values += 1;
    }

    /// How many values there are.
    #[must_use]
    pub fn values(self) -> u64 {
        self.values
    }

    /// Counts the values that an alias repeats, unless a reader refuses the document for them: then it returns false.
    #[must_use]
    pub fn repeat(&mut self, values: u64) -> bool {
        let with = Self {
            values: self.values.saturating_add(values),
            repeated: self.repeated.saturating_add(values),
        };
        let is_refused = with.is_refused();
        if !is_refused {
            *self = with;
        }
        !is_refused
    }

    fn is_refused(self) -> bool {
        if self.repeated <= MIN_REPEATED || self.values <= MIN_VALUES {
            return false;
        }
        // In ten-thousandths: 9900 at LOW, 1000 at HIGH.
        let above = self.values.clamp(LOW, HIGH) - LOW;
        let allowed = 9_900 - 8_900 * above / (HIGH - LOW);
        u128::from(self.repeated) * 10_000 > u128::from(self.values) * u128::from(allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_refused_when_go_refuses_them() {
        let is_taken = |written, repeated| {
            let mut expansion = Expansion {
                values: written,
                repeated: 0,
            };
            expansion.repeat(repeated)
        };
        for (written, repeated, taken) in [
            (1, 999, true),
            (1, 1_000, false),
            (11, 1_089, true),
            (10, 1_090, false),
            (4_000, 396_000, true),
            (3_999, 396_001, false),
            (1_000_000, 1_199_000, true),
            (1_000_000, 1_201_000, false),
            (9_000_000, 1_000_000, true),
            (9_000_000, 1_000_001, false),
            (1, u64::MAX, false),
        ] {
            assert_eq!(is_taken(written, repeated), taken, "{written} {repeated}");
        }
    }
}
