-- SPDX-License-Identifier: Apache-2.0
-- Plain SQL that SQLite and PostgreSQL both accept.  Names say the type:
--   *_at   milliseconds of UTC since 1970      *_json  JSON text
--   is_*   0 or 1                              *_id    id of another row
-- Tables of the first part are projections of the ledger: every row has
-- id, agency_id and version, and its image stands in the last ledger entry
-- that touched it (app/change.h).  Hashes are lower-case hex.

-- ---- people and things -----------------------------------------------------

CREATE TABLE agency (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	name TEXT NOT NULL, short_name TEXT, symbol TEXT, parent_name TEXT,
	place TEXT, address TEXT, phone TEXT, email TEXT, portal TEXT,
	hotline TEXT, -- the administrator's telephone, shown to reporters
	leading_basis TEXT, is_network_member BIGINT NOT NULL DEFAULT 0,
	is_sample BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL
);

CREATE TABLE setting (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	name TEXT NOT NULL, value TEXT,
	UNIQUE (agency_id, name)
);

CREATE TABLE division (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	name TEXT NOT NULL, symbol TEXT, head_id TEXT, is_closed BIGINT NOT NULL DEFAULT 0,
	is_sample BIGINT NOT NULL DEFAULT 0,
	UNIQUE (agency_id, name)
);

CREATE TABLE account (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	login TEXT NOT NULL, name TEXT NOT NULL, title TEXT, roles TEXT NOT NULL,
	division_id TEXT, email TEXT, phone TEXT, lang TEXT NOT NULL DEFAULT 'vi',
	is_disabled BIGINT NOT NULL DEFAULT 0, is_totp BIGINT NOT NULL DEFAULT 0,
	must_change_password BIGINT NOT NULL DEFAULT 0,
	credential_digest TEXT, -- SHA-256 of the row of table credential
	is_sample BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL,
	UNIQUE (login)
);

CREATE TABLE info_system (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	name TEXT NOT NULL, kind TEXT, purpose TEXT, level BIGINT,
	owner_name TEXT, operator_name TEXT, contact TEXT,
	domains TEXT, public_ips TEXT, internal_ips TEXT, location TEXT, os TEXT, services TEXT,
	controls TEXT, data_kinds TEXT, subjects BIGINT, isp TEXT, security_provider TEXT,
	service_priority BIGINT, max_outage_minutes BIGINT, rto_minutes BIGINT, rpo_minutes BIGINT,
	may_be_disconnected_by TEXT, backup_note TEXT, log_note TEXT,
	is_retired BIGINT NOT NULL DEFAULT 0, is_sample BIGINT NOT NULL DEFAULT 0,
	UNIQUE (agency_id, name)
);

-- ---- reports and incidents -------------------------------------------------

CREATE TABLE incident (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	number TEXT NOT NULL, title TEXT NOT NULL, summary TEXT, state TEXT NOT NULL,
	type TEXT, level BIGINT, qd05_class TEXT, reporting TEXT, -- immediate 24h 72h log_only
	beyond TEXT NOT NULL DEFAULT 'none', -- none suggested confirmed refused
	is_restricted BIGINT NOT NULL DEFAULT 0, tlp TEXT NOT NULL DEFAULT 'amber',
	lead_id TEXT, duplicate_of_id TEXT,
	occurred_at BIGINT, detected_at BIGINT NOT NULL, received_at BIGINT NOT NULL,
	taken_at BIGINT, confirmed_at BIGINT, beyond_at BIGINT, response_ended_at BIGINT,
	watch_until_at BIGINT, closed_at BIGINT, updated_at BIGINT NOT NULL,
	loop_count BIGINT NOT NULL DEFAULT 0, under_direction BIGINT NOT NULL DEFAULT 0,
	playbook TEXT, playbook_version TEXT, severity_version TEXT,
	option_chosen TEXT, close_reason TEXT, second_person_id TEXT,
	seal TEXT, -- SHA-256 of the sealed dossier's manifest
	is_sample BIGINT NOT NULL DEFAULT 0,
	UNIQUE (agency_id, number)
);
CREATE INDEX incident_state ON incident (agency_id, state, updated_at);
CREATE INDEX incident_updated ON incident (agency_id, updated_at);
-- What the first page asks for again and again: few rows out of many.
CREATE INDEX incident_open ON incident (agency_id, updated_at)
	WHERE state NOT IN ('closed', 'closed_not_incident', 'duplicate');
CREATE INDEX incident_lead ON incident (lead_id);
CREATE INDEX incident_watch ON incident (agency_id, watch_until_at) WHERE state = 'response_ended';

CREATE TABLE report (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	number TEXT NOT NULL, code TEXT NOT NULL, incident_id TEXT NOT NULL,
	channel TEXT NOT NULL, -- web phone message paper in_person email sensor
	symptoms TEXT NOT NULL, -- ids of the symptoms pack, separated by a space
	description TEXT, place TEXT, system_id TEXT, done TEXT,
	contact_name TEXT, contact_division TEXT, contact_phone TEXT, contact_email TEXT,
	is_anonymous BIGINT NOT NULL DEFAULT 0,
	occurred_at BIGINT, told_at BIGINT NOT NULL, entered_at BIGINT NOT NULL,
	taken_at BIGINT, taken_by_id TEXT, idempotency_key TEXT, card TEXT, lang TEXT, urgency BIGINT NOT NULL DEFAULT 9,
	is_sample BIGINT NOT NULL DEFAULT 0,
	UNIQUE (code), UNIQUE (agency_id, number)
);
CREATE UNIQUE INDEX report_idempotency ON report (agency_id, idempotency_key);
CREATE INDEX report_incident ON report (incident_id);
CREATE INDEX report_waiting ON report (agency_id, entered_at) WHERE taken_at IS NULL;
CREATE INDEX report_urgent ON report (agency_id, urgency, entered_at, incident_id) WHERE taken_at IS NULL;
CREATE INDEX report_inbox ON report (agency_id, urgency, told_at) WHERE taken_at IS NULL;
CREATE INDEX report_told ON report (agency_id, told_at) WHERE taken_at IS NOT NULL;

CREATE TABLE report_message ( -- questions to the reporter and answers
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	report_id TEXT NOT NULL, incident_id TEXT NOT NULL, direction TEXT NOT NULL, -- out in
	text TEXT NOT NULL, sent_at BIGINT NOT NULL, author_id TEXT
);
CREATE INDEX report_message_report ON report_message (report_id);

CREATE TABLE incident_link (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, other_id TEXT NOT NULL, kind TEXT NOT NULL, -- related parent duplicate
	UNIQUE (incident_id, other_id, kind)
);
CREATE INDEX incident_link_other ON incident_link (other_id);

CREATE TABLE incident_access ( -- need-to-know: who sees a restricted incident
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, account_id TEXT NOT NULL,
	UNIQUE (incident_id, account_id)
);
CREATE INDEX incident_access_account ON incident_access (account_id);

CREATE TABLE score ( -- every answer to the triage questions
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, scored_at BIGINT NOT NULL, by_id TEXT,
	answers_json TEXT NOT NULL, result_json TEXT NOT NULL,
	type TEXT, level BIGINT, qd05_class TEXT, reporting TEXT, beyond TEXT,
	severity_version TEXT NOT NULL, override_reason TEXT
);
CREATE INDEX score_incident ON score (incident_id);

CREATE TABLE task (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, origin TEXT NOT NULL, -- playbook manual probe watch check
	playbook TEXT, step TEXT, phase TEXT NOT NULL, position BIGINT NOT NULL,
	title TEXT NOT NULL, why TEXT, role TEXT, is_mandatory BIGINT NOT NULL DEFAULT 0,
	max_minutes BIGINT, needs_approval BIGINT NOT NULL DEFAULT 0,
	produces_evidence BIGINT NOT NULL DEFAULT 0, is_reversible BIGINT NOT NULL DEFAULT 0,
	undo_text TEXT, state TEXT NOT NULL, -- open done waived
	assignee_id TEXT, due_at BIGINT, done_at BIGINT, entered_at BIGINT, done_by_id TEXT,
	note TEXT, waive_reason TEXT, direction_id TEXT,
	is_without_approval BIGINT NOT NULL DEFAULT 0, loop BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX task_incident ON task (incident_id, state, position);
CREATE INDEX task_open ON task (agency_id, state, due_at, incident_id);

CREATE TABLE probe (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, task_id TEXT, kind TEXT NOT NULL,
	target TEXT, expect TEXT, interval_s BIGINT NOT NULL, state TEXT NOT NULL, -- unknown true false expired
	state_at BIGINT, detail TEXT, expires_at BIGINT, confirmed_by_id TEXT,
	is_stopped BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX probe_incident ON probe (incident_id);
CREATE INDEX probe_red ON probe (agency_id, state_at)
	WHERE is_stopped = 0 AND state IN ('false', 'expired');

CREATE TABLE direction (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, task_id TEXT, question TEXT NOT NULL,
	situation TEXT, cost TEXT, if_not TEXT, asked_id TEXT, asked_name TEXT, asked_by_id TEXT,
	asked_at BIGINT NOT NULL, due_at BIGINT, channel TEXT NOT NULL, -- link oral written
	state TEXT NOT NULL, -- asked answered withdrawn
	token_hash TEXT, token_expires_at BIGINT,
	answer TEXT, words TEXT, answered_at BIGINT, answered_name TEXT, entered_at BIGINT,
	evidence_id TEXT
);
CREATE INDEX direction_incident ON direction (incident_id);
CREATE INDEX direction_asked ON direction (agency_id, asked_at) WHERE state = 'asked';
CREATE UNIQUE INDEX direction_token ON direction (token_hash);

CREATE TABLE scope_item (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, kind TEXT NOT NULL, -- system machine account data division
	ref_id TEXT, name TEXT NOT NULL, state TEXT NOT NULL, -- suspected affected isolated cleaned restored cleared
	note TEXT, since_at BIGINT, restored_from TEXT
);
CREATE INDEX scope_incident ON scope_item (incident_id);
CREATE INDEX scope_division ON scope_item (ref_id, incident_id) WHERE kind = 'division';

CREATE TABLE observable (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL,
	tlp TEXT NOT NULL DEFAULT 'amber', is_ioc BIGINT NOT NULL DEFAULT 0,
	source TEXT, note TEXT, seen_at BIGINT,
	UNIQUE (incident_id, type, value)
);
CREATE INDEX observable_value ON observable (agency_id, type, value);

CREATE TABLE evidence (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, report_id TEXT, number TEXT NOT NULL,
	name TEXT NOT NULL, kind TEXT NOT NULL, -- file photo log disk_image memory document device other
	form TEXT NOT NULL, -- original copy
	description TEXT, sha256 TEXT, size BIGINT, media_type TEXT,
	collected_at BIGINT NOT NULL, collected_by TEXT, collected_by_id TEXT,
	place TEXT, method TEXT, device TEXT, serial TEXT, reason TEXT, tlp TEXT NOT NULL DEFAULT 'amber',
	holder TEXT, holder_id TEXT, storage TEXT, state TEXT NOT NULL, -- held disposed
	order_number TEXT, entered_at BIGINT NOT NULL,
	UNIQUE (agency_id, number)
);
CREATE INDEX evidence_incident ON evidence (incident_id);
CREATE INDEX evidence_sha256 ON evidence (sha256);

CREATE TABLE custody (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	evidence_id TEXT NOT NULL, incident_id TEXT NOT NULL,
	action TEXT NOT NULL, -- collect transfer verify export dispose
	acted_at BIGINT NOT NULL, actor_name TEXT, from_name TEXT, from_id TEXT, to_name TEXT, to_id TEXT,
	place TEXT, reason TEXT, authority TEXT, result TEXT,
	from_confirmed_at BIGINT, to_confirmed_at BIGINT, scan_evidence_id TEXT, state TEXT NOT NULL -- open done withdrawn
);
CREATE INDEX custody_evidence ON custody (evidence_id);

CREATE TABLE check_item ( -- the check of the whole system that ends a response
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, round BIGINT NOT NULL, item TEXT NOT NULL, position BIGINT NOT NULL,
	title TEXT NOT NULL, result TEXT NOT NULL, -- open pass fail not_applicable
	note TEXT, checked_at BIGINT, checked_by_id TEXT
);
CREATE INDEX check_incident ON check_item (incident_id, round);

CREATE TABLE review (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, root_cause TEXT, went_well TEXT, went_badly TEXT,
	damage TEXT, damage_vnd BIGINT, lessons TEXT, is_no_lesson BIGINT NOT NULL DEFAULT 0,
	helped_by TEXT, reviewed_at BIGINT, UNIQUE (incident_id)
);

CREATE TABLE corrective_action (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, title TEXT NOT NULL, owner_id TEXT, owner_name TEXT,
	due_at BIGINT, state TEXT NOT NULL, -- open done dropped
	done_at BIGINT, note TEXT
);
CREATE INDEX corrective_incident ON corrective_action (incident_id);
CREATE INDEX corrective_due ON corrective_action (agency_id, due_at) WHERE state = 'open';

CREATE TABLE duty ( -- one obligation of one regulation towards one incident
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT, profile TEXT NOT NULL, profile_version TEXT NOT NULL, obligation TEXT NOT NULL,
	title TEXT NOT NULL, basis TEXT, certainty TEXT, is_provisional BIGINT NOT NULL,
	state TEXT NOT NULL, -- pending drafting waiting_signature numbered sent acknowledged cancelled superseded
	clock_from_at BIGINT, due_at BIGINT, done_at BIGINT, reason TEXT, chased_at BIGINT, chase_note TEXT
);
CREATE INDEX duty_incident ON duty (incident_id);
CREATE INDEX duty_due ON duty (agency_id, state, due_at);
CREATE INDEX duty_open ON duty (agency_id, due_at)
	WHERE state IN ('pending', 'drafting', 'waiting_signature', 'numbered');

CREATE TABLE playbook_approval (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	playbook TEXT NOT NULL, playbook_version TEXT NOT NULL, doc_number TEXT NOT NULL,
	doc_date TEXT NOT NULL, signer TEXT, approved_at BIGINT NOT NULL, evidence_id TEXT
);

CREATE TABLE timeline (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, kind TEXT NOT NULL, -- report state score task probe direction scope observable evidence check review note message duty access
	op TEXT NOT NULL, word TEXT, args_json TEXT, text TEXT, -- word: catalogue key; text: somebody's own words
	occurred_at BIGINT NOT NULL, told_at BIGINT, entered_at BIGINT NOT NULL,
	actor_kind TEXT NOT NULL, actor_id TEXT, actor_name TEXT, ref_table TEXT, ref_id TEXT
);
CREATE INDEX timeline_incident ON timeline (incident_id, occurred_at);

CREATE TABLE test_clock ( -- one row where init --test-clock was said
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	now_at BIGINT NOT NULL
);

-- ---- the ledger ------------------------------------------------------------

CREATE TABLE ledger_entry (
	agency_id TEXT NOT NULL, seq BIGINT NOT NULL, -- from 0, without gaps
	at_ms BIGINT NOT NULL, mono_ms BIGINT NOT NULL, boot_id TEXT NOT NULL,
	actor TEXT NOT NULL, op TEXT NOT NULL, incident_id TEXT,
	salt TEXT NOT NULL, payload TEXT, -- canonical JSON; NULL once erased by order
	payload_hash TEXT NOT NULL, leaf TEXT NOT NULL,
	PRIMARY KEY (agency_id, seq)
);
CREATE INDEX ledger_entry_incident ON ledger_entry (incident_id, seq);

CREATE TABLE ledger_head (
	agency_id TEXT PRIMARY KEY, size BIGINT NOT NULL, root TEXT NOT NULL,
	peaks TEXT NOT NULL, -- roots of the perfect subtrees, largest first
	at_ms BIGINT NOT NULL, mono_ms BIGINT NOT NULL, boot_id TEXT NOT NULL
);

CREATE TABLE ledger_checkpoint (
	agency_id TEXT NOT NULL, size BIGINT NOT NULL, root TEXT NOT NULL,
	at_ms BIGINT NOT NULL, note TEXT NOT NULL, -- the signed note, C2SP tlog-checkpoint
	PRIMARY KEY (agency_id, size, at_ms)
);

-- ---- outside the ledger: secrets, sessions, machinery -----------------------

CREATE TABLE credential (
	account_id TEXT PRIMARY KEY, password_hash TEXT, totp_secret TEXT
);

CREATE TABLE session (
	token_hash TEXT PRIMARY KEY, id TEXT NOT NULL, account_id TEXT NOT NULL, csrf TEXT NOT NULL,
	created_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
	address TEXT, agent TEXT, lang TEXT
);
CREATE INDEX session_account ON session (account_id);

CREATE TABLE totp_used (account_id TEXT PRIMARY KEY, step BIGINT NOT NULL);

CREATE TABLE rate (
	name TEXT PRIMARY KEY, count BIGINT NOT NULL, started_at BIGINT NOT NULL
);

CREATE TABLE counter (
	agency_id TEXT NOT NULL, name TEXT NOT NULL, year BIGINT NOT NULL, value BIGINT NOT NULL,
	PRIMARY KEY (agency_id, name, year)
);

CREATE TABLE job (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, kind TEXT NOT NULL, args_json TEXT NOT NULL,
	key TEXT NOT NULL, due_at BIGINT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0,
	lease_owner TEXT, lease_until_at BIGINT, state TEXT NOT NULL, -- waiting done failed cancelled
	error TEXT, created_at BIGINT NOT NULL, UNIQUE (key)
);
CREATE INDEX job_due ON job (state, due_at);

CREATE TABLE outbox (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, incident_id TEXT, kind TEXT NOT NULL, -- mail webhook
	recipient TEXT NOT NULL, subject TEXT, body TEXT NOT NULL, key TEXT NOT NULL,
	attempts BIGINT NOT NULL DEFAULT 0, due_at BIGINT NOT NULL,
	lease_owner TEXT, lease_until_at BIGINT,
	state TEXT NOT NULL, -- waiting sending sent failed unknown
	error TEXT, created_at BIGINT NOT NULL, sent_at BIGINT, UNIQUE (key)
);
CREATE INDEX outbox_due ON outbox (state, due_at);

CREATE TABLE probe_run (
	probe_id TEXT PRIMARY KEY, ran_at BIGINT NOT NULL, next_at BIGINT NOT NULL,
	is_true BIGINT, detail TEXT, took_ms BIGINT, failures BIGINT NOT NULL DEFAULT 0
);
