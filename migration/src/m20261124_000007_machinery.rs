//! Tables of machinery.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
    sqlite: (SQLITE_UP, &[]),
    postgres: (POSTGRES_UP, POSTGRES_DOWN),
}

// The audit log only grows (`reliability.md` G-02): the engine itself refuses anything else.
const SQLITE_UP: &[&str] = &[
    "CREATE TRIGGER audit_entries_keep BEFORE UPDATE ON audit_entries
     BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END",
    "CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
     BEGIN SELECT RAISE(ABORT, 'audit entries are append-only'); END",
];

const POSTGRES_UP: &[&str] = &[
    "CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'audit entries are append-only'; END $$",
    "CREATE TRIGGER audit_entries_keep BEFORE UPDATE OR DELETE ON audit_entries
     FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse()",
    "CREATE TRIGGER audit_entries_whole BEFORE TRUNCATE ON audit_entries
     FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()",
];

const POSTGRES_DOWN: &[&str] = &["DROP FUNCTION audit_entries_refuse() CASCADE"];

const UP: &str = "
CREATE TABLE imports (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('organisations', 'people', 'programmes', 'pairings', 'activities', 'classes', 'enrolments', 'lessons', 'attendance', 'evaluations', 'documents', 'practices', 'deliberations', 'grids')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'checked', 'done', 'failed', 'cancelled', 'undone')),
    file_name TEXT NOT NULL,
    file_id UUID REFERENCES files (id),
    class_id UUID REFERENCES classes (id),
    options JSONB NOT NULL,
    counts JSONB NOT NULL,
    header JSONB NOT NULL,
    fault JSONB,
    organisation_id UUID REFERENCES organisations (id),
    created_by UUID REFERENCES accounts (id),
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);
CREATE INDEX ix_imports_created_by_created_at ON imports (created_by, created_at);

CREATE TABLE import_rows (
    id UUID NOT NULL PRIMARY KEY,
    import_id UUID NOT NULL REFERENCES imports (id),
    position INTEGER NOT NULL,
    sheet TEXT NOT NULL,
    row_no INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('accepted', 'rejected', 'ignored')),
    action TEXT CHECK (action IN ('add', 'update', 'same')),
    label TEXT,
    value JSONB,
    faults JSONB NOT NULL,
    cells JSONB NOT NULL,
    object_kind TEXT,
    object_id UUID,
    before JSONB,
    UNIQUE (import_id, position)
);
CREATE INDEX ix_import_rows_import_id_state_position ON import_rows (import_id, state, position);

CREATE TABLE idempotency_keys (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL,
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    answer JSONB,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (account_id, key)
);
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);

CREATE TABLE jobs (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'dead')),
    run_at TIMESTAMPTZ NOT NULL,
    attempts INTEGER NOT NULL,
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    dedupe_key TEXT,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    UNIQUE (dedupe_key)
);
CREATE INDEX ix_jobs_state_run_at ON jobs (state, run_at);

CREATE TABLE outbox_mails (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    message_id TEXT NOT NULL,
    to_account_id UUID REFERENCES accounts (id),
    to_address TEXT NOT NULL,
    language TEXT NOT NULL,
    data JSONB NOT NULL,
    dedupe_key TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'dead')),
    attempts INTEGER NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ,
    UNIQUE (dedupe_key),
    UNIQUE (message_id)
);
CREATE INDEX ix_outbox_mails_state_next_at ON outbox_mails (state, next_at);

CREATE TABLE audit_entries (
    seq BIGINT NOT NULL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    account_id UUID,
    role TEXT,
    organisation_id UUID,
    address TEXT,
    request_id TEXT,
    operation TEXT NOT NULL,
    object_kind TEXT,
    object_id UUID,
    result TEXT NOT NULL,
    detail JSONB NOT NULL,
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    UNIQUE (hash)
);
CREATE INDEX ix_audit_entries_object_kind_object_id ON audit_entries (object_kind, object_id);
CREATE INDEX ix_audit_entries_at ON audit_entries (at);

CREATE TABLE index_changes (
    seq AUTOKEY,
    kind TEXT NOT NULL,
    object_id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
";

const DOWN: &str = "
DROP TABLE index_changes;
DROP TABLE audit_entries;
DROP TABLE outbox_mails;
DROP TABLE jobs;
DROP TABLE idempotency_keys;
DROP TABLE import_rows;
DROP TABLE imports;
";
