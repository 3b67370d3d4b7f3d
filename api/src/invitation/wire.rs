//! JSON of invitations.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::{AccountId, ClassId, InvitationId, OrganisationId, PersonId};
use twinning_entity::invitation::InvitationState;
use utoipa::{IntoParams, ToSchema};

/// A person to be invited.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    /// E-mail address, which becomes the login.
    #[schema(max_length = 254, example = "liaison@example.org")]
    pub email: String,
    /// Name; left out when a person is named.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub name: Option<String>,
    /// Person who is known already, from a roster for instance.
    #[serde(default)]
    pub person_id: Option<PersonId>,
    /// Organisation the person acts for.
    pub organisation_id: OrganisationId,
    /// Role; without one the account may sign in and nothing more until two persons give it a role.
    #[serde(default)]
    pub role: Option<RoleCode>,
    /// Post as printed.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub post: Option<String>,
    /// Class, for class teachers and trainees.
    #[serde(default)]
    pub class_id: Option<ClassId>,
    /// How the person's identity was checked, 5 to 200 characters.
    #[schema(min_length = 5, max_length = 200, example = "当面核验工作证")]
    pub identity_check: String,
    /// Language of the letter: `zh-CN` or `en`.
    #[serde(default)]
    #[schema(max_length = 8)]
    pub language: Option<String>,
}

/// An invitation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct InvitationBody {
    /// Identifier.
    pub id: InvitationId,
    /// Account it opens.
    pub account_id: AccountId,
    /// Person behind it.
    pub person_id: PersonId,
    /// Name of the person.
    pub name: String,
    /// Address it goes to.
    pub email: String,
    /// Organisation.
    pub organisation_id: OrganisationId,
    /// Name of the organisation.
    pub organisation_name: String,
    /// Role.
    pub role: Option<RoleCode>,
    /// Post as printed.
    pub post: Option<String>,
    /// Class.
    pub class_id: Option<ClassId>,
    /// How identity was checked.
    pub identity_check: String,
    /// State.
    pub state: InvitationState,
    /// Who invited.
    pub invited_by: Option<AccountId>,
    /// Letters sent so far.
    pub sent: i32,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// Until when its link works.
    pub expires_at: DateTime<FixedOffset>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// Filter of the list of invitations.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvitationFilter {
    /// State.
    pub state: Option<InvitationState>,
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

/// Acceptance of an invitation.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The token of the link.
    #[schema(max_length = 128)]
    pub token: String,
    /// The password of the account.
    #[schema(max_length = 128, format = Password)]
    pub password: String,
    /// Whether the notice on personal data is accepted; without it there is no account.
    pub accept_notice: bool,
}

impl std::fmt::Debug for Acceptance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acceptance(***)")
    }
}

/// What somebody who opens the link is shown.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Welcome {
    /// Name of the person.
    pub name: String,
    /// Address, which is the login.
    pub email: String,
    /// Organisation.
    pub organisation: String,
    /// Role.
    pub role: Option<RoleCode>,
    /// Version of the notice on personal data.
    pub notice_version: String,
}
