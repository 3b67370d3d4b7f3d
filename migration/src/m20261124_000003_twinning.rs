//! Tables of twinning.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
CREATE TABLE programmes (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    city_a_id UUID NOT NULL REFERENCES cities (id),
    city_b_id UUID NOT NULL REFERENCES cities (id),
    status TEXT NOT NULL CHECK (status IN ('draft', 'active', 'closed')),
    areas JSONB NOT NULL,
    principles JSONB NOT NULL,
    aims JSONB NOT NULL,
    starts_on DATE,
    ends_on DATE,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    provenance_note TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (code),
    CHECK (city_a_id <> city_b_id)
);

CREATE TABLE pairings (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL,
    side_a_id UUID NOT NULL REFERENCES organisations (id),
    side_b_id UUID NOT NULL REFERENCES organisations (id),
    pair_key TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'proposed', 'confirmed', 'approved', 'signed', 'active', 'suspended', 'expired', 'renewed', 'terminated', 'declined', 'withdrawn')),
    areas JSONB NOT NULL,
    goals TEXT,
    agreement_no TEXT,
    term_start DATE,
    term_end DATE,
    signed_on DATE,
    liaison_a TEXT,
    liaison_a_phone TEXT,
    liaison_b TEXT,
    liaison_b_phone TEXT,
    proposed_by UUID REFERENCES accounts (id),
    predecessor_id UUID REFERENCES pairings (id),
    imported BOOLEAN NOT NULL,
    import_id UUID,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    provenance_note TEXT,
    inferred JSONB NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (code),
    UNIQUE (programme_id, seq),
    CHECK (side_a_id <> side_b_id),
    CHECK (term_start IS NULL OR term_end IS NULL OR term_start < term_end)
);
CREATE INDEX ix_pairings_side_a_id ON pairings (side_a_id);
CREATE INDEX ix_pairings_side_b_id ON pairings (side_b_id);
CREATE INDEX ix_pairings_status ON pairings (status);

CREATE TABLE pairing_milestones (
    id UUID NOT NULL PRIMARY KEY,
    pairing_id UUID NOT NULL REFERENCES pairings (id),
    kind TEXT NOT NULL CHECK (kind IN ('signed', 'unveiled', 'other')),
    on_date DATE NOT NULL,
    day_part TEXT CHECK (day_part IN ('morning', 'afternoon', 'evening')),
    place TEXT,
    note TEXT,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (pairing_id, kind, on_date)
);

CREATE TABLE transitions (
    id UUID NOT NULL PRIMARY KEY,
    object_kind TEXT NOT NULL,
    object_id UUID NOT NULL,
    action TEXT NOT NULL,
    from_state TEXT,
    to_state TEXT NOT NULL,
    account_id UUID REFERENCES accounts (id),
    organisation_id UUID REFERENCES organisations (id),
    post TEXT,
    comment TEXT,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_transitions_object_kind_object_id_at ON transitions (object_kind, object_id, at);

CREATE TABLE activities (
    id UUID NOT NULL PRIMARY KEY,
    no TEXT NOT NULL,
    programme_id UUID NOT NULL REFERENCES programmes (id),
    kind TEXT NOT NULL CHECK (kind IN ('joint_activity', 'theme_party_day', 'three_meetings_one_lecture', 'joint_party_lecture', 'volunteer_service', 'exchange_visit', 'site_observation', 'study_tour', 'symposium', 'mutual_visit', 'condolence_visit', 'secondment', 'shadowing', 'cultural_activity', 'signing_ceremony', 'unveiling_ceremony', 'online_exchange', 'joint_meeting', 'deliberation')),
    title TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('planned', 'published', 'ongoing', 'record_due', 'awaiting_confirmation', 'confirmed', 'archived', 'cancelled')),
    held_on DATE NOT NULL,
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    place TEXT,
    online BOOLEAN NOT NULL,
    organiser_id UUID NOT NULL REFERENCES organisations (id),
    counterpart_id UUID NOT NULL REFERENCES organisations (id),
    organiser_side TEXT NOT NULL,
    source_code TEXT,
    imported BOOLEAN NOT NULL,
    import_id UUID,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    provenance_note TEXT,
    created_by UUID REFERENCES accounts (id),
    submitted_at TIMESTAMPTZ,
    confirmed_at TIMESTAMPTZ,
    confirmed_by UUID REFERENCES accounts (id),
    return_reason TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (no),
    CHECK (organiser_side IN ('a','b')),
    CHECK (starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at)
);
CREATE INDEX ix_activities_status_held_on_id ON activities (status, held_on, id);
CREATE INDEX ix_activities_held_on_id ON activities (held_on, id);
CREATE INDEX ix_activities_organiser_id ON activities (organiser_id);
CREATE INDEX ix_activities_counterpart_id ON activities (counterpart_id);
CREATE INDEX ix_activities_programme_id ON activities (programme_id);

CREATE TABLE activity_pairings (
    activity_id UUID NOT NULL REFERENCES activities (id),
    pairing_id UUID NOT NULL REFERENCES pairings (id),
    PRIMARY KEY (activity_id, pairing_id)
);
CREATE INDEX ix_activity_pairings_pairing_id ON activity_pairings (pairing_id);

CREATE TABLE activity_records (
    activity_id UUID NOT NULL PRIMARY KEY REFERENCES activities (id),
    attended_total INTEGER,
    attended_a INTEGER,
    attended_b INTEGER,
    expected_a INTEGER,
    expected_b INTEGER,
    guests INTEGER,
    served_people INTEGER,
    volunteers INTEGER,
    volunteer_minutes INTEGER,
    host_name TEXT,
    recorder_name TEXT,
    summary TEXT,
    decisions TEXT,
    photo_consent BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CHECK (attended_total IS NULL OR attended_total >= 0),
    CHECK (attended_a IS NULL OR attended_a >= 0),
    CHECK (attended_b IS NULL OR attended_b >= 0)
);

CREATE TABLE activity_photos (
    id UUID NOT NULL PRIMARY KEY,
    activity_id UUID NOT NULL REFERENCES activities (id),
    file_id UUID NOT NULL REFERENCES files (id),
    thumb_file_id UUID NOT NULL REFERENCES files (id),
    caption TEXT,
    alt TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    position INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (activity_id, position)
);
-- P2: at most one live pairing of the same two organisations, in whichever order (`domain.md` 3.1)
CREATE UNIQUE INDEX ux_pairing_live ON pairings (pair_key)
    WHERE status IN ('proposed', 'confirmed', 'approved', 'signed', 'active', 'suspended');
CREATE UNIQUE INDEX ux_activity_source ON activities (programme_id, source_code) WHERE source_code IS NOT NULL;
";

const DOWN: &str = "
DROP TABLE activity_photos;
DROP TABLE activity_records;
DROP TABLE activity_pairings;
DROP TABLE activities;
DROP TABLE transitions;
DROP TABLE pairing_milestones;
DROP TABLE pairings;
DROP TABLE programmes;
";
