//! Photo of an activity: re-encoded, without position (`reliability.md` P-07).

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::{ActivityId, FileId, PhotoId};

/// Row of `activity_photos`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity_photos")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PhotoId,
    pub activity_id: ActivityId,
    pub file_id: FileId,
    pub thumb_file_id: FileId,
    #[sea_orm(column_type = "Text", nullable)]
    pub caption: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub alt: String,
    pub width: i32,
    pub height: i32,
    pub position: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
