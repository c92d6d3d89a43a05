//! `docs/reference`: written from the code, and compared with it.

use std::{collections::BTreeSet, env, fmt::Write as _, fs, path::Path};

use clap::{Arg, Command, CommandFactory};
use palette_knife::{cli::Cli, config, finding::Group, rules, schema::Schema};
use serde_json::Value;

const UPDATE: &str = "UPDATE_EXPECTED=1 cargo test --test reference";

/// A page is what the code makes of it.
fn assert_page(name: &str, title: &str, body: &str) {
    let text = format!(
        "# {title}\n\n<!-- Written by `{UPDATE}`. -->\n\n{}\n",
        body.trim()
    );
    assert_file(&format!("docs/reference/{name}.md"), &text);
}

fn assert_file(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&file, text).expect("written");
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == text,
        "{path} is not what the code says: run {UPDATE}"
    );
}

/// Every command that does something, with its name as it is called.
fn commands() -> Vec<(String, Command)> {
    fn collect(command: &Command, name: &str, into: &mut Vec<(String, Command)>) {
        for command in command.get_subcommands() {
            let name = format!("{name} {}", command.get_name());
            if command.has_subcommands() {
                collect(command, name.trim(), into);
            } else {
                into.push((name.trim().to_owned(), command.clone()));
            }
        }
    }
    let mut main = Cli::command().disable_help_subcommand(true);
    main.build();
    let mut commands = Vec::new();
    collect(&main, "", &mut commands);
    commands
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// A table of two columns.
fn table(head: [&str; 2], rows: impl IntoIterator<Item = (String, String)>) -> String {
    let mut text = format!("| {} | {} |\n| --- | --- |\n", head[0], head[1]);
    for (key, value) in rows {
        let _ = writeln!(text, "| {} | {} |", cell(&key), cell(&value));
    }
    text
}

fn names_of_values(arg: &Arg) -> Vec<String> {
    let values = arg.get_possible_values();
    let shown = values
        .iter()
        .filter(|value| !value.is_hide_set() && !arg.is_hide_possible_values_set());
    shown
        .map(|value| format!("`{}`", value.get_name()))
        .collect()
}

fn argument(arg: &Arg) -> (String, String) {
    let short = arg.get_short().filter(|_| arg.get_long().is_some());
    let short = short.map_or_else(String::new, |short| format!("-{short}, "));
    let mut told = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let takes_value = arg.get_action().takes_values();
    let values = names_of_values(arg);
    if takes_value && !values.is_empty() {
        let _ = write!(told, ". One of {}", values.join(", "));
    }
    let defaults = arg.get_default_values();
    if let Some(default) = defaults.first().filter(|_| takes_value) {
        let _ = write!(told, ". Default: `{}`", default.to_string_lossy());
    }
    (format!("`{short}{arg}`"), told)
}

#[test]
fn commands_are_those_of_the_program() {
    let mut text = String::from(
        "`palette-knife --help` lists the commands, `palette-knife COMMAND --help` tells what is told here. `--version` \
         tells the version,\nthe commit and the system that the program was built for.\n",
    );
    for (name, mut command) in commands() {
        let about = command.get_about().expect("a sentence").to_string();
        let usage = command.render_usage().to_string();
        let usage = usage.strip_prefix("Usage: ").expect("a usage");
        let _ = write!(text, "\n## {name}\n\n{about}.\n\n```\n{usage}\n```\n\n");
        let arguments = command.get_arguments().filter(|arg| arg.get_id() != "help");
        text.push_str(&table(
            ["argument", "what it says"],
            arguments.map(argument),
        ));
        if let Some(after) = command.get_after_help() {
            let _ = write!(text, "\n{after}\n");
        }
    }
    assert_page("commands", "Commands", &text);
}

#[test]
fn formats_are_those_of_the_program() {
    let mut text = String::from(
        "What `--format` prints, by command; the first is the default. [Output formats](../formats.md) tells how the \
         formats of `check`\nlook, [JSON Schemas](schemas.md) what `json` holds.\n",
    );
    for (name, command) in commands() {
        let Some(arg) = command.get_arguments().find(|arg| arg.get_id() == "format") else {
            continue;
        };
        let values = arg.get_possible_values();
        let first = values.first().map(|value| value.get_name().to_owned());
        let default = arg
            .get_default_values()
            .first()
            .and_then(|value| value.to_str());
        assert_eq!(first.as_deref(), default, "{name}");
        let rows = values.iter().map(|value| {
            let help = value.get_help().expect("a sentence").to_string();
            (format!("`{}`", value.get_name()), help)
        });
        let _ = write!(text, "\n## {name}\n\n{}", table(["format", "for"], rows));
    }
    assert_page("formats", "Formats", &text);
}

/// The fields of an object, as its schema tells them.
fn fields(schema: &Value) -> String {
    let required: BTreeSet<&str> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema["properties"].as_object().expect("an object");
    let rows = properties.iter().map(|(key, property)| {
        let definition = property["$ref"]
            .as_str()
            .and_then(|name| schema.pointer(name.trim_start_matches('#')));
        let told = [Some(property), definition]
            .into_iter()
            .flatten()
            .flat_map(|node| [&node["description"], &node["title"]])
            .find_map(Value::as_str)
            .unwrap_or_default();
        let told = if required.contains(key.as_str()) {
            format!("{} (required)", told.trim_end_matches('.'))
        } else {
            told.to_owned()
        };
        (format!("`{key}`"), told.trim().to_owned())
    });
    table(["key", "what it says"], rows)
}

#[test]
fn schemas_are_those_of_the_program() {
    let mut text = String::from(
        "The JSON Schemas (2020-12) of the files that palette-knife reads and writes. `palette-knife schema NAME` prints \
         one; in the\nrepository they are in `schemas`. [Editors](../editors.md) tells how to attach them. The tables \
         have the keys of the first level.\n",
    );
    for schema in Schema::ALL {
        let name = schema.name();
        let json: Value = serde_json::from_str(schema.text()).expect("JSON");
        let _ = write!(
            text,
            "\n## {name}\n\n{}{}",
            sentence(schema.summary()),
            fields(&json)
        );
    }
    assert_page("schemas", "JSON Schemas", &text);
}

/// A summary as a paragraph.
fn sentence(summary: &str) -> String {
    let mut letters = summary.chars();
    let first = letters.next().expect("a summary").to_uppercase();
    format!("{first}{}.\n\n", letters.as_str())
}

#[test]
fn keys_of_the_configuration_are_those_that_are_read() {
    let schema: Value = serde_json::from_str(&config::schema::render()).expect("a schema");
    let mut text = String::from(
        "The keys of `palette-knife.toml`. [Configuration](../configuration.md) explains them with an example.\n\n",
    );
    text.push_str(&fields(&schema));
    let ignore = &schema["properties"]["ignore"]["items"];
    let _ = write!(text, "\n## Keys of `[[ignore]]`\n\n{}", fields(ignore));
    let _ = write!(
        text,
        "\n## Levels in `[rules]`\n\nThe level of a rule or of a group is `off`, `info`, `warning` or `error`. The groups \
         are {}. The\n[index of the rules](../rules/README.md) has the level of each where nothing is said.\n",
        Group::ALL
            .map(|group| format!("`{}`", group.name()))
            .join(", ")
    );
    let options = config::OPTIONS.iter().map(|option| {
        let rule = format!("[`{0}`](../rules/{0}.md)", option.rule);
        (format!("{rule}: `{}`", option.name), option.docs.to_owned())
    });
    let options = table(["rule and option", "what it says"], options);
    let _ = write!(text, "\n## Options of rules\n\n{options}");
    assert_page("configuration", "Keys of the configuration", &text);
}

/// The table of contents lists the page of every rule, in the order of the names.
#[test]
fn the_contents_list_every_rule() {
    let path = "docs/SUMMARY.md";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let contents = fs::read_to_string(file).expect("the contents");
    let head = "  - [Rules](rules/README.md)\n";
    let (before, rest) = contents.split_once(head).expect("the rules");
    let is_of_a_rule = |line: &&str| line.starts_with("    - [");
    let after: String = rest
        .split_inclusive('\n')
        .skip_while(is_of_a_rule)
        .collect();
    let mut text = format!("{before}{head}");
    for rule in rules::ALL {
        let id = rule.meta().id;
        let _ = writeln!(text, "    - [{id}](rules/{id}.md)");
    }
    assert_file(path, &(text + &after));
}
