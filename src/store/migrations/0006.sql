-- SPDX-License-Identifier: Apache-2.0
-- Files that came with alerts.  Same rules as 0001.sql.

CREATE TABLE alert_file ( -- evidence once the alert is in an incident
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	alert_id TEXT NOT NULL, incident_id TEXT, -- as its alert
	name TEXT NOT NULL, media_type TEXT, note TEXT, tlp TEXT, -- as the sender said
	sha256 TEXT NOT NULL, size BIGINT NOT NULL, -- in the blob store
	taken_at BIGINT NOT NULL, evidence_id TEXT,
	UNIQUE (alert_id, sha256)
);
CREATE INDEX alert_file_sha256 ON alert_file (sha256);
