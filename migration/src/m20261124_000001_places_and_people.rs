//! Tables of places and people.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
CREATE TABLE divisions (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    code_system TEXT NOT NULL CHECK (code_system IN ('gbt2260', 'nbs_stat', 'synthetic')),
    name TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('provincial', 'prefectural', 'county', 'township', 'community', 'estate', 'building')),
    parent_code TEXT,
    valid_from DATE,
    valid_to DATE,
    successor_code TEXT,
    UNIQUE (code_system, code)
);

CREATE TABLE cities (
    id UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_en TEXT,
    division_code TEXT,
    display_order INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (code),
    UNIQUE (name)
);

CREATE TABLE organisations (
    id UUID NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    code TEXT NOT NULL,
    city_id UUID NOT NULL REFERENCES cities (id),
    parent_id UUID REFERENCES organisations (id),
    path PATHTEXT NOT NULL,
    depth INTEGER NOT NULL,
    name_full TEXT NOT NULL,
    name_short TEXT NOT NULL,
    name_display TEXT NOT NULL,
    form TEXT NOT NULL CHECK (form IN ('local_committee', 'department', 'section', 'working_committee', 'leading_group', 'grassroots_committee', 'general_branch', 'branch', 'joint_branch', 'temporary_branch', 'party_group', 'residents_committee', 'owners_committee', 'management_committee', 'party_mass_service_centre', 'volunteer_organisation', 'other')),
    kind_text TEXT,
    level TEXT NOT NULL CHECK (level IN ('provincial', 'prefectural', 'county', 'township', 'community', 'estate', 'building')),
    sector TEXT CHECK (sector IN ('street_community', 'rural', 'agency', 'public_institution', 'soe', 'school', 'private_enterprise', 'social_org')),
    functional_zone BOOLEAN NOT NULL,
    division_code TEXT,
    code_system TEXT CHECK (code_system IN ('gbt2260', 'nbs_stat', 'synthetic')),
    display_order INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'merged', 'abolished')),
    successor_id UUID REFERENCES organisations (id),
    address TEXT,
    phone TEXT,
    profile TEXT,
    pinyin_key TEXT NOT NULL,
    initials TEXT NOT NULL,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    provenance_note TEXT,
    import_id UUID,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (code),
    UNIQUE (seq),
    CHECK (depth >= 0)
);
CREATE INDEX ix_organisations_parent_id_display_order ON organisations (parent_id, display_order);
CREATE INDEX ix_organisations_path ON organisations (path);
CREATE INDEX ix_organisations_city_id_display_order ON organisations (city_id, display_order);

CREATE TABLE organisation_names (
    id UUID NOT NULL PRIMARY KEY,
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    name_full TEXT NOT NULL,
    name_short TEXT NOT NULL,
    valid_from DATE,
    valid_to DATE,
    reason TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_organisation_names_organisation_id ON organisation_names (organisation_id);

CREATE TABLE people (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    gender TEXT,
    organisation_id UUID REFERENCES organisations (id),
    phone_sealed BYTEA,
    phone_index TEXT,
    phone_masked TEXT,
    is_synthetic BOOLEAN NOT NULL,
    provenance TEXT NOT NULL CHECK (provenance IN ('stated', 'general', 'inferred', 'synthetic', 'entered')),
    import_id UUID,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_people_name ON people (name);
CREATE INDEX ix_people_phone_index ON people (phone_index);
CREATE INDEX ix_people_organisation_id ON people (organisation_id);

CREATE TABLE positions (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL CHECK (kind IN ('secretary', 'deputy_secretary', 'committee_member', 'organisation_member', 'publicity_member', 'discipline_member', 'group_leader', 'building_head', 'hygiene_member', 'security_member', 'culture_sports_member', 'property_officer', 'rc_director', 'mc_director', 'section_chief', 'office_deputy', 'liaison', 'party_affairs_worker', 'other')),
    title TEXT,
    from_on DATE,
    to_on DATE,
    created_at TIMESTAMPTZ NOT NULL,
    CHECK (to_on IS NULL OR from_on IS NULL OR from_on <= to_on)
);
CREATE INDEX ix_positions_person_id ON positions (person_id);
CREATE INDEX ix_positions_organisation_id ON positions (organisation_id);

CREATE TABLE accounts (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    login TEXT NOT NULL,
    password_hash TEXT,
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    language TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    is_demo BOOLEAN NOT NULL,
    last_sign_in_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (login),
    UNIQUE (person_id)
);
";

const DOWN: &str = "
DROP TABLE accounts;
DROP TABLE positions;
DROP TABLE people;
DROP TABLE organisation_names;
DROP TABLE organisations;
DROP TABLE cities;
DROP TABLE divisions;
";
