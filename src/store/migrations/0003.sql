-- SPDX-License-Identifier: Apache-2.0
-- Alerts, and hunts that make them.  Same rules as 0001.sql and 0002.sql.

CREATE TABLE alert ( -- detections of one rule, host and stretch of time, or one alert of another system
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	number TEXT NOT NULL, -- CB-2026-0007
	source TEXT NOT NULL, source_ref TEXT NOT NULL, -- who said it, and its own name for it: once
	rule_id TEXT NOT NULL, -- for what is muted and counted together; of the sender when it has one
	title TEXT NOT NULL, level TEXT NOT NULL, -- informational low medium high critical
	tags_json TEXT, host TEXT, user_name TEXT, playbook TEXT,
	first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, count BIGINT NOT NULL,
	received_at BIGINT NOT NULL, -- the first time
	state TEXT NOT NULL, -- new acknowledged merged closed
	state_at BIGINT NOT NULL, state_by_id TEXT, note TEXT, -- who last moved it, and why
	mute_id TEXT, -- what hides it, as long as that is not lifted
	verdict TEXT, verdict_at BIGINT, verdict_by_id TEXT, -- true_positive false_positive benign
	incident_id TEXT, hunt_id TEXT, told_at BIGINT,
	is_sample BIGINT NOT NULL,
	UNIQUE (agency_id, number), UNIQUE (agency_id, source, source_ref)
);
CREATE INDEX alert_last ON alert (agency_id, state, last_at);
CREATE INDEX alert_rule ON alert (agency_id, rule_id, source);
CREATE INDEX alert_incident ON alert (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX alert_mute_of ON alert (mute_id) WHERE mute_id IS NOT NULL;
CREATE INDEX alert_told ON alert (agency_id, told_at) WHERE told_at IS NOT NULL;

CREATE TABLE alert_detail ( -- what seldom changes and is long; one to an alert, same id
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT, detail_json TEXT, advice TEXT, observables_json TEXT
);

CREATE TABLE alert_event ( -- what became of an alert, one a line
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	alert_id TEXT NOT NULL, kind TEXT NOT NULL, -- grew told told_nobody acknowledged renewed merged taken_out verdict
	about TEXT, text TEXT, -- about: an incident's number, a verdict, a count; text: somebody's own words
	event_at BIGINT NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT, actor_name TEXT
);
CREATE INDEX alert_event_alert ON alert_event (alert_id);

CREATE TABLE alert_mute (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	rule_id TEXT, source TEXT, host TEXT, user_name TEXT, -- NULL: any; * stands for anything
	reason TEXT NOT NULL, owner_id TEXT, owner_name TEXT NOT NULL,
	muted_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
	lifted_at BIGINT, lifted_by_id TEXT, lift_reason TEXT
);
CREATE INDEX alert_mute_open ON alert_mute (agency_id, expires_at) WHERE lifted_at IS NULL;

CREATE TABLE api_key ( -- of a program that hands in alerts
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	name TEXT NOT NULL, prefix TEXT NOT NULL, -- its first letters, to recognise it by
	token_hash TEXT NOT NULL, -- SHA-256 of 256 random bits: nothing to guess from
	rights TEXT NOT NULL, made_at BIGINT NOT NULL, made_by_id TEXT, expires_at BIGINT,
	revoked_at BIGINT, revoked_by_id TEXT, revoke_reason TEXT
);
CREATE UNIQUE INDEX api_key_token ON api_key (token_hash);

-- Outside the ledger: noted now and then, for whoever wonders which key is still needed.
CREATE TABLE api_key_use (key_id TEXT PRIMARY KEY, used_at BIGINT NOT NULL, address TEXT);

CREATE TABLE hunt ( -- one search of log files for signs of an attack
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT, -- NULL: opened at the end, with what was found
	number TEXT NOT NULL, -- ST-2026-0007
	state TEXT NOT NULL, -- waiting done failed cancelled
	level TEXT NOT NULL, -- rules of at least that level
	lang TEXT NOT NULL, files BIGINT NOT NULL, size BIGINT NOT NULL,
	requested_at BIGINT NOT NULL, requested_by TEXT, requested_by_id TEXT,
	opens_incident BIGINT NOT NULL,
	started_at BIGINT, finished_at BIGINT, error TEXT,
	rules_version TEXT, rules BIGINT, -- a hash of all that was compiled; how many
	events BIGINT, detections BIGINT, alerts BIGINT,
	gaps_json TEXT, -- what could not be seen
	summary_json TEXT,
	json_sha256 TEXT, json_size BIGINT, html_sha256 TEXT, html_size BIGINT, -- in the blob store
	UNIQUE (agency_id, number)
);
CREATE INDEX hunt_incident ON hunt (incident_id);
CREATE INDEX hunt_json ON hunt (json_sha256);
CREATE INDEX hunt_html ON hunt (html_sha256);

CREATE TABLE hunt_file ( -- what a hunt reads, in order
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	hunt_id TEXT NOT NULL, incident_id TEXT, evidence_id TEXT, -- NULL until there is an incident
	position BIGINT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, size BIGINT NOT NULL
);
CREATE INDEX hunt_file_hunt ON hunt_file (hunt_id, position);
CREATE INDEX hunt_file_sha256 ON hunt_file (sha256);

-- Outside the ledger: how far a hunt is that is under way.
CREATE TABLE hunt_progress (hunt_id TEXT PRIMARY KEY, at BIGINT NOT NULL, phase TEXT NOT NULL, bytes BIGINT NOT NULL, events BIGINT NOT NULL, hits BIGINT NOT NULL);
