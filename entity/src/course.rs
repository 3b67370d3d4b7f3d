//! Subject taught in a class; its lessons are the scheduled slots.

use sea_orm::entity::prelude::*;

use crate::ids::{ClassId, CourseId};
use crate::lesson::TeachingMode;

/// Row of `courses`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "courses")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CourseId,
    pub class_id: ClassId,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub mode: TeachingMode,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
