//! The inbox of the portal, the calendar of working days, and webhooks with their deliveries.

use crate::dialect::step;

step! {
    up: UP,
    down: DOWN,
}

const UP: &str = "
ALTER TABLE outbox_mails ADD COLUMN organisation_id UUID;

CREATE TABLE inbox_messages (
    id UUID NOT NULL PRIMARY KEY,
    account_id UUID NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    data JSONB NOT NULL,
    url TEXT,
    dedupe_key TEXT NOT NULL,
    mailing TEXT NOT NULL CHECK (mailing IN ('none', 'now', 'daily', 'weekly', 'mailed')),
    created_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    UNIQUE (account_id, dedupe_key)
);
CREATE INDEX ix_inbox_messages_account_id ON inbox_messages (account_id, id);
CREATE INDEX ix_inbox_messages_mailing ON inbox_messages (mailing, account_id);

CREATE TABLE calendar_days (
    day DATE NOT NULL PRIMARY KEY,
    working BOOLEAN NOT NULL,
    name TEXT
);

CREATE TABLE webhooks (
    id UUID NOT NULL PRIMARY KEY,
    city_id UUID NOT NULL REFERENCES cities (id),
    url TEXT NOT NULL,
    events JSONB NOT NULL,
    secret_sealed BYTEA NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
    created_by UUID NOT NULL REFERENCES accounts (id),
    version INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_webhooks_city_id ON webhooks (city_id);

CREATE TABLE webhook_deliveries (
    id UUID NOT NULL PRIMARY KEY,
    webhook_id UUID NOT NULL REFERENCES webhooks (id),
    event TEXT NOT NULL,
    body JSONB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'done', 'dead')),
    attempts INTEGER NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    lease_until TIMESTAMPTZ,
    lease_token UUID,
    last_status INTEGER,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    done_at TIMESTAMPTZ
);
CREATE INDEX ix_webhook_deliveries_webhook_id ON webhook_deliveries (webhook_id, id);
CREATE INDEX ix_webhook_deliveries_state_next_at ON webhook_deliveries (state, next_at);
";

const DOWN: &str = "
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
DROP TABLE calendar_days;
DROP TABLE inbox_messages;
ALTER TABLE outbox_mails DROP COLUMN organisation_id;
";
