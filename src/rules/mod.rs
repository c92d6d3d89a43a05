//! The rules. One file each; its name is the rule's, and so is that of its page in `docs/rules/` and of its folder
//! of cases in `tests/rules/`.
//!
//! Rules are stateless. They see views, say what is wrong at a node, and the [`Sink`] knows where that node lies.

mod ambiguous_label;
mod ambiguous_registry;
mod changed_lineage;
mod changed_readonly_value;
mod cloud_all_outside_addon;
mod commented_reference;
mod conflicting_pack;
mod deprecated_pack;
mod deprecated_registry;
mod disabled_pack;
mod drifting_tag;
mod duplicate_in_batch;
mod duplicate_key;
mod duplicate_profile;
mod duplicate_registry;
mod empty_macro;
mod expired_ignore;
mod expired_pack;
mod exposed_secret;
mod foreign_host;
mod incompatible_dependency;
mod invalid_dropdown;
mod invalid_values_yaml;
mod invalid_variable_default;
mod invalid_variable_regex;
mod leftover_placeholder;
mod malformed_name;
mod malformed_reference;
mod malformed_version;
mod masked_value;
mod mismatched_pack_type;
mod misplaced_layer;
mod missing_core_layer;
mod missing_dependency;
mod missing_macro;
mod missing_pack;
mod missing_pack_values;
mod missing_pack_version;
mod missing_required_value;
mod missing_variable_default;
mod nested_variable;
mod not_an_export;
mod overlapping_registries;
mod repeated_core_layer;
mod repeated_manifest;
mod repeated_pack;
mod repeated_variable;
mod schema_violation;
mod shadowed_macro;
mod sink;
mod syntax_error;
mod undefined_variable;
mod unknown_cloud_type;
mod unknown_field;
mod unknown_function;
mod unknown_preference;
mod unknown_system_macro;
mod unquoted_reference;
mod unread_file;
mod unresolved_pack_reference;
mod unsupported_cloud;
mod unused_ignore;
mod unused_variable;
mod unverifiable_pack;
mod value_format_mismatch;
mod variable_in_pack_content;

use crate::{
    batch::Batch,
    finding::Finding,
    profile::{Pack, Profile, ProfileDocument, ProfileFile},
    resolve::Resolution,
    schema::Violation,
    settings::Settings,
};

pub use crate::finding::{Group, RuleMeta};
pub use sink::{MOST_FINDINGS, Sink, Spot};

/// A profile as rules see it.
pub struct ProfileContext<'a> {
    /// The file it is in.
    pub file: &'a ProfileFile,
    /// Its document.
    pub document: &'a ProfileDocument,
    /// The typed view.
    pub profile: Profile<'a>,
    /// Its packs, in the order of the stack.
    pub packs: &'a [Pack<'a>],
    /// What the schema does not allow in it.
    pub violations: &'a [Violation<'a>],
    /// What each destination of the run says to it.
    pub resolutions: &'a [Resolution<'a>],
    /// Levels and options of the rules.
    pub settings: &'a Settings,
}

impl<'a> ProfileContext<'a> {
    /// The name of the pack with this number; empty when it has none.
    #[must_use]
    pub fn pack_name(&self, index: usize) -> String {
        let pack = self.pack(index);
        pack.map(|pack| pack.name().into_owned())
            .unwrap_or_default()
    }

    /// The pack with this number in the stack.
    #[must_use]
    pub fn pack(&self, index: usize) -> Option<Pack<'a>> {
        self.packs.get(index).copied()
    }
}

/// A rule. It implements the hooks it needs, at the granularity it needs.
pub trait Rule: Sync {
    /// What is known of it.
    fn meta(&self) -> &'static RuleMeta;

    /// Looks at a file, whatever it holds.
    fn check_file(&self, _file: &ProfileFile, _sink: &mut Sink<'_>) {}

    /// Looks at a profile by itself.
    fn check_profile(&self, _cx: &ProfileContext<'_>, _sink: &mut Sink<'_>) {}

    /// Looks at a profile and what one destination says to it.
    fn check_destination(
        &self,
        _cx: &ProfileContext<'_>,
        _resolution: &Resolution<'_>,
        _sink: &mut Sink<'_>,
    ) {
    }

    /// Looks at all profiles of a run that has destinations.
    fn check_batch(&self, _batch: &Batch, _findings: &mut Vec<Finding>) {}
}

/// Every rule, in the order of their names.
pub static ALL: &[&dyn Rule] = &[
    &ambiguous_label::AmbiguousLabel,
    &ambiguous_registry::AmbiguousRegistry,
    &changed_lineage::ChangedLineage,
    &changed_readonly_value::ChangedReadonlyValue,
    &cloud_all_outside_addon::CloudAllOutsideAddon,
    &commented_reference::CommentedReference,
    &conflicting_pack::ConflictingPack,
    &deprecated_pack::DeprecatedPack,
    &deprecated_registry::DeprecatedRegistry,
    &disabled_pack::DisabledPack,
    &drifting_tag::DriftingTag,
    &duplicate_in_batch::DuplicateInBatch,
    &duplicate_key::DuplicateKey,
    &duplicate_profile::DuplicateProfile,
    &duplicate_registry::DuplicateRegistry,
    &empty_macro::EmptyMacro,
    &expired_ignore::ExpiredIgnore,
    &expired_pack::ExpiredPack,
    &exposed_secret::ExposedSecret,
    &foreign_host::ForeignHost,
    &incompatible_dependency::IncompatibleDependency,
    &invalid_dropdown::InvalidDropdown,
    &invalid_values_yaml::InvalidValuesYaml,
    &invalid_variable_default::InvalidVariableDefault,
    &invalid_variable_regex::InvalidVariableRegex,
    &leftover_placeholder::LeftoverPlaceholder,
    &malformed_name::MalformedName,
    &malformed_reference::MalformedReference,
    &malformed_version::MalformedVersion,
    &masked_value::MaskedValue,
    &mismatched_pack_type::MismatchedPackType,
    &misplaced_layer::MisplacedLayer,
    &missing_core_layer::MissingCoreLayer,
    &missing_dependency::MissingDependency,
    &missing_macro::MissingMacro,
    &missing_pack::MissingPack,
    &missing_pack_values::MissingPackValues,
    &missing_pack_version::MissingPackVersion,
    &missing_required_value::MissingRequiredValue,
    &missing_variable_default::MissingVariableDefault,
    &nested_variable::NestedVariable,
    &not_an_export::NotAnExport,
    &overlapping_registries::OverlappingRegistries,
    &repeated_core_layer::RepeatedCoreLayer,
    &repeated_manifest::RepeatedManifest,
    &repeated_pack::RepeatedPack,
    &repeated_variable::RepeatedVariable,
    &schema_violation::SchemaViolation,
    &shadowed_macro::ShadowedMacro,
    &syntax_error::SyntaxError,
    &undefined_variable::UndefinedVariable,
    &unknown_cloud_type::UnknownCloudType,
    &unknown_field::UnknownField,
    &unknown_function::UnknownFunction,
    &unknown_preference::UnknownPreference,
    &unknown_system_macro::UnknownSystemMacro,
    &unquoted_reference::UnquotedReference,
    &unread_file::UnreadFile,
    &unresolved_pack_reference::UnresolvedPackReference,
    &unsupported_cloud::UnsupportedCloud,
    &unused_ignore::UnusedIgnore,
    &unused_variable::UnusedVariable,
    &unverifiable_pack::UnverifiablePack,
    &value_format_mismatch::ValueFormatMismatch,
    &variable_in_pack_content::VariableInPackContent,
];

/// The rules that run.
pub fn active(settings: &Settings) -> impl Iterator<Item = &'static dyn Rule> {
    let all = ALL.iter().copied();
    all.filter(|rule| settings.is_on(rule.meta()))
}

/// The rule with this name.
#[must_use]
pub fn named(id: &str) -> Option<&'static dyn Rule> {
    ALL.iter().copied().find(|rule| rule.meta().id == id)
}

/// The rule that reports a fault of a destination folder, or of a configuration.
#[must_use]
pub fn for_destination_fault(kind: crate::destination::FaultKind) -> &'static RuleMeta {
    use crate::destination::FaultKind;
    match kind {
        FaultKind::Syntax => &syntax_error::META,
        FaultKind::DuplicateKey => &duplicate_key::META,
        FaultKind::Schema => &schema_violation::META,
        FaultKind::UnknownField => &unknown_field::META,
        FaultKind::DuplicateRegistry => &duplicate_registry::META,
        FaultKind::OverlappingRegistries => &overlapping_registries::META,
        FaultKind::EmptyMacro => &empty_macro::META,
        FaultKind::UnknownPreference => &unknown_preference::META,
        FaultKind::Unread => &unread_file::META,
    }
}

/// The rules about a destination folder itself that are off where profiles are checked.
pub fn of_folders_alone() -> impl Iterator<Item = &'static RuleMeta> {
    [&overlapping_registries::META, &unread_file::META].into_iter()
}

/// What is known of `masked-value`, which a rewrite may be told to let pass.
#[must_use]
pub fn masked_value_meta() -> &'static RuleMeta {
    &masked_value::META
}

/// Whether the findings of a rule are questions that a rewrite can be told the answers of: which registry, which name, which
/// secret, which value, which macros will be there.
#[must_use]
pub fn is_answerable(rule: &RuleMeta) -> bool {
    let answerable = [
        &ambiguous_registry::META,
        &duplicate_profile::META,
        &leftover_placeholder::META,
        &masked_value::META,
        &missing_macro::META,
    ];
    answerable.into_iter().any(|meta| std::ptr::eq(meta, rule))
}

/// What is known of `exposed-secret`, which finds the secrets that a rewrite fills in too.
#[must_use]
pub fn exposed_secret_meta() -> &'static RuleMeta {
    &exposed_secret::META
}

/// What is known of `unverifiable-pack`, whose findings are gaps of the check as well.
#[must_use]
pub fn unverifiable_pack_meta() -> &'static RuleMeta {
    &unverifiable_pack::META
}

/// What is known of `unused-ignore`, which is reported when the other rules have run.
#[must_use]
pub fn unused_ignore_meta() -> &'static RuleMeta {
    &unused_ignore::META
}

/// What is known of `expired-ignore`, which is about the configuration.
#[must_use]
pub fn expired_ignore_meta() -> &'static RuleMeta {
    &expired_ignore::META
}

pub use malformed_name::defect as name_defect;
