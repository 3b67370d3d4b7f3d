//! JSON of activities.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};
use twinning_entity::activity::{ActivityKind, ActivityStatus};
use twinning_entity::ids::{ActivityId, CityId, FileId, OrganisationId, PairingId, PhotoId, ProgrammeId};
use twinning_entity::provenance::Provenance;
use utoipa::{IntoParams, ToSchema};

use crate::organisation::wire::OrganisationRef;
use crate::pairing::wire::TransitionBody;

/// An activity in a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ActivityLine {
    /// Identifier.
    pub id: ActivityId,
    /// Human number.
    #[schema(example = "2019-0001")]
    pub no: String,
    /// Kind.
    pub kind: ActivityKind,
    /// Title.
    pub title: String,
    /// State.
    pub status: ActivityStatus,
    /// Day it was held.
    pub held_on: NaiveDate,
    /// Start, if the clock time is known.
    pub starts_at: Option<DateTime<FixedOffset>>,
    /// Place.
    pub place: Option<String>,
    /// Whether it was held online.
    pub online: bool,
    /// Programme.
    pub programme_id: ProgrammeId,
    /// Side A of the pairing.
    pub side_a: OrganisationRef,
    /// Side B of the pairing.
    pub side_b: OrganisationRef,
    /// Which side organised, `a` or `b`.
    pub organiser_side: String,
    /// Everybody who attended, in person-times; none where it was not published.
    pub attended: Option<i32>,
    /// Number of photos.
    pub photos: u64,
    /// Where the entry comes from.
    pub provenance: Provenance,
}

/// One activity.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ActivityDetail {
    /// What the list shows.
    #[serde(flatten)]
    pub line: ActivityLine,
    /// Pairings it serves.
    pub pairings: Vec<PairingRef>,
    /// End, if stated.
    pub ends_at: Option<DateTime<FixedOffset>>,
    /// The record.
    pub record: RecordBody,
    /// Photos in order.
    pub photo_list: Vec<PhotoBody>,
    /// When the record was submitted.
    pub submitted_at: Option<DateTime<FixedOffset>>,
    /// When the other side confirmed.
    pub confirmed_at: Option<DateTime<FixedOffset>>,
    /// Why it was sent back; sides and staff only.
    pub return_reason: Option<String>,
    /// Whether it was brought in from before the portal.
    pub imported: bool,
    /// Note on where the entry comes from.
    pub provenance_note: Option<String>,
    /// History of states; sides and staff only.
    pub history: Vec<TransitionBody>,
    /// What the caller may do.
    pub allowed_actions: Vec<String>,
    /// Version, as in the `ETag`.
    pub version: i32,
}

/// A pairing an activity serves.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PairingRef {
    /// Identifier.
    pub id: PairingId,
    /// Human code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// The record of an activity.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct RecordBody {
    /// People of side A.
    pub attended_a: Option<i32>,
    /// People of side B.
    pub attended_b: Option<i32>,
    /// Guests.
    pub guests: Option<i32>,
    /// All who attended, where only the sum is known.
    pub attended_total: Option<i32>,
    /// People served, in person-times.
    pub served_people: Option<i32>,
    /// Volunteers.
    pub volunteers: Option<i32>,
    /// Minutes each volunteer gave.
    pub volunteer_minutes: Option<i32>,
    /// Summary.
    pub summary: Option<String>,
    /// What was agreed.
    pub decisions: Option<String>,
}

/// A photo.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PhotoBody {
    /// Identifier.
    pub id: PhotoId,
    /// Address of the picture.
    pub url: String,
    /// Address of the small picture.
    pub thumb_url: String,
    /// What it shows.
    pub alt: String,
    /// Caption.
    pub caption: Option<String>,
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
}

/// An activity that was held, as logged or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityInput {
    /// Pairing it serves.
    pub pairing_id: PairingId,
    /// Kind.
    pub kind: ActivityKind,
    /// Title.
    #[schema(max_length = 60)]
    pub title: String,
    /// Day it was held.
    pub held_on: NaiveDate,
    /// Start, local time.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "14:30:00")]
    pub start_time: Option<NaiveTime>,
    /// End, local time.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "16:00:00")]
    pub end_time: Option<NaiveTime>,
    /// Place; needed unless online.
    #[serde(default)]
    #[schema(max_length = 100)]
    pub place: Option<String>,
    /// Whether it was held online.
    #[serde(default)]
    pub online: bool,
    /// People of side A who attended.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub attended_a: Option<i32>,
    /// People of side B who attended.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub attended_b: Option<i32>,
    /// Guests.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub guests: Option<i32>,
    /// People served, in person-times.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub served_people: Option<i32>,
    /// Volunteers.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub volunteers: Option<i32>,
    /// Minutes each volunteer gave.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100_000)]
    pub volunteer_minutes: Option<i32>,
    /// Summary.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub summary: Option<String>,
    /// What was agreed.
    #[serde(default)]
    #[schema(max_length = 1000)]
    pub decisions: Option<String>,
    /// Consent to the photos.
    #[serde(default)]
    pub photo_consent: bool,
    /// Photos, uploaded before as files of kind `photo`.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photos: Vec<PhotoInput>,
}

/// A photo of an activity that is logged or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PhotoInput {
    /// Uploaded file.
    pub file_id: FileId,
    /// What it shows; proposed from the title when absent.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub alt: Option<String>,
    /// Caption.
    #[serde(default)]
    #[schema(max_length = 120)]
    pub caption: Option<String>,
}

/// Order of the list of activities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub enum ActivitySort {
    /// The latest first.
    #[default]
    #[serde(rename = "-held_on")]
    Latest,
    /// The earliest first.
    #[serde(rename = "held_on")]
    Earliest,
}

/// Filter of the list of activities.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActivityFilter {
    /// Pairing.
    pub pairing_id: Option<PairingId>,
    /// Programme.
    pub programme_id: Option<ProgrammeId>,
    /// Kind.
    pub kind: Option<ActivityKind>,
    /// State.
    pub status: Option<ActivityStatus>,
    /// City of either side.
    pub city_id: Option<CityId>,
    /// Organisation of either side.
    pub organisation_id: Option<OrganisationId>,
    /// Whether everything below `organisation_id` belongs to it.
    pub subtree: Option<bool>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// Order.
    #[param(inline)]
    pub sort: Option<ActivitySort>,
    /// Rows of the page, 1–100.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u64>,
    /// Where the last page ended.
    #[param(max_length = 512)]
    pub cursor: Option<String>,
    /// Whether the total is wanted.
    pub count: Option<bool>,
}
