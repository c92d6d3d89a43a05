use proptest::prelude::*;

use super::ArgumentKind as Kind;
use super::Family::{App, Macro, Pack, System, Var};
use super::ProblemKind::{self, *};
use super::*;

/// The only reference of `text`.
fn one(text: &str) -> Reference<'_> {
    let mut found = scan(text);
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    found.remove(0)
}

/// The kind, range and suggestion of each problem of the only reference of `text`.
fn problems(text: &str) -> Vec<(ProblemKind, Range<usize>, Option<String>)> {
    let problems = one(text).problems.into_iter();
    problems.map(|p| (p.kind, p.range, p.suggestion)).collect()
}

/// `text` with every suggestion put in place.
fn fixed(text: &str) -> String {
    let mut text_now = text.to_owned();
    for problem in one(text).problems.iter().rev() {
        if let Some(suggestion) = &problem.suggestion {
            text_now.replace_range(problem.range.clone(), suggestion);
        }
    }
    text_now
}

fn kinds<'t>(reference: &Reference<'t>) -> Vec<ArgumentKind<'t>> {
    let args = reference.pipeline.iter().flat_map(|call| &call.args);
    args.map(|argument| argument.kind.clone()).collect()
}

/// Text, family, names and functions, in the shapes of the references in public profiles.
#[rustfmt::skip]
const WELL_FORMED: &[(&str, Family, &str, &str)] = &[
    // variables: quoted, glued, spaced, in every letter case, beside other text
    ("'{{ .spectro.var.PodRange }}'", Var, "PodRange", ""),
    ("'{{.spectro.var.SHARE_DISK_ID}}'", Var, "SHARE_DISK_ID", ""),
    ("{{.spectro.var.web_copies}}", Var, "web_copies", ""),
    ("{{ .spectro.var.siteProvider }}", Var, "siteProvider", ""),
    ("{{.spectro.var.ABC_API_KEY}}", Var, "ABC_API_KEY", ""),
    ("{{.spectro.var.MIRROR}}/charts", Var, "MIRROR", ""),
    ("{{ .spectro.var.agentToken }}", Var, "agentToken", ""),
    ("{{ .spectro.var.agentUrl }}", Var, "agentUrl", ""),
    ("set AllowedCPUs={{ .spectro.var.cpuSet }}", Var, "cpuSet", ""),
    ("{{ .spectro.var.blog_namespace }}", Var, "blog_namespace", ""),
    ("{{ .spectro.var.blog_port }}", Var, "blog_port", ""),
    ("{{ .spectro.var.blog_replica }}", Var, "blog_replica", ""),
    ("{{.spectro.var.Y}}", Var, "Y", ""),
    ("{{.spectro.var.control-plane-url}}", Var, "control-plane-url", ""),
    // macros
    ("{{.spectro.macro.some-name}}", Macro, "some-name", ""),
    ("{{.spectro.macro.bindingMode}}", Macro, "bindingMode", ""),
    ("{{ .spectro.macro.team.zone }}", Macro, "team.zone", ""),
    // outputs of app tiers
    ("{{.spectro.app.$appName.api.SVC_HOST}}", App, "$appName/api/SVC_HOST", ""),
    ("{{.spectro.app.$appName.my-db.PASSWORD}}", App, "$appName/my-db/PASSWORD", ""),
    ("{{.spectro.app.$appName.my-db.MYDBMSTR_SVC}}", App, "$appName/my-db/MYDBMSTR_SVC", ""),
    ("{{.spectro.app.$appName.my-db.USERNAME}}", App, "$appName/my-db/USERNAME", ""),
    ("{{.spectro.app.$appName.cache.PASSWORD}}", App, "$appName/cache/PASSWORD", ""),
    ("{{.spectro.app.$appName.cache.MSTR_SVC}}", App, "$appName/cache/MSTR_SVC", ""),
    ("{{.spectro.app.$appName.cache.MSTR_SVC_PORT}}", App, "$appName/cache/MSTR_SVC_PORT", ""),
    ("{{.spectro.app.$appName.cache.USERNAME}}", App, "$appName/cache/USERNAME", ""),
    ("{{.spectro.app.$app-documents.PASSWORD}}", App, "$app-documents/PASSWORD", ""),
    // pack values: keys with dots, with hyphens, deep, shallow
    ("{{ .spectro.pack.byo-os.options.system.tag }}", Pack, "byo-os/options/system/tag", ""),
    ("{{ .spectro.pack.byo-os.options.system.distro }}", Pack, "byo-os/options/system/distro", ""),
    ("{{ .spectro.pack.byo-os.options.system.version }}", Pack, "byo-os/options/system/version", ""),
    ("{{ .spectro.pack.byo-os.options.system.hub }}", Pack, "byo-os/options/system/hub", ""),
    ("{{ .spectro.pack.byo-os.options.system.image }}", Pack, "byo-os/options/system/image", ""),
    ("{{.spectro.pack.byo-os.options.system.link}}", Pack, "byo-os/options/system/link", ""),
    ("{{.spectro.pack.scaler.accountNumber}}", Pack, "scaler/accountNumber", ""),
    ("{{ .spectro.pack.k8s-eks.plane.idp.clientId }}", Pack, "k8s-eks/plane/idp/clientId", ""),
    ("{{ .spectro.pack.k8s-eks.plane.idp.issuer }}", Pack, "k8s-eks/plane/idp/issuer", ""),
    ("{{ .spectro.pack.k8s.config.api.args.sso-client-id }}", Pack, "k8s/config/api/args/sso-client-id", ""),
    ("{{ .spectro.pack.k8s.config.api.args.sso-secret }}", Pack, "k8s/config/api/args/sso-secret", ""),
    ("{{ .spectro.pack.k8s.config.api.args.sso-issuer-url }}", Pack, "k8s/config/api/args/sso-issuer-url", ""),
    ("{{ .spectro.pack.k8s.version }}", Pack, "k8s/version", ""),
    ("{{ .spectro.pack.k8s.version | default \"1.30.0\"}}", Pack, "k8s/version", "default"),
    ("{{ .spectro.pack.blog-chart.charts.blog.adminPassword }}", Pack, "blog-chart/charts/blog/adminPassword", ""),
    ("{{ .spectro.pack.blog-chart.charts.blog.adminName }}", Pack, "blog-chart/charts/blog/adminName", ""),
    // what Palette knows itself: white space on either side, one segment to three, functions
    ("{{.spectro.system.deployment.entry.host}}", System, "deployment/entry/host", ""),
    ("{{.spectro.system.deployment.tier}}", System, "deployment/tier", ""),
    ("{{.spectro.system.tier.NAMESPACE}}", System, "tier/NAMESPACE", ""),
    ("{{.spectro.system.aws.zone}}", System, "aws/zone", ""),
    ("{{.spectro.system.cloud.zone }}", System, "cloud/zone", ""),
    ("{{.spectro.system.cloud.kind }}", System, "cloud/kind", ""),
    ("{{ .spectro.system.cluster.vip }}", System, "cluster/vip", ""),
    ("{{ .spectro.system.cluster.label }}", System, "cluster/label", ""),
    ("{{.spectro.system.cluster.label}}", System, "cluster/label", ""),
    ("{{ .spectro.system.cluster.id }}", System, "cluster/id", ""),
    ("{{ .spectro.system.kube.version }}", System, "kube/version", ""),
    ("{{ .spectro.system.kube.version | substr 0 5 }}", System, "kube/version", "substr"),
    ("{{ .spectro.system.proxy.server }}", System, "proxy/server", ""),
    ("{{ .spectro.system.user.label | upper }}", System, "user/label", "upper"),
    ("{{ .spectro.system.user.id}}", System, "user/id", ""),
    // broken over lines, trimmed
    ("{{\n  .spectro.var.x\n  | upper\n}}", Var, "x", "upper"),
    ("{{- .spectro.var.x -}}", Var, "x", ""),
    ("{{-\t.spectro.var.x | lower\r\n-}}", Var, "x", "lower"),
];

#[test]
fn well_formed_references_of_all_shapes_seen_in_public_profiles() {
    for &(text, family, path, functions) in WELL_FORMED {
        let reference = one(text);
        assert_eq!(reference.problems, [], "{text}");
        let found = reference.family.as_ref().expect(text);
        assert_eq!(found.value, family, "{text}");
        assert_eq!(&text[found.range.clone()], family.as_str(), "{text}");
        let names: Vec<_> = reference.path.iter().map(|name| name.value).collect();
        assert_eq!(names.join("/"), path, "{text}");
        for name in &reference.path {
            assert_eq!(&text[name.range.clone()], name.value, "{text}");
        }
        let called: Vec<_> = reference.functions().iter().map(|f| f.value).collect();
        assert_eq!(called.join("/"), functions, "{text}");
        let written = &text[reference.range.clone()];
        assert!(
            written.starts_with("{{") && written.ends_with("}}"),
            "{text}"
        );
        let expression = &text[reference.expression.clone()];
        assert_eq!(
            expression,
            format!(".spectro.{family}.{}", path.replace('/', "."))
        );
    }
}

#[test]
fn the_malformed_shapes_seen_in_public_profiles() {
    let text = "{{.spectro. Macro.some-name}}";
    assert_eq!(
        problems(text),
        [
            (SpaceInPath, 11..12, Some(String::new())),
            (Spelling, 12..17, Some("macro".to_owned())),
        ]
    );
    assert_eq!(fixed(text), "{{.spectro.macro.some-name}}");

    let text = "{{.spectro.var.<your_variable>}}";
    assert_eq!(problems(text), [(InvalidName, 15..30, None)]);
    assert_eq!(
        one(text).problems[0].message,
        "found the placeholder `<your_variable>`, a name would be right"
    );

    let text = "{{.spectro.app.$appName.<tier>.<Tier_Output>}}";
    assert_eq!(
        problems(text),
        [(InvalidName, 24..30, None), (InvalidName, 31..44, None)]
    );

    let text = r#"v: "{{ .spectro.pack.k8s.version | default \"1.30.0\"}}""#;
    assert_eq!(
        problems(text),
        [(WrongQuotes, 43..53, Some("\"1.30.0\"".to_owned()))]
    );
    assert_eq!(kinds(&one(text)), [ArgumentKind::String("1.30.0")]);
}

#[test]
fn several_references_in_one_text() {
    let text =
        "arn:{{.spectro.var.PART}}:iam::{{.spectro.system.aws.account}}:role/{{ .Values.role }}";
    let ranges: Vec<_> = scan(text).into_iter().map(|found| found.range).collect();
    assert_eq!(ranges, [4..25, 31..62]);
}

#[test]
fn foreign_templates_are_skipped() {
    for text in [
        "{{ .Chart.AppVersion }}",
        "{{ include \"chart.namespace\" . }}",
        "{{ default \"ghcr.io/spectro-images/public\" .Values.image }}",
        "{{HostPrivateName}}",
        "{{ $labels.instance }}",
        "{{/* comment */}}",
        "{{- /* {{ .spectro.var.x }} */ -}}",
        "#- {{ arn for the role | format \"${string}\" }}",
        "{{ .spectro }}",
        "{{ spectro }}",
        "{{ spectro.example.com }}",
        "{{ .spectrocloud.macro.x }}",
        "{{ .Spectro.Values.x }}",
        "{{ .Values.spectro.macro.x }}",
        "{{ upper .spectro.var.x }}",
        "{{ if .spectro.var.x }}",
        "{{ \".spectro.var.x\" }}",
        "{ { .spectro.var.x }}",
        "{.spectro.var.x}",
        "{{",
        "{{-",
        "{{.",
        "{{}}",
        "",
    ] {
        assert_eq!(scan(text), [], "{text}");
    }
}

#[test]
fn a_reference_inside_the_string_of_a_foreign_template_is_found() {
    assert_eq!(one("{{ \"{{ .spectro.var.x }}\" }}").range, 4..24);
}

#[test]
fn surrounding_braces_are_text() {
    let text = "{{{ .spectro.var.x }}}";
    assert_eq!(one(text).range, 1..21);
    assert_eq!(problems(text), []);
    assert_eq!(one("{{{{{{.spectro.var.x}}").range, 4..22);
}

#[test]
fn near_misses_are_recognised_and_corrected() {
    for (text, right) in [
        ("{{ spectro.macro.x }}", "{{ .spectro.macro.x }}"),
        ("{{ Spectro.Macro.x }}", "{{ .spectro.macro.x }}"),
        ("{{ .Spectro.macro.x }}", "{{ .spectro.macro.x }}"),
        ("{{ .SPECTRO.VAR.x }}", "{{ .spectro.var.x }}"),
        ("{{ .spectro.Macro.x }}", "{{ .spectro.macro.x }}"),
        ("{{ .spectro.macros.x }}", "{{ .spectro.macro.x }}"),
        ("{{ .spectro.variable.x }}", "{{ .spectro.var.x }}"),
        ("{{ .spectro.vars.x }}", "{{ .spectro.var.x }}"),
        ("{{ .spectro.packs.k.v }}", "{{ .spectro.pack.k.v }}"),
    ] {
        assert_eq!(fixed(text), right);
        assert!(one(text).family.is_some(), "{text}");
        assert!(
            one(text).problems.iter().all(|p| p.kind == Spelling),
            "{text}"
        );
    }
    for text in [
        "{{ . spectro.var.x }}",
        "{{ .spectro .var.x }}",
        "{{ .spectro . var . x }}",
        "{{ .spectro.var\t.x }}",
    ] {
        assert_eq!(fixed(text).replace(['{', '}', ' '], ""), ".spectro.var.x");
        assert!(
            one(text).problems.iter().all(|p| p.kind == SpaceInPath),
            "{text}"
        );
    }
}

#[test]
fn unknown_families() {
    for (text, range, guess) in [
        ("{{ .spectro.marco.x }}", 12..17, Some("macro")),
        ("{{ .spectro.macr.x }}", 12..16, Some("macro")),
        ("{{ .spectro.sytem.cluster.name }}", 12..17, Some("system")),
        ("{{ .spectro.sys.cluster.name }}", 12..15, Some("system")),
        ("{{ .spectro.package.x }}", 12..19, Some("pack")),
        ("{{ .spectro.secret.x }}", 12..18, None),
        ("{{ .spectro.é.x }}", 12..14, None),
        ("{{ .spectro. }}", 3..12, None),
    ] {
        let expected = [(UnknownFamily, range, guess.map(str::to_owned))];
        assert_eq!(problems(text), expected, "{text}");
        assert_eq!(one(text).family, None);
    }
    assert_eq!(
        one("{{ .spectro.secret.x }}").problems[0].message,
        "found the unknown family `secret`, `macro`, `system`, `var`, `pack` or `app` would be right"
    );
    assert_eq!(one("{{ .spectro.secret.x }}").path[0].value, "x");
}

#[test]
fn problems_of_paths() {
    let gone = || Some(String::new());
    let cases = [
        ("{{ .spectro.macro. }}", vec![(MissingName, 12..18, None)]),
        ("{{ .spectro.macro }}", vec![(MissingName, 12..17, None)]),
        ("{{.spectro.var}}", vec![(MissingName, 11..14, None)]),
        (
            "{{ .spectro.pack | upper }}",
            vec![(MissingName, 12..16, None)],
        ),
        (
            "{{ .spectro..var.x }}",
            vec![(EmptySegment, 12..13, gone())],
        ),
        (
            "{{ .spectro.pack.k..v }}",
            vec![(EmptySegment, 19..20, gone())],
        ),
        (
            "{{ .spectro.var.x... }}",
            vec![(EmptySegment, 17..20, gone())],
        ),
        (
            "{{ .spectro.var.x. }}",
            vec![(EmptySegment, 17..18, gone())],
        ),
        (
            "{{ .spectro.pack.k. v }}",
            vec![(SpaceInPath, 19..20, gone())],
        ),
        (
            "{{ .spectro.pack.k  .v }}",
            vec![(SpaceInPath, 18..20, gone())],
        ),
        (
            "{{ .spectro.pack.k/v.w }}",
            vec![(InvalidName, 18..19, None)],
        ),
        (
            "{{ .spectro.var.a@b%c }}",
            vec![(InvalidName, 17..20, None)],
        ),
        (
            "{{ .spectro.var.größe }}",
            vec![(InvalidName, 18..22, None)],
        ),
        ("{{ .spectro.var.$x }}", vec![(InvalidName, 16..17, None)]),
        ("{{ .spectro.app.a.$b }}", vec![(InvalidName, 18..19, None)]),
        (
            "{{ .spectro.var.<the name> }}",
            vec![(InvalidName, 16..26, None)],
        ),
        ("{{ .spectro.var.x y }}", vec![(TrailingText, 18..19, None)]),
        (
            "{{ .spectro.var.x \"}}\" (b) | upper }}",
            vec![(TrailingText, 18..26, None)],
        ),
        ("{{ .spectro.var.x) }}", vec![(TrailingText, 17..18, None)]),
        ("{{ .spectro.var.x . }}", vec![(TrailingText, 18..19, None)]),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), expected, "{text}");
        assert!(text[one(text).range].ends_with("}}"), "{text}");
    }
}

#[test]
fn unclosed_references() {
    let close = |text: &str| Some(text.to_owned());
    let cases = [
        (
            "a {{ .spectro.macro.x } b",
            2..23,
            (Unclosed, 22..23, close("}}")),
        ),
        (
            "{{.spectro.macro.x}",
            0..19,
            (Unclosed, 18..19, close("}}")),
        ),
        (
            "{a: {{ .spectro.macro.x } }",
            4..25,
            (Unclosed, 24..25, None),
        ),
        (
            "{{ .spectro.macro.x",
            0..19,
            (Unclosed, 19..19, close(" }}")),
        ),
        (
            "{{.spectro.macro.x  ",
            0..18,
            (Unclosed, 18..18, close("}}")),
        ),
        (
            "a: {{ .spectro.macro.x\nb: c\n",
            3..22,
            (Unclosed, 22..22, close(" }}")),
        ),
        (
            "a: {{ .spectro.var.x | upper\nb: c }}",
            3..28,
            (Unclosed, 28..28, close(" }}")),
        ),
        (
            "a: {{ .spectro.var.x | f 1\n- \"b\"",
            3..26,
            (Unclosed, 26..26, close(" }}")),
        ),
    ];
    for (text, range, problem) in cases {
        assert_eq!(one(text).range, range, "{text}");
        assert_eq!(problems(text), [problem], "{text}");
    }
    assert_eq!(
        kinds(&one("{{ .spectro.var.x | f 1\nb: c")),
        [ArgumentKind::Number]
    );

    let found = scan("a: {{ .spectro.var.x\nb: {{ .spectro.var.y }}");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].problems[0].kind, Unclosed);
    assert_eq!(
        (found[0].range.clone(), found[1].range.clone()),
        (3..20, 24..44)
    );
    assert_eq!(found[1].problems, []);
}

#[test]
fn nested_references() {
    let found = scan("{{ .spectro.pack.{{ .spectro.var.p }}.version }}");
    assert_eq!(found.len(), 2);
    let problem = &found[0].problems[0];
    assert_eq!((problem.kind, problem.range.clone()), (Nested, 17..19));
    assert_eq!(found[0].problems.len(), 1);
    assert_eq!(
        (found[0].range.clone(), found[1].range.clone()),
        (0..17, 17..37)
    );

    let found = scan("{{ .spectro.var.x | default {{ .spectro.var.y }} }}");
    assert_eq!(found[0].problems[0].range, 28..30);
    assert_eq!(found[0].range, 0..27);
    assert_eq!(found[1].range, 28..48);
}

#[test]
fn trim_markers_need_white_space() {
    for (text, range) in [
        ("{{-.spectro.var.x }}", 0..3),
        ("{{ .spectro.var.x-}}", 17..20),
        ("{{ .spectro.var.x | upper-}}", 25..28),
        ("{{ .spectro.var.x | default \"y\"-}}", 31..34),
    ] {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(
            (found[0].0, found[0].1.clone()),
            (TrimMarker, range),
            "{text}"
        );
        assert_eq!(one(&fixed(text)).problems, [], "{text}");
        assert_eq!(one(text).path[0].value, "x");
    }
}

#[test]
fn odd_white_space() {
    let text = "{{\u{a0}.spectro.var.x\u{200b} | upper }}";
    assert_eq!(
        problems(text),
        [
            (OddSpace, 2..4, Some(" ".to_owned())),
            (OddSpace, 18..21, Some(String::new())),
        ]
    );
    assert_eq!(fixed(text), "{{ .spectro.var.x | upper }}");
}

#[test]
fn arguments_of_every_kind() {
    let text = concat!(
        r#"{{ .spectro.macro.m | f "a }} \" {{ b" `c" }}` -0x1F 1e-5 .5 true false nil 'x' '\n'"#,
        " .Values.a . $ $b.c now .spectro.var.v (upper .spectro.pack.p.k | trunc 3) (1) }}",
    );
    let reference = one(text);
    assert_eq!(reference.problems, []);
    assert_eq!(reference.range, 0..text.len());
    let name = |value: &'static str| {
        let start = text.find(&format!(".{value}")).expect(value) + 1;
        spanned_at(value, start)
    };
    let family = |value: Family| {
        let start = text.find(&format!(".{value}.")).expect("present") + 1;
        Some(spanned_at(value, start)).map(|s| Spanned {
            range: start..start + value.as_str().len(),
            ..s
        })
    };
    let found = kinds(&reference);
    assert_eq!(
        found[..15],
        [
            Kind::String(r#"a }} \" {{ b"#),
            Kind::String("c\" }}"),
            Kind::Number,
            Kind::Number,
            Kind::Number,
            Kind::Bool(true),
            Kind::Bool(false),
            Kind::Nil,
            Kind::Rune,
            Kind::Rune,
            Kind::Field,
            Kind::Field,
            Kind::Variable,
            Kind::Variable,
            Kind::Function("now"),
        ]
    );
    let Kind::Reference {
        family: found_family,
        path,
    } = &found[15]
    else {
        panic!("{:?}", found[15]);
    };
    assert_eq!(*found_family, family(Var));
    assert_eq!(path[0].value, name("v").value);
    let Kind::Parenthesised { head: None, calls } = &found[16] else {
        panic!("{:?}", found[16]);
    };
    assert_eq!(calls.len(), 2);
    assert_eq!(&text[calls[0].range.clone()], "upper .spectro.pack.p.k");
    assert_eq!(&text[calls[1].range.clone()], "trunc 3");
    assert!(matches!(&found[17], Kind::Parenthesised { head: Some(_), calls } if calls.is_empty()));

    let args: Vec<_> = reference.pipeline[0]
        .args
        .iter()
        .map(|a| &text[a.range.clone()])
        .collect();
    assert_eq!(args[..3], [r#""a }} \" {{ b""#, "`c\" }}`", "-0x1F"]);
    assert_eq!(
        args[15..],
        [
            ".spectro.var.v",
            "(upper .spectro.pack.p.k | trunc 3)",
            "(1)"
        ]
    );
    let targets: Vec<_> = reference
        .targets()
        .into_iter()
        .map(|t| &text[t.expression])
        .collect();
    assert_eq!(
        targets,
        [".spectro.macro.m", ".spectro.var.v", ".spectro.pack.p.k"]
    );
    let functions: Vec<_> = reference.functions().iter().map(|f| f.value).collect();
    assert_eq!(functions, ["f", "now", "upper", "trunc"]);
}

fn spanned_at<T>(value: T, start: usize) -> Spanned<T> {
    Spanned {
        value,
        range: start..start + 1,
    }
}

#[test]
fn problems_of_stages_and_strings() {
    let text_of = |text: &str| Some(text.to_owned());
    let cases = [
        (
            "{{ .spectro.var.x | }}",
            vec![(EmptyStage, 18..19, text_of(""))],
        ),
        (
            "{{ .spectro.var.x | | f }}",
            vec![(EmptyStage, 18..19, text_of(""))],
        ),
        (
            "{{ .spectro.var.x || f }}",
            vec![(EmptyStage, 18..19, text_of(""))],
        ),
        (
            "{{ .spectro.var.x | \"y\" }}",
            vec![(NotAFunction, 20..23, None)],
        ),
        (
            "{{ .spectro.var.x | to-upper }}",
            vec![(NotAFunction, 20..28, None)],
        ),
        (
            "{{ .spectro.var.x | .spectro.var.y }}",
            vec![(NotAFunction, 20..34, None)],
        ),
        (
            "{{ .spectro.var.x | f \"y }}",
            vec![(UnterminatedString, 22..24, text_of("\"y\""))],
        ),
        (
            "{{ .spectro.var.x | f \"y z -}}",
            vec![(UnterminatedString, 22..26, None)],
        ),
        (
            "{{ .spectro.var.x | f `y }}",
            vec![(UnterminatedString, 22..24, text_of("`y`"))],
        ),
        (
            "{{ .spectro.var.x | f 'y }}",
            vec![(UnterminatedString, 22..24, None)],
        ),
        (
            "{{ .spectro.var.x | f \"y",
            vec![(UnterminatedString, 22..24, text_of("\"y\""))],
        ),
        (
            "{{ .spectro.var.x | f \"y }\nz\" }}",
            vec![(UnterminatedString, 22..26, None)],
        ),
        (
            "{{ .spectro.var.x | f 'yz' }}",
            vec![(WrongQuotes, 22..26, text_of("\"yz\""))],
        ),
        (
            "{{ .spectro.var.x | f '' }}",
            vec![(WrongQuotes, 22..24, text_of("\"\""))],
        ),
        (
            "{{ .spectro.var.x | f “y z” }}",
            vec![(WrongQuotes, 22..31, text_of("\"y z\""))],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), expected, "{text}");
    }
}

#[test]
fn problems_of_arguments() {
    let text_of = |text: &str| Some(text.to_owned());
    let cases = [
        (
            "{{ .spectro.var.x | f 1.30.0 }}",
            vec![(InvalidNumber, 22..28, text_of("\"1.30.0\""))],
        ),
        (
            "{{ .spectro.var.x | f 4Gi }}",
            vec![(InvalidNumber, 22..25, text_of("\"4Gi\""))],
        ),
        (
            "{{ .spectro.var.x | f v1.2 }}",
            vec![(UnexpectedText, 22..26, text_of("\"v1.2\""))],
        ),
        (
            "{{ .spectro.var.x | f := }}",
            vec![(UnexpectedText, 22..24, None)],
        ),
        (
            "{{ .spectro.var.x | f é }}",
            vec![(UnexpectedText, 22..24, None)],
        ),
        (
            "{{ .spectro.var.x | f (g 1 }}",
            vec![(Parenthesis, 22..23, None)],
        ),
        (
            "{{ .spectro.var.x | f ) }}",
            vec![(Parenthesis, 22..23, text_of(""))],
        ),
        (
            "{{ .spectro.var.x | f () }}",
            vec![(Parenthesis, 22..24, None)],
        ),
        (
            "{{ .spectro.var.x | f (1 2) }}",
            vec![(UnexpectedText, 25..26, None)],
        ),
        (
            "{{ .spectro.var.x | f spectro.var.y }}",
            vec![(Spelling, 22..29, text_of(".spectro"))],
        ),
        (
            "{{ .spectro.var.x | f .spectro.vra.y }}",
            vec![(UnknownFamily, 31..34, text_of("var"))],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), expected, "{text}");
    }
}

#[test]
fn messages_tell_what_was_found_and_what_would_be_right() {
    for (text, message) in [
        (
            "{{ .spectro.vra.x }}",
            "found the unknown family `vra`, `var` would be right",
        ),
        (
            "{{ .spectro.var.x | default 'yes' }}",
            "found `'yes'`, Go templates write strings in double quotes",
        ),
        (
            "{{ .spectro.var.x y }}",
            "found `y` after the path, `|` or `}}` would be right",
        ),
        ("{{ .spectro.macro. }}", "found no name after `macro`"),
    ] {
        assert_eq!(one(text).problems[0].message, message);
    }
    let long = format!("{{{{ .spectro.var.x {} }}}}", "y".repeat(1000));
    assert!(one(&long).problems[0].message.len() < 120);
}

#[test]
fn after_a_string_without_end_the_scan_goes_on_at_the_next_reference() {
    let found = scan("{{ .spectro.var.x | f \"y {{ .spectro.var.z }}");
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].range, 0..24);
    assert_eq!(found[0].problems.len(), 1);
    assert_eq!(found[1].range, 25..45);
}

#[test]
fn parentheses_are_followed_to_a_depth() {
    let nested = |depth| {
        let (open, close) = ("(".repeat(depth), ")".repeat(depth));
        format!("{{{{ .spectro.var.x | f {open}1{close} }}}}")
    };
    assert_eq!(problems(&nested(64)), []);
    let deeper = nested(65);
    assert_eq!(problems(&deeper), [(TooDeep, 86..87, None)]);
    assert_eq!(one(&deeper).range, 0..deeper.len());
    assert_eq!(problems(&nested(100_000)), [(TooDeep, 86..87, None)]);
}

#[test]
fn ranges_count_bytes_beside_other_scripts() {
    let text = "名前: ü{{ .spectro.var.x }}é";
    assert_eq!(&text[one(text).range], "{{ .spectro.var.x }}");
    assert_eq!(
        one(text).path[0].range.start,
        text.find("x }}").expect("present")
    );
}

#[test]
fn templates_of_all_kinds_on_one_line() {
    let found = |text: &str| -> Vec<String> {
        let ranges = template_ranges(text).into_iter();
        ranges.map(|range| text[range].to_owned()).collect()
    };
    assert_eq!(
        found("a: {{ .x }} {{- y -}}\n{{z}}"),
        ["{{ .x }}", "{{- y -}}", "{{z}}"]
    );
    assert_eq!(found("{{ f \"}}\" `}}` }}}}"), ["{{ f \"}}\" `}}` }}"]);
    assert_eq!(found(r#"{{ f "\"}}" }}"#), [r#"{{ f "\"}}" }}"#]);
    assert_eq!(
        found(r#"a: "{{ .x | f \"}}\" }}" # "#),
        [r#"{{ .x | f \"}}\" }}"#]
    );
    assert_eq!(
        found(r#"a: "{{ .x | f \"y\" }}""#),
        [r#"{{ .x | f \"y\" }}"#]
    );
    assert_eq!(
        found(r#"a: "{{ .x | f \"\\\"}}\" }}""#),
        [r#"{{ .x | f \"\\\"}}\" }}"#]
    );
    assert_eq!(found("{{ it's }} {{ 'tis }}"), ["{{ it's }}", "{{ 'tis }}"]);
    assert_eq!(found("{{ f \"x }}"), ["{{ f \"x }}"]);
    assert_eq!(
        found("{{/* say \"hi }} */}} \"{{ b }}\""),
        ["{{/* say \"hi }} */}}", "{{ b }}"]
    );
    assert_eq!(found("{{{ .x }}: 1}"), ["{{ .x }}"]);
    assert_eq!(found("{{ a {{ b }}"), ["{{ b }}"]);
    for text in [
        "{{ a",
        "{{ a\n}}",
        "{{ a }",
        "{{ a\r }}",
        "}}{{",
        "{{ f \"{{ \"",
    ] {
        assert_eq!(found(text), [""; 0], "{text}");
    }
}

#[test]
fn long_inputs_take_linear_time() {
    let many = "{{".repeat(1_000_000);
    let _ = (scan(&many), template_ranges(&many));
    let count = 50_000;
    for unit in [
        "{{",
        "{{ ",
        "{{/* ",
        "{{ .spectro.var.x",
        "{{ .spectro.var.x ",
        "{{ .spectro.var.x | f \"",
        "{{ .spectro.var.x | f @\\\"",
        "{{ .spectro.var.x | f `",
        "{{ .spectro.var.x | f '",
        "{{ .spectro.var.x | f \\\"",
        "{{ .spectro.var.x | f (",
        "{{ .spectro.var.x | f\n\"",
        "{{ .spectro.var.<",
        "{{ \"\\\" ",
        "{{ `",
        "\"{{ \\\"",
    ] {
        let text = unit.repeat(count);
        let _ = (scan(&text), template_ranges(&text));
    }
    for unit in [
        "'a' ",
        "“a” ",
        "\\\"a\\\" ",
        "\"a\" ",
        "`a` ",
        "(a) ",
        ".a",
        "<",
        "<>",
        ". ",
        "-",
        "| ",
        " ",
        "\u{a0}",
        "\\\"",
        "'",
        "a ",
    ] {
        let text = format!("{{{{ .spectro.var.x | f {}", unit.repeat(count));
        let _ = (scan(&text), template_ranges(&text));
        let text = format!("{{{{ .spectro.var.{}", unit.repeat(count));
        let _ = scan(&text);
    }
}

/// Checks what must hold for the references of any text.
fn check(text: &str) -> Result<(), TestCaseError> {
    let is_place = |range: &Range<usize>| text.get(range.clone()).is_some();
    let mut end = 0;
    for reference in scan(text) {
        let range = &reference.range;
        prop_assert!(is_place(range) && range.start >= end && range.end > range.start);
        end = range.end;
        let inside = |part: &Range<usize>| {
            is_place(part) && range.start <= part.start && part.end <= range.end
        };
        prop_assert!(text[range.start..].starts_with("{{"));
        prop_assert!(inside(&reference.expression), "expression of {reference:?}");
        prop_assert!(text[range.clone()].ends_with("}}") || !reference.problems.is_empty());
        for name in &reference.path {
            prop_assert!(inside(&name.range));
            prop_assert_eq!(&text[name.range.clone()], name.value);
        }
        for call in &reference.pipeline {
            prop_assert!(inside(&call.range), "call of {reference:?}");
            for argument in &call.args {
                prop_assert!(inside(&argument.range) && !argument.range.is_empty());
                prop_assert!(argument.range.end <= call.range.end);
            }
        }
        for target in reference.targets() {
            prop_assert!(inside(&target.expression));
        }
        for function in reference.functions() {
            prop_assert_eq!(&text[function.range.clone()], function.value);
        }
        let mut before = 0;
        for problem in &reference.problems {
            let at = &problem.range;
            prop_assert!(
                inside(at) || problem.kind == Nested && is_place(at),
                "{problem:?}"
            );
            prop_assert!(at.start >= before, "problems overlap: {reference:?}");
            prop_assert!(at.start < at.end || problem.kind == Unclosed, "{problem:?}");
            before = if problem.suggestion.is_some() {
                at.end
            } else {
                at.start
            };
        }
    }
    let mut end = 0;
    for range in template_ranges(text) {
        prop_assert!(range.start >= end && is_place(&range));
        let template = &text[range.clone()];
        prop_assert!(template.starts_with("{{") && template.ends_with("}}"));
        prop_assert!(!template.contains(['\n', '\r']));
        end = range.end;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_ordered_ranges_inside_it(text in ".{0,60}") {
        check(&text)?;
        check(&format!("{{{{ .spectro.{text}"))?;
        check(&format!("{{{{ .spectro.var.x | f {text} }}}}"))?;
    }

    #[test]
    fn any_pieces_of_templates_give_ordered_ranges(pieces in prop::collection::vec(
        prop::sample::select(vec![
            "{{", "}}", "{", "}", "{{-", "-}}", "-", " ", "  ", "\n", "\u{a0}", ".", "..", ".spectro.", "spectro",
            ".spectro.var.x", "{{ .spectro.macro.x", "{{.spectro.pack.k.v }}", ".Spectro", "macro", "vra", "x",
            "|", "default", "\"", "`", "'", "\\", "\\\"", "“", "”", "(", ")", "1", "1.2.3", "true", "$", "$x",
            "<", ">", "<a b>", "é", "日本", "/*", "*/", ":", "\u{200b}",
        ]),
        0..40,
    )) {
        check(&pieces.concat())?;
        check(&format!("{{{{ .spectro.var.x {}", pieces.concat()))?;
        check(&format!("{{{{ .spectro.var.x | f {} }}}}", pieces.concat()))?;
    }
}
