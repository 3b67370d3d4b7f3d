//! Indexes that lists and their counts are answered from.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
CREATE INDEX ix_activities_kind_status_held_on_id ON activities (kind, status, held_on, id);
";

const DOWN: &str = "
DROP INDEX ix_activities_kind_status_held_on_id;
";
