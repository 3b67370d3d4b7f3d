//! Tables of sign in.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
CREATE TABLE appointments (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL CHECK (role IN ('trainee', 'branch_admin', 'street_reviewer', 'org_dept_district', 'org_dept_city', 'class_teacher', 'reviewer_first', 'reviewer_second', 'reviewer_final', 'sys_admin', 'sec_admin', 'audit_admin')),
    post TEXT,
    class_id UUID REFERENCES classes (id),
    read_only BOOLEAN NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE,
    created_at TIMESTAMPTZ NOT NULL,
    CHECK (ends_on IS NULL OR starts_on <= ends_on)
);
CREATE INDEX ix_appointments_account_id ON appointments (account_id);
CREATE INDEX ix_appointments_organisation_id ON appointments (organisation_id);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    csrf TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    address TEXT,
    user_agent TEXT,
    UNIQUE (token_hash)
);
CREATE INDEX ix_sessions_account_id ON sessions (account_id);
CREATE INDEX ix_sessions_expires_at ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    id UUID NOT NULL PRIMARY KEY,
    family_id UUID NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    UNIQUE (token_hash)
);
CREATE INDEX ix_refresh_tokens_family_id ON refresh_tokens (family_id);
CREATE INDEX ix_refresh_tokens_account_id ON refresh_tokens (account_id);

CREATE TABLE sign_in_attempts (
    id UUID NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    address TEXT,
    succeeded BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_sign_in_attempts_subject_at ON sign_in_attempts (subject, at);
CREATE INDEX ix_sign_in_attempts_address_at ON sign_in_attempts (address, at);
";

const DOWN: &str = "
DROP TABLE sign_in_attempts;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE appointments;
";
