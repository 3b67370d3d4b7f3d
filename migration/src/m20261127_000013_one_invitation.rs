//! One open invitation for an account: of two, only one could be accepted, and nobody could tell which.

use crate::dialect::step;

const UP: &str = "
UPDATE invitations SET state = 'revoked', closed_at = CURRENT_TIMESTAMP, version = version + 1
    WHERE state = 'open' AND EXISTS (
        SELECT 1 FROM invitations AS newer
        WHERE newer.account_id = invitations.account_id AND newer.state = 'open' AND newer.id > invitations.id);
UPDATE invitations SET state = 'revoked', closed_at = CURRENT_TIMESTAMP, version = version + 1
    WHERE state IN ('open', 'expired') AND account_id IN (
        SELECT id FROM accounts WHERE status = 'disabled' AND password_hash IS NULL);
CREATE UNIQUE INDEX ux_invitation_open ON invitations (account_id) WHERE state = 'open';
";

const DOWN: &str = "
DROP INDEX ux_invitation_open;
";

/// Frees the addresses of accounts that were disabled before anybody opened them.
const SQLITE: &str = "UPDATE accounts SET login = 'revoked-' || lower(hex(id)) || '@invalid' \
    WHERE status = 'disabled' AND password_hash IS NULL AND login NOT LIKE '%@invalid'";
const POSTGRES: &str = "UPDATE accounts SET login = 'revoked-' || id::text || '@invalid' \
    WHERE status = 'disabled' AND password_hash IS NULL AND login NOT LIKE '%@invalid'";

step! { up: UP, down: DOWN, sqlite: (&[SQLITE], &[]), postgres: (&[POSTGRES], &[]) }
