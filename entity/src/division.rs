//! Administrative division with its code and validity (`domain.md` 2.2).

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

use crate::ids::DivisionId;
use crate::organisation::OrgLevel;

words! {
    /// Which list a division code comes from (`domain.md` 2.2).
    CodeSystem {
        Gbt2260 = "gbt2260",
        NbsStat = "nbs_stat",
        Synthetic = "synthetic",
    }
}

/// Row of `divisions`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "divisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DivisionId,
    #[sea_orm(column_type = "Text")]
    pub code: String,
    pub code_system: CodeSystem,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub level: OrgLevel,
    #[sea_orm(column_type = "Text", nullable)]
    pub parent_code: Option<String>,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    #[sea_orm(column_type = "Text", nullable)]
    pub successor_code: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
