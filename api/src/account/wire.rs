//! JSON of sign-in and of the caller's own account.

use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};
use twinning_entity::account::AccountStatus;
use twinning_entity::appointment::RoleCode;
use twinning_entity::ids::{AccountId, AppointmentId, ClassId, OrganisationId, PersonId};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// Whether a second factor has to be set up before anything else.
    pub must_enrol: bool,
    /// Whether a change of the password is asked for.
    pub password_due: bool,
    /// Messages that have not been read.
    pub unread: u64,
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

/// Whose password was forgotten.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgottenPassword {
    /// E-mail address.
    #[schema(max_length = 254)]
    pub email: String,
}

/// A new password with the link that was mailed.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// The token of the link.
    #[schema(max_length = 128)]
    pub token: String,
    /// The new password.
    #[schema(max_length = 128, format = Password)]
    pub password: String,
}

impl std::fmt::Debug for PasswordReset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordReset(***)")
    }
}

/// A new password for the caller.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The current password.
    #[schema(max_length = 128, format = Password)]
    pub current_password: String,
    /// The new password.
    #[schema(max_length = 128, format = Password)]
    pub new_password: String,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordChange(***)")
    }
}

/// Another address for the caller.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressChange {
    /// The current password.
    #[schema(max_length = 128, format = Password)]
    pub current_password: String,
    /// The new address.
    #[schema(max_length = 254)]
    pub email: String,
}

impl std::fmt::Debug for AddressChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressChange(***)")
    }
}

/// A one-time link.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// The token of the link.
    #[schema(max_length = 128)]
    pub token: String,
}

impl std::fmt::Debug for LinkToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkToken(***)")
    }
}

/// The password of the caller, asked for again.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordProof {
    /// The current password.
    #[schema(max_length = 128, format = Password)]
    pub current_password: String,
}

impl std::fmt::Debug for PasswordProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordProof(***)")
    }
}

/// Password and second factor of the caller, asked for again.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorStart {
    /// The current password.
    #[schema(max_length = 128, format = Password)]
    pub current_password: String,
    /// A code of the authenticator, or a recovery code.
    #[schema(max_length = 16)]
    pub code: String,
}

impl std::fmt::Debug for FactorStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FactorStart(***)")
    }
}

/// A code of the authenticator.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorCode {
    /// Six digits.
    #[schema(max_length = 16)]
    pub code: String,
}

impl std::fmt::Debug for FactorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FactorCode(***)")
    }
}

/// What an authenticator needs; it holds once a code was given.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct FactorSetup {
    /// The secret, in base 32.
    pub secret: String,
    /// The same as an address that a QR code carries.
    pub otpauth_url: String,
}

impl std::fmt::Debug for FactorSetup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FactorSetup(***)")
    }
}

/// Recovery codes, shown this once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten codes; each works once.
    pub codes: Vec<String>,
}

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(***)")
    }
}

/// What people change of their own account.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MeChange {
    /// Preferred language: `zh-CN` or `en`.
    #[schema(max_length = 8)]
    pub language: String,
}

/// What kind of sign-in it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignInKind {
    /// A session of the portal.
    Portal,
    /// Tokens of the API.
    Api,
}

/// A sign-in that holds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignInBody {
    /// Identifier.
    pub id: Uuid,
    /// Portal or API.
    pub kind: SignInKind,
    /// When it began.
    pub created_at: DateTime<FixedOffset>,
    /// When it was last used.
    pub last_seen_at: DateTime<FixedOffset>,
    /// Address it came from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// An account, for those who look after it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AccountBody {
    /// Identifier.
    pub id: AccountId,
    /// Person behind it.
    pub person_id: PersonId,
    /// Name of that person.
    pub name: String,
    /// E-mail address.
    pub login: String,
    /// State.
    pub status: AccountStatus,
    /// Preferred language.
    pub language: String,
    /// Whether a second factor is set up.
    pub second_factor: bool,
    /// When somebody last signed in.
    pub last_sign_in_at: Option<DateTime<FixedOffset>>,
    /// Why it is disabled.
    pub disabled_reason: Option<String>,
    /// When it was made.
    pub created_at: DateTime<FixedOffset>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// Filter of the list of accounts.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountFilter {
    /// Part of a login or a name, at least 2 characters.
    #[param(min_length = 2, max_length = 64)]
    pub q: Option<String>,
    /// State.
    pub status: Option<AccountStatus>,
    /// Accounts with a role at this organisation or below it.
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
