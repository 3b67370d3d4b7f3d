//! History: how the tables came to be. Frozen words only; a migration never speaks of an entity.

pub use sea_orm_migration::{MigrationTrait, MigratorTrait};

mod dialect;
mod m20261124_000001_places_and_people;
mod m20261124_000002_files;
mod m20261124_000003_twinning;
mod m20261124_000004_training;
mod m20261124_000005_library;
mod m20261124_000006_sign_in;
mod m20261124_000007_machinery;
mod m20261125_000008_list_indexes;
mod m20261127_000009_tree;
mod m20261127_000010_accounts;
mod m20261127_000011_letters;
mod m20261127_000012_record_rights;
mod m20261127_000013_one_invitation;

/// The ordered list of migrations.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261124_000001_places_and_people::Migration),
            Box::new(m20261124_000002_files::Migration),
            Box::new(m20261124_000003_twinning::Migration),
            Box::new(m20261124_000004_training::Migration),
            Box::new(m20261124_000005_library::Migration),
            Box::new(m20261124_000006_sign_in::Migration),
            Box::new(m20261124_000007_machinery::Migration),
            Box::new(m20261125_000008_list_indexes::Migration),
            Box::new(m20261127_000009_tree::Migration),
            Box::new(m20261127_000010_accounts::Migration),
            Box::new(m20261127_000011_letters::Migration),
            Box::new(m20261127_000012_record_rights::Migration),
            Box::new(m20261127_000013_one_invitation::Migration),
        ]
    }
}
