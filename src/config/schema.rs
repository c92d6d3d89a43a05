//! The JSON Schema of the file, for editors: made from the rules and their options, so that it is never behind them.

use serde_json::{Map, Value, json};

use super::options;
use crate::{finding::Group, rules};

/// The schema, pretty, with a line break at its end.
#[must_use]
pub fn render() -> String {
    // A JSON value can always be written.
    let mut text = serde_json::to_string_pretty(&schema()).unwrap_or_default();
    text.push('\n');
    text
}

fn schema() -> Value {
    let mut names = Map::new();
    for group in Group::ALL {
        names.insert(
            group.name().to_owned(),
            json!({
                "title": group.name(),
                "description": format!("The level of all rules of the group `{}` that have none of their own.", group.name()),
                "$ref": "#/$defs/rule",
            }),
        );
    }
    let mut ids = Vec::new();
    for meta in rules::ALL.iter().map(|rule| rule.meta()) {
        ids.push(meta.id);
        let default = if meta.is_on { meta.level.name() } else { "off" };
        let description = format!("{} (default: {default})", meta.summary);
        let mut properties = Map::new();
        properties.insert("level".to_owned(), json!({ "$ref": "#/$defs/level" }));
        for option in options::of_rule(meta.id) {
            properties.insert(
                option.name.to_owned(),
                json!({
                    "title": option.name,
                    "description": option.docs,
                    "$ref": "#/$defs/strings",
                }),
            );
        }
        let rule = if properties.len() == 1 {
            json!({ "title": meta.id, "description": description, "$ref": "#/$defs/rule" })
        } else {
            json!({
                "title": meta.id,
                "description": description,
                "oneOf": [
                    { "$ref": "#/$defs/level" },
                    { "type": "object", "additionalProperties": false, "properties": properties },
                ],
            })
        };
        names.insert(meta.id.to_owned(), rule);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "palette-knife.toml",
        "description": "The configuration of palette-knife; docs/configuration.md tells more.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "to": {
                "title": "Destinations",
                "description": "Folders of destinations that `check` asks unless `--to` names others, relative to the file.",
                "$ref": "#/$defs/strings",
            },
            "fail-on": {
                "title": "Fail on",
                "description": "The lowest level that makes `check` fail (default: error).",
                "enum": ["error", "warning", "info", "never"],
            },
            "exclude": {
                "title": "Excluded files",
                "description": "Patterns of files in folders that are left out, relative to the file.",
                "$ref": "#/$defs/strings",
            },
            "rules": {
                "title": "Rules",
                "description": "Levels of rules and groups; what is said of a rule counts more than what is said of its group.",
                "type": "object",
                "additionalProperties": false,
                "properties": names,
            },
            "ignore": {
                "title": "Ignored findings",
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["rule", "reason"],
                    "properties": {
                        "rule": {
                            "title": "Rule",
                            "description": "The rule whose findings are silenced.",
                            "enum": ids,
                        },
                        "path": {
                            "title": "Path",
                            "description": "A pattern of files, relative to the file; all files without it.",
                            "type": "string",
                            "minLength": 1,
                        },
                        "where": {
                            "title": "Where",
                            "description": "A JSON Pointer (`/spec/variables`), a pack (`nginx`), or a JSON Pointer in the YAML of a pack (`nginx:/charts/nginx`); all below is meant.",
                            "type": "string",
                            "minLength": 1,
                        },
                        "reason": {
                            "title": "Reason",
                            "description": "Why it is silenced.",
                            "type": "string",
                            "minLength": 1,
                        },
                        "expires": {
                            "title": "Expires",
                            "description": "The first day on which nothing is silenced any more, as yyyy-mm-dd.",
                            "type": "string",
                            "format": "date",
                        },
                    },
                },
            },
        },
        "$defs": {
            "level": { "title": "Level", "enum": ["off", "info", "warning", "error"] },
            "rule": {
                "oneOf": [
                    { "$ref": "#/$defs/level" },
                    {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": { "level": { "$ref": "#/$defs/level" } },
                    },
                ],
            },
            "strings": {
                "oneOf": [
                    { "type": "string", "minLength": 1 },
                    { "type": "array", "items": { "type": "string", "minLength": 1 } },
                ],
            },
        },
    })
}
