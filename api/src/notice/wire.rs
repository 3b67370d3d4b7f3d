//! JSON of notices.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use twinning_entity::ids::NoticeId;
use twinning_entity::notice::NoticeKind;
use twinning_entity::provenance::Provenance;
use utoipa::ToSchema;

use crate::organisation::wire::OrganisationRef;

/// A notice.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NoticeBody {
    /// Identifier.
    pub id: NoticeId,
    /// Title.
    pub title: String,
    /// Text, in paragraphs.
    pub body: String,
    /// Kind.
    pub kind: NoticeKind,
    /// Organisation that gave it.
    pub organisation: OrganisationRef,
    /// Whether it stands on top.
    pub pinned: bool,
    /// Day it was published.
    pub published_on: NaiveDate,
    /// Where the entry comes from.
    pub provenance: Provenance,
}
