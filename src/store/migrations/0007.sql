-- SPDX-License-Identifier: Apache-2.0
-- What every new report pays for.  Same rules as 0001.sql.

-- When a duty reminds next: a column that is in no image (ledger/row.h), no longer a job of its own,
-- which took four more trees in every commit.
ALTER TABLE duty ADD COLUMN remind_at BIGINT;
UPDATE duty SET remind_at = (SELECT MIN(j.due_at) FROM job j WHERE j.key > 'duty.remind:' || duty.id || ':'
	AND j.key < 'duty.remind:' || duty.id || ';' AND j.state = 'waiting')
	WHERE state = 'pending' OR state = 'drafting' OR state = 'waiting_signature' OR state = 'numbered';
DELETE FROM job WHERE kind = 'duty.remind';
CREATE INDEX duty_remind ON duty (agency_id, remind_at) WHERE remind_at IS NOT NULL;

-- The same rows as before, without a list after IN, of which SQLite makes a tree for every row it
-- writes.  The words are those of DUTY_UNFINISHED and INCIDENT_OPEN.
DROP INDEX duty_open;
CREATE INDEX duty_open ON duty (agency_id, due_at)
	WHERE (state = 'pending' OR state = 'drafting' OR state = 'waiting_signature' OR state = 'numbered');
DROP INDEX incident_open;
CREATE INDEX incident_open ON incident (agency_id, updated_at)
	WHERE state <> 'closed' AND state <> 'closed_not_incident' AND state <> 'duplicate';
