//! Places a class gives to an organisation and all below it (`domain.md` 2.5).

use sea_orm::entity::prelude::*;

use crate::ids::{ClassId, OrganisationId, QuotaId};
use crate::provenance::Provenance;

/// Row of `class_quotas`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "class_quotas")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: QuotaId,
    pub class_id: ClassId,
    pub organisation_id: OrganisationId,
    pub places: i32,
    pub provenance: Provenance,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
