//! Identifiers: one newtype over UUIDv7 for each kind of object.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Writes a newtype over [`Uuid`] that the database, JSON and OpenAPI all take as a UUID.
macro_rules! ids {
    ($($name:ident),+ $(,)?) => {$(
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType, ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    AccountId,
    AccountLinkId,
    ActivityId,
    ApiTokenId,
    AppointmentId,
    ApprovalId,
    AttemptId,
    CityId,
    ClassId,
    CourseId,
    DeliveryId,
    DeviceId,
    DivisionId,
    DocumentId,
    DocumentVersionId,
    DownloadId,
    EnrolmentId,
    ErasureId,
    FileId,
    ImportId,
    ImportRowId,
    InvitationId,
    JobId,
    LessonId,
    MailId,
    MaterialId,
    MessageId,
    MilestoneId,
    NoticeId,
    OrganisationId,
    OrganisationNameId,
    PairingId,
    PasswordHistoryId,
    PersonId,
    PhotoId,
    PositionId,
    ProgrammeId,
    QuotaId,
    RecoveryCodeId,
    RefreshTokenId,
    RepeatId,
    SessionId,
    TransitionId,
    WebhookId,
}
