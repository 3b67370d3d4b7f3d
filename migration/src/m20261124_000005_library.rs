//! Tables of library.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
CREATE TABLE documents (
    id UUID NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('experience_report', 'typical_case', 'slides', 'handout', 'plan', 'agreement', 'summary', 'bulletin', 'convention', 'regulation', 'charter', 'minutes', 'meeting_record', 'notice', 'letter', 'request', 'reply', 'report', 'resource_list', 'demand_list', 'project_list', 'ledger', 'roster', 'sign_in_sheet', 'photo', 'video')),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    class_id UUID REFERENCES classes (id),
    programme_id UUID REFERENCES programmes (id),
    authors JSONB NOT NULL,
    summary TEXT,
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'programme', 'city', 'class')),
    status TEXT NOT NULL CHECK (status IN ('draft', 'in_review_1', 'in_review_2', 'in_review_3', 'published', 'revising', 'withdrawn', 'archived')),
    tags JSONB NOT NULL,
    areas JSONB NOT NULL,
    current_version INTEGER,
    withdrawn_reason TEXT,
    source_name TEXT,
    imported BOOLEAN NOT NULL,
    import_id UUID,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    provenance_note TEXT,
    created_by UUID REFERENCES accounts (id),
    published_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_documents_status_published_at ON documents (status, published_at);
CREATE INDEX ix_documents_organisation_id ON documents (organisation_id);
CREATE INDEX ix_documents_class_id ON documents (class_id);

CREATE TABLE document_versions (
    id UUID NOT NULL PRIMARY KEY,
    document_id UUID NOT NULL REFERENCES documents (id),
    no INTEGER NOT NULL,
    file_id UUID REFERENCES files (id),
    body_markdown TEXT,
    change_note TEXT,
    sha256 TEXT NOT NULL,
    text TEXT,
    text_state TEXT NOT NULL CHECK (text_state IN ('pending', 'done', 'no_text', 'unsupported', 'failed')),
    pages INTEGER,
    created_by UUID REFERENCES accounts (id),
    created_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    UNIQUE (document_id, no),
    CHECK (file_id IS NOT NULL OR body_markdown IS NOT NULL)
);

CREATE TABLE materials (
    id UUID NOT NULL PRIMARY KEY,
    class_id UUID NOT NULL REFERENCES classes (id),
    lesson_id UUID REFERENCES lessons (id),
    document_id UUID REFERENCES documents (id),
    file_id UUID NOT NULL REFERENCES files (id),
    title TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('experience_report', 'typical_case', 'slides', 'handout', 'plan', 'agreement', 'summary', 'bulletin', 'convention', 'regulation', 'charter', 'minutes', 'meeting_record', 'notice', 'letter', 'request', 'reply', 'report', 'resource_list', 'demand_list', 'project_list', 'ledger', 'roster', 'sign_in_sheet', 'photo', 'video')),
    visible_from TIMESTAMPTZ,
    visible_until TIMESTAMPTZ,
    position INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (class_id, position)
);

CREATE TABLE notices (
    id UUID NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('notice', 'announcement', 'briefing')),
    status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'withdrawn')),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    pinned BOOLEAN NOT NULL,
    published_on DATE NOT NULL,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_notices_status_published_on ON notices (status, published_on);
";

const DOWN: &str = "
DROP TABLE notices;
DROP TABLE materials;
DROP TABLE document_versions;
DROP TABLE documents;
";
