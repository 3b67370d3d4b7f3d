//! One open invitation for an account: of two, only one could be accepted, and nobody could tell which.

use crate::dialect::step;

const UP: &str = "
UPDATE invitations SET state = 'revoked', closed_at = CURRENT_TIMESTAMP, version = version + 1
    WHERE state = 'open' AND EXISTS (
        SELECT 1 FROM invitations AS newer
        WHERE newer.account_id = invitations.account_id AND newer.state = 'open' AND newer.id > invitations.id);
CREATE UNIQUE INDEX ux_invitation_open ON invitations (account_id) WHERE state = 'open';
";

const DOWN: &str = "
DROP INDEX ux_invitation_open;
";

step! { up: UP, down: DOWN }
