//! City that takes part in twinning.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::ids::CityId;

/// Row of `cities`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cities")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CityId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub name_en: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub division_code: Option<String>,
    pub display_order: i32,
    pub version: i32,
    pub created_at: DateTime<Utc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
