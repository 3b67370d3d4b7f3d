//! JSON of sign-in and of the caller's own account.

use serde::{Deserialize, Serialize};
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::{AccountId, AppointmentId, ClassId, OrganisationId, PersonId};
use utoipa::ToSchema;

/// What a person signs in with.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// E-mail address.
    #[schema(example = "pds.staff@example.org", max_length = 254)]
    pub login: String,
    /// Password.
    #[schema(max_length = 128, format = Password)]
    pub password: String,
    /// Code of the second factor, once one is set up.
    #[serde(default)]
    #[schema(max_length = 16)]
    pub totp: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(***)")
    }
}

/// A refresh token.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// The refresh token as given.
    #[schema(max_length = 128)]
    pub refresh_token: String,
}

impl std::fmt::Debug for RefreshRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshRequest(***)")
    }
}

/// Tokens of a sign-in.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokensBody {
    /// Access token, to be sent as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: String,
    /// Life of the access token in seconds.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Refresh token; each works once.
    pub refresh_token: String,
}

impl std::fmt::Debug for TokensBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokensBody(***)")
    }
}

/// Who I am.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MeBody {
    /// The account.
    pub account_id: AccountId,
    /// The person behind it.
    pub person_id: PersonId,
    /// Name.
    pub name: String,
    /// E-mail address.
    pub login: String,
    /// Preferred language.
    pub language: String,
    /// Appointments in force today.
    pub appointments: Vec<AppointmentBody>,
    /// What the caller may see: role codes held today.
    pub scopes: Vec<RoleCode>,
    /// What waits for the caller.
    pub todos: Vec<crate::todo::wire::TodoBody>,
}

/// An appointment in force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AppointmentBody {
    /// Identifier.
    pub id: AppointmentId,
    /// Organisation it is for.
    pub organisation_id: OrganisationId,
    /// Name of that organisation.
    pub organisation_name: String,
    /// Role.
    pub role: RoleCode,
    /// Post as printed.
    pub post: Option<String>,
    /// Class, for a class teacher or trainee.
    pub class_id: Option<ClassId>,
}
