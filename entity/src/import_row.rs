//! One row of an import: what was read, what is wrong, what came of it.

use sea_orm::entity::prelude::*;

use crate::ids::{ImportId, ImportRowId};

words! {
    /// What the check made of a row.
    RowState {
        Accepted = "accepted",
        Rejected = "rejected",
        Ignored = "ignored",
    }
}

words! {
    /// What an accepted row does to the data.
    RowAction {
        Add = "add",
        Update = "update",
        Same = "same",
    }
}

/// Row of `import_rows`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_rows")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportRowId,
    pub import_id: ImportId,
    pub position: i32,
    #[sea_orm(column_type = "Text")]
    pub sheet: String,
    pub row_no: i32,
    pub state: RowState,
    pub action: Option<RowAction>,
    #[sea_orm(column_type = "Text", nullable)]
    pub label: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub value: Option<Json>,
    #[sea_orm(column_type = "JsonBinary")]
    pub faults: Json,
    #[sea_orm(column_type = "JsonBinary")]
    pub cells: Json,
    #[sea_orm(column_type = "Text", nullable)]
    pub object_kind: Option<String>,
    pub object_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub before: Option<Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
