//! What accounts need beyond a password: links, invitations, second factor, history, choices; two-person approvals; the
//! journal of erasures.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
ALTER TABLE accounts ADD COLUMN password_changed_at TIMESTAMPTZ;
ALTER TABLE accounts ADD COLUMN totp_sealed BYTEA;
ALTER TABLE accounts ADD COLUMN totp_since TIMESTAMPTZ;
ALTER TABLE accounts ADD COLUMN totp_step BIGINT;
ALTER TABLE accounts ADD COLUMN notice_version TEXT;
ALTER TABLE accounts ADD COLUMN notice_accepted_at TIMESTAMPTZ;
ALTER TABLE accounts ADD COLUMN mail_choices JSONB NOT NULL DEFAULT '{}';
ALTER TABLE accounts ADD COLUMN disabled_at TIMESTAMPTZ;
ALTER TABLE accounts ADD COLUMN disabled_reason TEXT;
ALTER TABLE accounts ADD COLUMN locked_until TIMESTAMPTZ;

ALTER TABLE appointments ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE appointments ADD COLUMN end_reason TEXT;

ALTER TABLE people ADD COLUMN email TEXT;
ALTER TABLE people ADD COLUMN erased_at TIMESTAMPTZ;

ALTER TABLE positions ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

CREATE TABLE password_history (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_password_history_account_id ON password_history (account_id, created_at);

CREATE TABLE recovery_codes (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    code_hash TEXT NOT NULL,
    used_at TIMESTAMPTZ,
    UNIQUE (account_id, code_hash)
);

CREATE TABLE known_devices (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    token_hash TEXT NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    UNIQUE (account_id, token_hash)
);

CREATE TABLE account_links (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('invitation', 'reset', 'new_address')),
    token_hash TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    address TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    UNIQUE (token_hash)
);
CREATE INDEX ix_account_links_account_id ON account_links (account_id);
CREATE INDEX ix_account_links_expires_at ON account_links (expires_at);

CREATE TABLE invitations (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    person_id UUID NOT NULL REFERENCES people (id),
    organisation_id UUID NOT NULL REFERENCES organisations (id),
    role TEXT,
    post TEXT,
    class_id UUID REFERENCES classes (id),
    identity_check TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'revoked', 'expired')),
    invited_by UUID REFERENCES accounts (id),
    sent INTEGER NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ
);
CREATE INDEX ix_invitations_organisation_id ON invitations (organisation_id, created_at);
CREATE INDEX ix_invitations_account_id ON invitations (account_id);
CREATE INDEX ix_invitations_state_expires_at ON invitations (state, expires_at);

CREATE TABLE approvals (
    id UUID NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('role_give', 'role_end', 'personal_export', 'erasure')),
    state TEXT NOT NULL CHECK (state IN ('open', 'approved', 'declined', 'withdrawn', 'expired')),
    account_id UUID REFERENCES accounts (id),
    person_id UUID REFERENCES people (id),
    organisation_id UUID REFERENCES organisations (id),
    payload JSONB NOT NULL,
    reason TEXT NOT NULL,
    asked_by UUID NOT NULL REFERENCES accounts (id),
    decided_by UUID REFERENCES accounts (id),
    comment TEXT,
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ
);
CREATE INDEX ix_approvals_state_created_at ON approvals (state, created_at);
CREATE INDEX ix_approvals_asked_by ON approvals (asked_by, created_at);

CREATE TABLE erasures (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL,
    reason TEXT NOT NULL,
    approval_id UUID,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_erasures_person_id ON erasures (person_id);

CREATE TABLE audit_heads (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    signature TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);

CREATE TABLE api_tokens (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    scopes JSONB NOT NULL,
    epoch INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    last_used_on DATE,
    ended_at TIMESTAMPTZ,
    version INTEGER NOT NULL,
    UNIQUE (token_hash)
);
CREATE INDEX ix_api_tokens_account_id ON api_tokens (account_id);
";

const DOWN: &str = "
DROP TABLE api_tokens;
DROP TABLE audit_heads;
DROP TABLE erasures;
DROP TABLE approvals;
DROP TABLE invitations;
DROP TABLE account_links;
DROP TABLE known_devices;
DROP TABLE recovery_codes;
DROP TABLE password_history;
ALTER TABLE positions DROP COLUMN version;
ALTER TABLE people DROP COLUMN erased_at;
ALTER TABLE people DROP COLUMN email;
ALTER TABLE appointments DROP COLUMN end_reason;
ALTER TABLE appointments DROP COLUMN version;
ALTER TABLE accounts DROP COLUMN locked_until;
ALTER TABLE accounts DROP COLUMN disabled_reason;
ALTER TABLE accounts DROP COLUMN disabled_at;
ALTER TABLE accounts DROP COLUMN mail_choices;
ALTER TABLE accounts DROP COLUMN notice_accepted_at;
ALTER TABLE accounts DROP COLUMN notice_version;
ALTER TABLE accounts DROP COLUMN totp_step;
ALTER TABLE accounts DROP COLUMN totp_since;
ALTER TABLE accounts DROP COLUMN totp_sealed;
ALTER TABLE accounts DROP COLUMN password_changed_at;
";
