//! The role of the service may not change or remove entries of the record on PostgreSQL (`reliability.md` G-02): beside
//! the triggers, the right itself is gone, even from the owner of the table, who would have to give it back first.

use crate::dialect::step;

step! {
    up: "",
    down: "",
    sqlite: (&[], &[]),
    postgres: (
        &["REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM CURRENT_USER"],
        &["GRANT UPDATE, DELETE, TRUNCATE ON audit_entries TO CURRENT_USER"]
    ),
}
