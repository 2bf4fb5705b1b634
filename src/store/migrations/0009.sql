-- SPDX-License-Identifier: Apache-2.0
-- What every new report pays for, again.  Same rules as 0001.sql.

-- When a report is looked at again in case nobody took it: as with duties in 0007.sql a column that is
-- in no image, no longer a job of its own in four trees.
ALTER TABLE report ADD COLUMN remind_at BIGINT;
UPDATE report SET remind_at = (SELECT j.due_at FROM job j WHERE j.key = 'report.escalate:' || report.id
	AND j.state = 'waiting') WHERE taken_at IS NULL;
DELETE FROM job WHERE kind = 'report.escalate';
CREATE INDEX report_remind ON report (agency_id, remind_at) WHERE remind_at IS NOT NULL;

-- A duty's key begins with the incident that owes it.  So the duties of an incident and the keys are one
-- index; only keys of requests and of periods have another.  The words are those of DUTY_BY_OTHERS.
DROP INDEX duty_incident;
DROP INDEX duty_key;
CREATE UNIQUE INDEX duty_incident ON duty (incident_id, key);
CREATE UNIQUE INDEX duty_key ON duty (agency_id, key)
	WHERE (incident_id IS NULL OR substr(key, 1, 36) <> incident_id);
