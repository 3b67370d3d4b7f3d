//! What organisations offer and need, who sees which field, the key of the stroke order, and when one ended.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
ALTER TABLE organisations ADD COLUMN offers TEXT;
ALTER TABLE organisations ADD COLUMN needs TEXT;
ALTER TABLE organisations ADD COLUMN field_access JSONB NOT NULL DEFAULT '{}';
ALTER TABLE organisations ADD COLUMN stroke_key TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN ended_on DATE;
CREATE INDEX ix_organisations_stroke_key_id ON organisations (stroke_key, id);
";

const DOWN: &str = "
DROP INDEX ix_organisations_stroke_key_id;
ALTER TABLE organisations DROP COLUMN ended_on;
ALTER TABLE organisations DROP COLUMN stroke_key;
ALTER TABLE organisations DROP COLUMN field_access;
ALTER TABLE organisations DROP COLUMN needs;
ALTER TABLE organisations DROP COLUMN offers;
";
