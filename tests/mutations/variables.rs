//! Defects of profile variables.

use crate::{Mutation, fixture::Fixture, mutant::Mutant};

pub fn table() -> Vec<Mutation> {
    vec![
        Mutation::new(
            "exposed-secret",
            "a sensitive variable whose default can be read",
            |fixture| {
                each(fixture, |variable| {
                    let mutant = fixture.mutant();
                    let sensitive = format!("{variable}/isSensitive");
                    let has_field = fixture.value.pointer(&sensitive).is_some();
                    let is_text = fixture.string(&format!("{variable}/inputType")) != "dropdown";
                    let default = fixture.string(&format!("{variable}/defaultValue"));
                    let is_plain = !default.is_empty() && !default.starts_with('*');
                    (has_field && is_text && is_plain).then(|| {
                        mutant
                            .set_json(&sensitive, "true")
                            .mark(&format!("{variable}/defaultValue"))
                    })
                })
            },
        ),
        Mutation::new(
            "invalid-dropdown",
            "a dropdown without options",
            |fixture| {
                each(fixture, |variable| {
                    let input = format!("{variable}/inputType");
                    (fixture.string(&input) == "text")
                        .then(|| fixture.mutant().set(&input, "⟦dropdown⟧"))
                })
            },
        ),
        Mutation::new(
            "invalid-dropdown",
            "a default that is no option",
            |fixture| {
                each(fixture, |variable| {
                    let is_dropdown =
                        fixture.string(&format!("{variable}/inputType")) == "dropdown";
                    let default = format!("{variable}/defaultValue");
                    is_dropdown.then(|| fixture.mutant().set(&default, "⟦aground⟧"))
                })
            },
        ),
        Mutation::new(
            "invalid-variable-default",
            "a default that no format allows",
            |fixture| {
                each(fixture, |variable| {
                    let format = fixture.string(&format!("{variable}/format"));
                    let default = format!("{variable}/defaultValue");
                    (!matches!(format, "" | "string"))
                        .then(|| fixture.mutant().set(&default, "⟦é aground⟧"))
                })
            },
        )
        .also(&[(
            "value-format-mismatch",
            "the default stands for the variable in a value that the pack has a rule for",
        )]),
        Mutation::new(
            "invalid-variable-default",
            "a default that the expression does not match",
            |fixture| {
                each(fixture, |variable| {
                    let regex = fixture.string(&format!("{variable}/regex"));
                    let default = format!("{variable}/defaultValue");
                    (!regex.is_empty()).then(|| fixture.mutant().set(&default, "⟦é aground⟧"))
                })
            },
        ),
        Mutation::new(
            "invalid-variable-regex",
            "an expression that Go does not know",
            |fixture| {
                each(fixture, |variable| {
                    let regex = format!("{variable}/regex");
                    let mutant = fixture.mutant();
                    Some(match fixture.value.pointer(&regex) {
                        Some(_) => mutant.set(&regex, "é⟦(?!⟧x)"),
                        None => mutant.insert(variable, "regex", "\"é⟦(?!⟧x)\""),
                    })
                })
            },
        ),
        Mutation::new(
            "leftover-placeholder",
            "a stand-in as a default",
            |fixture| {
                each(fixture, |variable| {
                    let format = fixture.string(&format!("{variable}/format"));
                    let regex = fixture.string(&format!("{variable}/regex"));
                    let is_free = format == "string" && regex.is_empty();
                    let is_text = fixture.string(&format!("{variable}/inputType")) == "text";
                    let default = format!("{variable}/defaultValue");
                    let is_masked = fixture.string(&default).starts_with('*');
                    (is_free && is_text && !is_masked)
                        .then(|| fixture.mutant().set(&default, "⟦<SITE_CODE>⟧"))
                })
            },
        ),
        Mutation::new(
            "masked-value",
            "a mask as the default of a sensitive variable",
            |fixture| {
                let json =
                    r#"{"name": "quay_key", "isSensitive": true, "defaultValue": "⟦********⟧"}"#;
                added(
                    fixture,
                    json,
                    "/defaultValue",
                    "{{ .spectro.var.quay_key }}",
                )
            },
        ),
        Mutation::new(
            "missing-variable-default",
            "hidden and required without a default",
            |fixture| {
                let json = r#"{"name": "⟦quay_key⟧", "hidden": true, "required": true}"#;
                added(fixture, json, "/name", "{{ .spectro.var.quay_key }}")
            },
        ),
        Mutation::new(
            "nested-variable",
            "a default that refers to a variable",
            |fixture| {
                let json =
                    r#"{"name": "quay_key", "defaultValue": "é {{ ⟦.spectro.var.quay_key⟧ }}"}"#;
                added(fixture, json, "/defaultValue", "")
            },
        ),
        Mutation::new(
            "repeated-variable",
            "a variable of the same name",
            |fixture| {
                each(fixture, |variable| {
                    let name = fixture.string(&format!("{variable}/name"));
                    let json = format!("{{\"name\": \"⟦{name}⟧\", \"defaultValue\": \"1\"}}");
                    Some(fixture.mutant().append("/spec/variables", &json, "/name"))
                })
            },
        )
        .also(&[(
            "unused-variable",
            "the first of that name was not used either",
        )]),
        Mutation::new(
            "undefined-variable",
            "a reference to none that is defined",
            |fixture| {
                let texts = fixture.embedded().into_iter();
                texts
                    .map(|embedded| {
                        let lines = "quay: 'é {{ .spectro.var.⟦no_such_berth⟧ }}'";
                        fixture
                            .mutant()
                            .add_lines(&embedded.pointer, lines, "/quay")
                    })
                    .collect()
            },
        ),
        Mutation::new(
            "unused-variable",
            "a variable that nothing uses",
            |fixture| {
                let json = r#"{"name": "⟦quay_key⟧", "defaultValue": "1"}"#;
                added(fixture, json, "/name", "")
            },
        ),
    ]
}

fn each<'f>(fixture: &'f Fixture, change: impl Fn(&str) -> Option<Mutant<'f>>) -> Vec<Mutant<'f>> {
    fixture
        .variables()
        .iter()
        .filter_map(|variable| change(variable))
        .collect()
}

/// A mutant with another variable, and a reference to it in the first embedded text.
fn added<'f>(fixture: &'f Fixture, json: &str, marked: &str, reference: &str) -> Vec<Mutant<'f>> {
    let mutant = fixture.mutant();
    let first = fixture.embedded().into_iter().next();
    let mutant = match first.filter(|_| !reference.is_empty()) {
        Some(embedded) => mutant.add_lines(&embedded.pointer, &format!("quay: '{reference}'"), ""),
        None => mutant,
    };
    let mutant = if fixture.value.pointer("/spec/variables").is_some() {
        mutant.append("/spec/variables", json, marked)
    } else {
        let pointer = format!("/spec/variables/0{marked}");
        mutant
            .insert("/spec", "variables", &format!("[{json}]"))
            .pointer(&pointer)
    };
    vec![mutant]
}
