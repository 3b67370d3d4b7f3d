//! JSON of people.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::{AccountId, OrganisationId, PersonId, PositionId};
use twinning_entity::position::PositionKind;
use utoipa::{IntoParams, ToSchema};

/// A person as staff see one; the phone is masked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PersonLine {
    /// Identifier.
    pub id: PersonId,
    /// Name.
    pub name: String,
    /// Organisation.
    pub organisation_id: Option<OrganisationId>,
    /// Masked mobile number.
    #[schema(example = "199****0001")]
    pub phone_masked: Option<String>,
    /// Whether the person is made up for the demo.
    pub is_synthetic: bool,
}

/// Filter of the list of people.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PersonFilter {
    /// Part of a name, at least 2 characters.
    #[param(min_length = 2, max_length = 64)]
    pub q: Option<String>,
    /// Organisation and all below it.
    pub organisation_id: Option<OrganisationId>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}

/// A person to be added.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// Name.
    #[schema(max_length = 60)]
    pub name: String,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Mobile number; kept sealed, shown masked.
    #[serde(default)]
    #[schema(max_length = 32)]
    pub phone: Option<String>,
}

impl std::fmt::Debug for PersonInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonInput(***)")
    }
}

/// Changes of a person; what is not named stays.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChange {
    /// Name.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub name: Option<String>,
    /// Organisation the person goes to.
    #[serde(default)]
    pub organisation_id: Option<OrganisationId>,
    /// Mobile number; named and empty forgets it.
    #[serde(default, deserialize_with = "crate::kernel::page::named")]
    #[schema(value_type = Option<String>, max_length = 32)]
    pub phone: Option<Option<String>>,
}

impl std::fmt::Debug for PersonChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonChange(***)")
    }
}

/// One full phone number.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Revealed {
    /// Mobile number, eleven digits.
    pub phone: String,
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Revealed(***)")
    }
}

/// A post that a person holds or held.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PostBody {
    /// Identifier.
    pub id: PositionId,
    /// Person.
    pub person_id: PersonId,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Name of the organisation.
    pub organisation_name: String,
    /// Kind of post.
    pub kind: PositionKind,
    /// Title as printed.
    pub title: Option<String>,
    /// First day.
    pub from_on: Option<NaiveDate>,
    /// Last day.
    pub to_on: Option<NaiveDate>,
    /// Version, for `If-Match`.
    pub version: i32,
}

/// A post to be given.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPost {
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Kind of post.
    pub kind: PositionKind,
    /// Title as printed.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub title: Option<String>,
    /// First day.
    #[serde(default)]
    pub from_on: Option<NaiveDate>,
    /// Last day.
    #[serde(default)]
    pub to_on: Option<NaiveDate>,
}

/// The end of a post.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEnd {
    /// Last day.
    pub to_on: NaiveDate,
}

/// What the retention job would do next.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RetentionBody {
    /// Accounts that were not used for long.
    pub accounts_to_disable: Vec<AccountId>,
    /// Accounts that were disabled for long.
    pub accounts_to_anonymise: Vec<AccountId>,
    /// People of rosters long past whose phones are forgotten.
    pub phones_to_forget: Vec<PersonId>,
}

/// In which form one's own data are wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DataParams {
    /// `json` or `xlsx`.
    #[serde(default)]
    #[param(inline)]
    pub format: DataFormat,
}

/// Form of one's own data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DataFormat {
    /// JSON.
    #[default]
    Json,
    /// A workbook.
    Xlsx,
}
