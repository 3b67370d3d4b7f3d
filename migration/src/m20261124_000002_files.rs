//! Tables of files.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
CREATE TABLE files (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('document', 'photo', 'video', 'table', 'attachment')),
    name TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    extension TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    storage_key TEXT NOT NULL,
    scan_state TEXT NOT NULL CHECK (scan_state IN ('off', 'pending', 'clean', 'infected', 'error')),
    owner_kind TEXT,
    owner_id UUID,
    organisation_id UUID REFERENCES organisations (id),
    created_by UUID REFERENCES accounts (id),
    created_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    UNIQUE (storage_key),
    CHECK (size > 0)
);
CREATE INDEX ix_files_owner_kind_owner_id ON files (owner_kind, owner_id);
CREATE INDEX ix_files_sha ON files (sha256);

CREATE TABLE file_downloads (
    id UUID NOT NULL PRIMARY KEY,
    file_id UUID NOT NULL REFERENCES files (id),
    account_id UUID REFERENCES accounts (id),
    organisation_id UUID REFERENCES organisations (id),
    first_byte BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_file_downloads_file_id_at ON file_downloads (file_id, at);
";

const DOWN: &str = "
DROP TABLE file_downloads;
DROP TABLE files;
";
