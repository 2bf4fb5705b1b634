-- SPDX-License-Identifier: Apache-2.0
-- The law's clocks and papers.  Same rules as 0001.sql.  A column added to a projection has no
-- default: the image of an older row in the ledger does not have it.

ALTER TABLE agency ADD COLUMN fax TEXT;
ALTER TABLE agency ADD COLUMN member_code TEXT;     -- mã thành viên mạng lưới
ALTER TABLE agency ADD COLUMN duty_decree TEXT;     -- văn bản quy định chức năng, nhiệm vụ

ALTER TABLE incident ADD COLUMN personal_data TEXT; -- NULL: not known yet
	-- not_affected affected assessed notice_due notified subjects_notified recorded (model/personal.h)
ALTER TABLE incident ADD COLUMN personal_data_kinds TEXT; -- basic sensitive location biometric finance, by spaces
ALTER TABLE incident ADD COLUMN personal_data_suspected_at BIGINT; -- where the clock starts
ALTER TABLE incident ADD COLUMN personal_data_first_at BIGINT;   -- the first suspicion, as told
ALTER TABLE incident ADD COLUMN personal_data_grounds_at BIGINT; -- reasonable grounds, as told
ALTER TABLE incident ADD COLUMN personal_data_harm TEXT;         -- yes no unknown
ALTER TABLE incident ADD COLUMN personal_data_role TEXT;         -- controller processor
ALTER TABLE incident ADD COLUMN personal_data_subjects BIGINT;
ALTER TABLE incident ADD COLUMN personal_data_note TEXT;
ALTER TABLE incident ADD COLUMN is_national_process BIGINT;
ALTER TABLE incident ADD COLUMN report_triggers TEXT; -- all of the last score: immediate 24h 72h log_only
ALTER TABLE incident ADD COLUMN qd05_decision TEXT; -- the class decided outside; qd05_class is proposed
ALTER TABLE incident ADD COLUMN qd05_decision_document TEXT;
ALTER TABLE task ADD COLUMN incoming_id TEXT;       -- the order or warning it carries out

-- Mẫu số 08 NĐ 331/2026 and domain 9.2.
ALTER TABLE info_system ADD COLUMN approval_state TEXT;   -- drafting submitted appraised approved
ALTER TABLE info_system ADD COLUMN approval_document TEXT; -- số, ngày, cơ quan
ALTER TABLE info_system ADD COLUMN regulation_document TEXT;
ALTER TABLE info_system ADD COLUMN approval_expected_on TEXT; -- YYYY-MM-DD
ALTER TABLE info_system ADD COLUMN plan_state TEXT;       -- none partial full
ALTER TABLE info_system ADD COLUMN plan_expected_on TEXT;
ALTER TABLE info_system ADD COLUMN inspected TEXT;        -- before_use periodic, by a space
ALTER TABLE info_system ADD COLUMN inspected_on TEXT;
ALTER TABLE info_system ADD COLUMN technical_contact TEXT;
ALTER TABLE info_system ADD COLUMN leader_contact TEXT;
ALTER TABLE info_system ADD COLUMN hosting_provider TEXT;
ALTER TABLE info_system ADD COLUMN software_provider TEXT;
ALTER TABLE info_system ADD COLUMN contracts TEXT;
ALTER TABLE info_system ADD COLUMN log_days BIGINT;
ALTER TABLE info_system ADD COLUMN related_systems TEXT;

ALTER TABLE duty ADD COLUMN kind TEXT;        -- at_once within as_stated throughout none calendar
ALTER TABLE duty ADD COLUMN recipients TEXT;  -- role ids, by spaces
ALTER TABLE duty ADD COLUMN form TEXT;
ALTER TABLE duty ADD COLUMN period TEXT;      -- of a calendar duty: 2026, 2026-H1, 2026-11-22
ALTER TABLE duty ADD COLUMN period_from_at BIGINT;
ALTER TABLE duty ADD COLUMN period_to_at BIGINT;
ALTER TABLE duty ADD COLUMN key TEXT;         -- what is owed once: incident or period, profile, obligation
ALTER TABLE duty ADD COLUMN sent_at BIGINT;   -- when it went, as told; done_at: when that was entered
ALTER TABLE duty ADD COLUMN acknowledged_at BIGINT;
ALTER TABLE duty ADD COLUMN late_reason TEXT;
ALTER TABLE duty ADD COLUMN document_id TEXT; -- the paper that discharges it
ALTER TABLE duty ADD COLUMN reminded BIGINT; -- the last reminder, in percent or minutes
ALTER TABLE duty ADD COLUMN opened_at BIGINT;
ALTER TABLE duty ADD COLUMN decided_at BIGINT;   -- recorded decision: no notification needed
ALTER TABLE duty ADD COLUMN decided_by_id TEXT;
ALTER TABLE duty ADD COLUMN decision_doc TEXT;   -- number and date of the paper it stands in
ALTER TABLE duty ADD COLUMN proof TEXT;          -- of what was done without a document of Khiên
CREATE UNIQUE INDEX duty_key ON duty (agency_id, key);

CREATE TABLE regulation_switch ( -- a regulation the administrator turned off, or on again
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	regulation TEXT NOT NULL, is_off BIGINT NOT NULL, reason TEXT NOT NULL,
	switched_at BIGINT NOT NULL, by_id TEXT,
	UNIQUE (agency_id, regulation)
);

CREATE TABLE contact ( -- to whom a paper goes; none is shipped
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	role TEXT NOT NULL, -- system_owner national_coordinator provincial_ir_unit …, as in the regulation packs
	name TEXT NOT NULL, person TEXT, title TEXT, phone TEXT, mobile TEXT, phone_after_hours TEXT,
	fax TEXT, email TEXT, address TEXT, website TEXT, pgp TEXT, messengers TEXT, channel TEXT, -- eoffice hand fax mail phone post
	note TEXT, created_at BIGINT, changed_at BIGINT, retired_reason TEXT, verified_on TEXT, verified_how TEXT, verified_by_id TEXT,
	is_retired BIGINT NOT NULL DEFAULT 0, is_sample BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX contact_role ON contact (agency_id, role);

CREATE TABLE document (
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	number TEXT NOT NULL, -- Khiên's own: VB-2026-0007
	incident_id TEXT, form TEXT NOT NULL, form_version BIGINT NOT NULL,
	variant TEXT, -- of a form that has several: leaders divisions staff, or cong-van e-mail sms
	title TEXT NOT NULL, state TEXT NOT NULL, -- draft submitted approved numbered issued recalled replaced
	basis TEXT, -- regulation id and the article it was made under
	values_json TEXT NOT NULL, -- of the newest version
	edition BIGINT NOT NULL DEFAULT 1, -- of document_edition
	made_at BIGINT NOT NULL, made_by_id TEXT, updated_at BIGINT NOT NULL,
	period_from_at BIGINT, period_to_at BIGINT,
	doc_number TEXT, doc_date TEXT, eoffice_id TEXT, -- from the clerk's register
	signer_name TEXT, signer_title TEXT, authority TEXT, -- KT TL TUQ, empty: the head
	urgency TEXT, cover_id TEXT, -- the cover under which a form goes
	doc_symbol TEXT, -- after the number: BC-STC
	recipients TEXT, distribution TEXT, -- Kính gửi, Nơi nhận: one a line
	replaces_id TEXT, reason TEXT, signed_evidence_id TEXT, -- the returned signed file: *the* document
	signed_sha256 TEXT, signed_name TEXT, signed_size BIGINT, signed_at BIGINT, -- in the blob store
	approved_by TEXT, approved_at BIGINT, issued_at BIGINT,
	is_sample BIGINT NOT NULL DEFAULT 0,
	UNIQUE (agency_id, number)
);
CREATE INDEX document_incident ON document (incident_id);
CREATE INDEX document_state ON document (agency_id, state, updated_at);
CREATE INDEX document_form ON document (agency_id, form, state);
CREATE INDEX document_cover ON document (cover_id);
CREATE INDEX document_replaces ON document (replaces_id);
CREATE INDEX document_doc_number ON document (agency_id, doc_number);

CREATE TABLE document_edition ( -- every saved text of a document
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	document_id TEXT NOT NULL, incident_id TEXT, edition BIGINT NOT NULL,
	values_json TEXT NOT NULL, saved_at BIGINT NOT NULL, by_id TEXT, note TEXT,
	frozen_json TEXT, -- form and facts as they were when it left draft: it prints the same for ever
	UNIQUE (document_id, edition)
);

CREATE TABLE document_duty ( -- one paper may discharge several duties
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	document_id TEXT NOT NULL, duty_id TEXT NOT NULL, incident_id TEXT,
	UNIQUE (document_id, duty_id)
);
CREATE INDEX document_duty_duty ON document_duty (duty_id);

CREATE TABLE dispatch ( -- one way out to one recipient
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	document_id TEXT NOT NULL, incident_id TEXT, contact_id TEXT, role TEXT, recipient TEXT NOT NULL,
	channel TEXT NOT NULL, -- eoffice hand fax mail post phone
	address TEXT, state TEXT NOT NULL, -- sending sent failed unknown
	sent_at BIGINT, entered_at BIGINT NOT NULL, proof TEXT, proof_evidence_id TEXT, outbox_id TEXT,
	acknowledged_at BIGINT, acknowledged_how TEXT, chased_at BIGINT, chase_note TEXT, error TEXT,
	proof_sha256 TEXT, proof_name TEXT, by_id TEXT
);
CREATE INDEX dispatch_document ON dispatch (document_id);
CREATE INDEX dispatch_sending ON dispatch (outbox_id) WHERE state IN ('sending', 'unknown');
CREATE INDEX dispatch_outbox ON dispatch (outbox_id);

CREATE TABLE incoming ( -- orders, requests and warnings from authorities
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	number TEXT NOT NULL, kind TEXT NOT NULL, -- order request warning decision answer
	incident_id TEXT, issuer TEXT NOT NULL, doc_number TEXT, doc_date TEXT, basis TEXT,
	content TEXT NOT NULL, systems TEXT, actions TEXT, answer_how TEXT, urgency TEXT,
	due_at BIGINT, received_at BIGINT NOT NULL, entered_at BIGINT NOT NULL, receiver TEXT,
	state TEXT NOT NULL, -- received verified rejected answered
	verified_at BIGINT, verified_how TEXT, verified_by_id TEXT, verified_note TEXT, contact_id TEXT,
	result TEXT, answered_at BIGINT, answered_by TEXT, document_id TEXT, reason TEXT, evidence_id TEXT,
	UNIQUE (agency_id, number)
);
CREATE INDEX incoming_incident ON incoming (incident_id);
CREATE INDEX incoming_open ON incoming (agency_id, due_at) WHERE state IN ('received', 'verified');

CREATE TABLE escalation ( -- asking others for help; region E
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	incident_id TEXT NOT NULL, target TEXT NOT NULL, -- provincial_csirt national_coordinator provider isp other
	organisation TEXT, is_foreign BIGINT NOT NULL DEFAULT 0,
	state TEXT NOT NULL, -- suggested declined withdrawn requested accepted supported refused released
	triggers TEXT, contact_id TEXT, requested_by_id TEXT, refused_at BIGINT,
	reason TEXT, person TEXT, phone TEXT, suggested_at BIGINT, requested_at BIGINT, accepted_at BIGINT,
	supported_at BIGINT, released_at BIGINT, note TEXT, document_id TEXT
);
CREATE INDEX escalation_incident ON escalation (incident_id);
CREATE INDEX escalation_suggested ON escalation (agency_id, suggested_at) WHERE state = 'suggested';
CREATE INDEX task_incoming ON task (incoming_id) WHERE incoming_id IS NOT NULL;

CREATE TABLE playbook_text ( -- what was edited in the browser; it stands before the shipped file
	id TEXT PRIMARY KEY, agency_id TEXT NOT NULL, version BIGINT NOT NULL,
	playbook TEXT NOT NULL, playbook_version BIGINT NOT NULL, yaml TEXT NOT NULL, note TEXT,
	saved_at BIGINT NOT NULL, by_id TEXT, state TEXT NOT NULL, -- draft in_force replaced withdrawn
	in_force_at BIGINT, withdrawn_at BIGINT, reason TEXT, -- it governs from the one to the other
	UNIQUE (agency_id, playbook, playbook_version)
);

-- Each index is one more page in every commit: of three over the reports that wait, one; none for
-- what is mostly empty.
DROP INDEX report_waiting;
DROP INDEX report_urgent;
DROP INDEX report_inbox;
CREATE INDEX report_inbox ON report (agency_id, urgency, told_at, incident_id) WHERE taken_at IS NULL;
DROP INDEX report_idempotency;
CREATE UNIQUE INDEX report_idempotency ON report (agency_id, idempotency_key)
	WHERE idempotency_key IS NOT NULL;
DROP INDEX incident_lead;
CREATE INDEX incident_lead ON incident (lead_id) WHERE lead_id IS NOT NULL;
DROP INDEX duty_due;
