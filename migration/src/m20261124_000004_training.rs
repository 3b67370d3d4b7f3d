//! Tables of training.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
CREATE TABLE classes (
    id UUID NOT NULL PRIMARY KEY,
    class_no TEXT NOT NULL,
    title TEXT NOT NULL,
    theme TEXT,
    target_group TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'pending_approval', 'approved', 'enrolling', 'enrol_closed', 'in_class', 'assessing', 'completed', 'archived', 'cancelled')),
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    place TEXT,
    organiser_id UUID NOT NULL REFERENCES organisations (id),
    host_id UUID REFERENCES organisations (id),
    programme_id UUID REFERENCES programmes (id),
    planned_size INTEGER NOT NULL,
    modes JSONB NOT NULL,
    completion_rule JSONB,
    material_until DATE,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    provenance_note TEXT,
    inferred JSONB NOT NULL,
    imported BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (class_no),
    CHECK (starts_on <= ends_on),
    CHECK (planned_size >= 0)
);
CREATE INDEX ix_classes_starts_on ON classes (starts_on);

CREATE TABLE class_quotas (
    id UUID NOT NULL PRIMARY KEY,
    class_id UUID NOT NULL REFERENCES classes (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    places INTEGER NOT NULL,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    UNIQUE (class_id, organisation_id),
    CHECK (places >= 0)
);

CREATE TABLE courses (
    id UUID NOT NULL PRIMARY KEY,
    class_id UUID NOT NULL REFERENCES classes (id),
    title TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('lecture', 'experiential', 'video', 'discussion', 'on_site', 'event')),
    UNIQUE (class_id, title)
);

CREATE TABLE lessons (
    id UUID NOT NULL PRIMARY KEY,
    class_id UUID NOT NULL REFERENCES classes (id),
    course_id UUID REFERENCES courses (id),
    no INTEGER NOT NULL,
    on_date DATE NOT NULL,
    starts TIME NOT NULL,
    ends TIME NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('lecture', 'experiential', 'video', 'discussion', 'on_site', 'event')),
    title TEXT NOT NULL,
    lecturers JSONB NOT NULL,
    place TEXT,
    roll_call BOOLEAN NOT NULL,
    credit_tenths INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('planned', 'held', 'cancelled')),
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    provenance_note TEXT,
    inferred TEXT,
    import_id UUID,
    version INTEGER NOT NULL,
    UNIQUE (class_id, no),
    CHECK (starts < ends),
    CHECK (credit_tenths >= 0)
);
CREATE INDEX ix_lessons_class_id_on_date_starts ON lessons (class_id, on_date, starts);

CREATE TABLE enrolments (
    id UUID NOT NULL PRIMARY KEY,
    class_id UUID NOT NULL REFERENCES classes (id),
    person_id UUID NOT NULL REFERENCES people (id),
    organisation_id UUID REFERENCES organisations (id),
    district_id UUID REFERENCES organisations (id),
    unit_text TEXT,
    post TEXT,
    category TEXT,
    study_group TEXT,
    diet TEXT,
    remark TEXT,
    arrival_on DATE,
    status TEXT NOT NULL CHECK (status IN ('nominated', 'submitted', 'approved', 'checked_in', 'studying', 'graduated', 'not_graduated', 'withdrawn_by_rule', 'declined', 'replaced', 'no_show')),
    position INTEGER NOT NULL,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    import_id UUID,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (class_id, person_id)
);
CREATE INDEX ix_enrolments_person_id ON enrolments (person_id);
CREATE INDEX ix_enrolments_class_id_position ON enrolments (class_id, position);
CREATE INDEX ix_enrolments_district_id ON enrolments (district_id);
";

const DOWN: &str = "
DROP TABLE enrolments;
DROP TABLE lessons;
DROP TABLE courses;
DROP TABLE class_quotas;
DROP TABLE classes;
";
