//! JSON of organisations.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{CityId, OrganisationId};
use twinning_entity::organisation::{HostSector, OrgForm, OrgLevel, OrgStatus};
use twinning_entity::provenance::Provenance;
use utoipa::{IntoParams, ToSchema};

use crate::pairing::wire::TransitionBody;

/// An organisation in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrganisationLine {
    /// Identifier.
    pub id: OrganisationId,
    /// Human code.
    #[schema(example = "PDS-XH")]
    pub code: String,
    /// Full name.
    #[schema(example = "中共平顶山市新华区委")]
    pub name_full: String,
    /// Short name.
    #[schema(example = "新华区")]
    pub name_short: String,
    /// Name as shown.
    pub name_display: String,
    /// Form.
    pub form: OrgForm,
    /// Kind as its own city calls it.
    pub kind_text: Option<String>,
    /// Level.
    pub level: OrgLevel,
    /// Whether it is a functional zone without a GB/T 2260 code.
    pub functional_zone: bool,
    /// City.
    pub city_id: CityId,
    /// Superior; none at the root.
    pub parent_id: Option<OrganisationId>,
    /// Steps from the root.
    pub depth: i32,
    /// Number of organisations directly below.
    pub children: u64,
    /// Whether it still exists.
    pub status: OrgStatus,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// One organisation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrganisationDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub line: OrganisationLine,
    /// Name of its city.
    pub city_name: String,
    /// From the root to the superior.
    pub ancestors: Vec<OrganisationRef>,
    /// Sector of the host unit.
    pub sector: Option<HostSector>,
    /// Division code.
    pub division_code: Option<String>,
    /// Public address.
    pub address: Option<String>,
    /// Public office phone.
    pub phone: Option<String>,
    /// Profile text.
    pub profile: Option<String>,
    /// What it can give to those it works with.
    pub offers: Option<String>,
    /// What it looks for.
    pub needs: Option<String>,
    /// Who sees which field of the profile; told to those who may change it.
    pub access: Option<FieldAccess>,
    /// Note on where the entry comes from.
    pub provenance_note: Option<String>,
    /// Day on which it was merged or abolished.
    pub ended_on: Option<NaiveDate>,
    /// Organisation that follows it.
    pub successor: Option<OrganisationRef>,
    /// Names it bore.
    pub names: Vec<NameBody>,
    /// What was done with its place in the tree; staff only.
    pub history: Vec<TransitionBody>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// An organisation as others refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrganisationRef {
    /// Identifier.
    pub id: OrganisationId,
    /// Human code.
    pub code: String,
    /// Name as shown.
    pub name: String,
}

/// A name with its dates.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NameBody {
    /// Full name.
    pub name_full: String,
    /// Short name.
    pub name_short: String,
    /// First day.
    pub valid_from: Option<NaiveDate>,
    /// Last day; none while it is borne.
    pub valid_to: Option<NaiveDate>,
}

/// A new organisation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrganisation {
    /// Human code: letters, digits and dashes.
    #[schema(max_length = 40, pattern = "^[A-Za-z0-9][A-Za-z0-9-]{0,39}$", example = "PDS-XH-S99")]
    pub code: String,
    /// Full name.
    #[schema(max_length = 120)]
    pub name_full: String,
    /// Short name.
    #[schema(max_length = 60)]
    pub name_short: String,
    /// Form.
    pub form: OrgForm,
    /// Level.
    pub level: OrgLevel,
    /// Superior.
    pub parent_id: OrganisationId,
    /// Public address.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub address: Option<String>,
    /// Public office phone.
    #[serde(default)]
    #[schema(max_length = 40)]
    pub phone: Option<String>,
    /// Profile text.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub profile: Option<String>,
}

/// Changes of a profile; what is absent stays, `null` empties.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// Public address.
    #[serde(default, deserialize_with = "crate::kernel::page::named")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub address: Option<Option<String>>,
    /// Public office phone.
    #[serde(default, deserialize_with = "crate::kernel::page::named")]
    #[schema(value_type = Option<String>, max_length = 40)]
    pub phone: Option<Option<String>>,
    /// Profile text.
    #[serde(default, deserialize_with = "crate::kernel::page::named")]
    #[schema(value_type = Option<String>, max_length = 4000)]
    pub profile: Option<Option<String>>,
    /// What it can give.
    #[serde(default, deserialize_with = "crate::kernel::page::named")]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub offers: Option<Option<String>>,
    /// What it looks for.
    #[serde(default, deserialize_with = "crate::kernel::page::named")]
    #[schema(value_type = Option<String>, max_length = 2000)]
    pub needs: Option<Option<String>>,
    /// Who sees which field.
    #[serde(default)]
    pub access: Option<FieldAccess>,
}

/// Who sees a field of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody.
    #[default]
    Public,
    /// Whoever is signed in.
    Members,
    /// The organisation itself, those above it, and staff of its city.
    Own,
}

/// Who sees which field of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FieldAccess {
    /// Address.
    pub address: Audience,
    /// Office phone.
    pub phone: Audience,
    /// Profile text.
    pub profile: Audience,
    /// What it can give.
    pub offers: Audience,
    /// What it looks for.
    pub needs: Audience,
}

/// Where an organisation is to stand.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveInput {
    /// Superior from now on.
    pub parent_id: OrganisationId,
    /// Why; at least 5 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}

/// A new name.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameInput {
    /// Full name.
    #[schema(max_length = 120)]
    pub name_full: String,
    /// Short name.
    #[schema(max_length = 60)]
    pub name_short: String,
    /// First day of the name, today or before.
    pub valid_from: NaiveDate,
    /// Why; at least 5 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}

/// A place among the organisations beside it.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReorderInput {
    /// The one it goes before; none for the last place.
    #[serde(default)]
    pub before_id: Option<OrganisationId>,
}

/// The end of an organisation that goes on in another.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// Organisation that follows; what stands below goes below it, pairings go on with it.
    pub successor_id: OrganisationId,
    /// Day, today or before.
    pub on: NaiveDate,
    /// Why; at least 5 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}

/// The end of an organisation.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AbolishInput {
    /// Organisation that goes on with its pairings.
    #[serde(default)]
    pub successor_id: Option<OrganisationId>,
    /// Day, today or before.
    pub on: NaiveDate,
    /// Why; at least 5 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}

/// One part of an organisation that is split.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartInput {
    /// Human code: letters, digits and dashes.
    #[schema(max_length = 40, pattern = "^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")]
    pub code: String,
    /// Full name.
    #[schema(max_length = 120)]
    pub name_full: String,
    /// Short name.
    #[schema(max_length = 60)]
    pub name_short: String,
}

/// How an organisation is split.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitInput {
    /// The new organisations, which stand beside it.
    #[schema(min_items = 1, max_items = 10)]
    pub into: Vec<PartInput>,
    /// Whether it goes on beside them; otherwise it ends.
    pub keep: bool,
    /// Day, today or before.
    pub on: NaiveDate,
    /// Why; at least 5 characters.
    #[schema(min_length = 5, max_length = 500)]
    pub reason: String,
}

/// Order of the directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum OrganisationSort {
    /// Official order.
    #[default]
    #[serde(rename = "official")]
    Official,
    /// By pinyin of the short name.
    #[serde(rename = "pinyin")]
    Pinyin,
    /// By strokes of the short name.
    #[serde(rename = "stroke")]
    Stroke,
}

/// Filter of the directory.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrganisationFilter {
    /// Part of a name, a code, pinyin initials.
    #[param(max_length = 64)]
    pub q: Option<String>,
    /// City.
    pub city_id: Option<CityId>,
    /// Direct superior.
    pub parent_id: Option<OrganisationId>,
    /// Organisation whose part of the tree is meant.
    pub organisation_id: Option<OrganisationId>,
    /// Whether everything below `organisation_id` belongs to it.
    pub subtree: Option<bool>,
    /// Level.
    pub level: Option<OrgLevel>,
    /// Form.
    pub form: Option<OrgForm>,
    /// Only roots of the trees.
    pub roots: Option<bool>,
    /// Order.
    #[param(inline)]
    pub sort: Option<OrganisationSort>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
