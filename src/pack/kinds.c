/* SPDX-License-Identifier: Apache-2.0 */
#include "pack/kinds.h"

#include "pack/bodies_part.h"
#include "pack/cond.h"
#include "pack/form_part.h"
#include "pack/grounds_part.h"
#include "pack/pipeline_part.h"
#include "pack/style.h"
#include "pack/table.h"

#define DAY_MS INT64_C(86400000)

const char *const pack_certainties[] = { "verified", "secondary", "memory", "proposal", NULL };
static const char *const roles[] = { "netadmin", "substitute", "office_chief", "division_head",
	"director", "registry_clerk", "staff", NULL };
static const char *const probes[] = { "tcp_closed", "tcp_open", "http_status", "http_text",
	"person", NULL };
static const char *const powers[] = { "isolate_keep_power", "power_off", "ask", NULL };
static const char *const type_lists[] = { "A", "B", "N", NULL };
static const char *const type_groups[] = { "atk", "sys", "hum", "nat", "own", NULL };
static const char *const part_kinds[] = { "yes_no", "choice", "choices", "number", NULL };
static const char *const prefills[] = { "system.level", "system.core", NULL };
static const char *const clocks[] = { "detected", "received", "beyond_capability",
	"response_ended", "personal_data_suspected", "triggered", NULL };
static const char *const due_kinds[] = { "at_once", "within", "as_stated", "throughout", "none",
	NULL };
static const char *const due_units[] = { "m", "h", "d", "w", NULL };
static const char *const periods[] = { "day", "week", "half_year", "year", "two_years", NULL };
static const char *const triggers[] = { "staff_notice", "notice_received", "incident_detected",
	"handled_after_notice", "beyond_capability", "beyond_capability_running",
	"response_ended_after_report", "maybe_serious", "out_of_control", "contact_changed",
	"coordination_request", "security_or_interruption", "serious_incident", "report_open",
	"serious_incident_closed", "personal_data_breach", "sensitive_finance_data",
	"location_biometric_data", "processor_breach", "calendar", NULL };
static const char *const form_states[] = { "official", "pending", "interim", "none", NULL };
const char *const pack_recipients[] = { "system_owner", "national_coordinator",
	"provincial_ir_unit", "ir_network_member", "provincial_csirt", "provincial_steering",
	"cyber_authority", "provincial_police", "data_protection_authority", "data_subject",
	"data_controller", "notifier", "notice_recipients", "requester", "netadmin", "director",
	"office", "ministry", "internal", NULL };
static const char *const holiday_kinds[] = { "off", "working", NULL };

static const struct schema_field probe_fields[] = {
	{ "kind", FIELD_CHOICE, REQ, AT(pack_probe, kind), .choices = probes },
	{ "hint", FIELD_TEXT, REQ, AT(pack_probe, hint) },
	{ 0 },
};
static const struct schema probe_schema = { probe_fields, NO_PLACE(pack_probe) };

static const struct schema_field step_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_step, id) },
	{ "text", FIELD_TEXT, REQ, AT(pack_step, text) },
	{ "why", FIELD_TEXT, 0, AT(pack_step, why) },
	{ "role", FIELD_CHOICE, REQ, AT(pack_step, role), .choices = roles },
	{ "mandatory", FIELD_BOOL, FULL, AT(pack_step, mandatory) },
	{ "max_minutes", FIELD_INT, FULL, AT(pack_step, max_minutes), .min = 1, .max = 43200 },
	{ "needs_approval", FIELD_BOOL, FULL, AT(pack_step, needs_approval) },
	{ "produces_evidence", FIELD_BOOL, FULL, AT(pack_step, produces_evidence) },
	{ "reversible", FIELD_BOOL, FULL, AT(pack_step, reversible) },
	{ "undo_text", FIELD_TEXT, FULL, AT(pack_step, undo_text) },
	{ "probe", FIELD_STRUCT, 0, AT(pack_step, probe), .sub = &probe_schema },
	{ 0 },
};
static const struct schema step_schema = { step_fields, PLACE(pack_step) };

static const struct schema_field power_fields[] = {
	{ "action", FIELD_CHOICE, REQ, AT(pack_power, action), .choices = powers },
	{ "why", FIELD_TEXT, BOTH, AT(pack_power, why) },
	{ 0 },
};
static const struct schema power_schema = { power_fields, NO_PLACE(pack_power) };

#define STEPS(name, phase)                                                                \
	{ name, FIELD_LIST, FULL | FIELD_UNIQUE, AT(pack_playbook, step[phase]),          \
		.count_offset = offsetof(struct pack_playbook, steps[phase]),             \
		.sub = &step_schema, .max = 40 }

static const struct schema_field playbook_fields[] = {
	PACK_FIELDS,
	{ "code", FIELD_ID, REQ, AT(pack_playbook, code) },
	{ "scenario", FIELD_ID, REQ, AT(pack_playbook, scenario) },
	{ "types", FIELD_IDS, 0, LIST_AT(pack_playbook, types),
	    .place_offset = offsetof(struct pack_playbook, types_line) },
	{ "fallback", FIELD_BOOL, 0, AT(pack_playbook, fallback) },
	{ "applies_to", FIELD_IDS, FULL, LIST_AT(pack_playbook, applies_to) },
	{ "power_action", FIELD_STRUCT, FULL, AT(pack_playbook, power), .sub = &power_schema },
	{ "signs", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, signs) },
	{ "do_now_staff", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, do_now_staff), .max = 7 },
	{ "do_not_staff", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, do_not_staff), .max = 7 },
	STEPS("priority_steps", PHASE_PRIORITY),
	STEPS("identify", PHASE_IDENTIFY),
	STEPS("contain", PHASE_CONTAIN),
	STEPS("eradicate", PHASE_ERADICATE),
	STEPS("recover", PHASE_RECOVER),
	STEPS("validate", PHASE_VALIDATE),
	{ "evidence", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, evidence) },
	{ "notify_extra", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, notify_extra) },
	{ "escalation_triggers", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, escalation_triggers) },
	{ "forms", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, forms) },
	{ "drill_ref", FIELD_TEXT, FULL, AT(pack_playbook, drill_ref) },
	{ "sources", FIELD_TEXTS, FULL, LIST_AT(pack_playbook, sources) },
	{ 0 },
};

static const struct schema_field type_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_type, id) },
	{ "list", FIELD_CHOICE, REQ, AT(pack_type, list), .choices = type_lists },
	{ "row", FIELD_INT, 0, AT(pack_type, row), .min = 1, .max = 99 },
	{ "group", FIELD_CHOICE, REQ, AT(pack_type, group), .choices = type_groups },
	{ "title", FIELD_TEXT, BOTH, AT(pack_type, title) },
	{ 0 },
};
static const struct schema type_schema = { type_fields, PLACE(pack_type) };
static const struct schema_field types_fields[] = {
	PACK_FIELDS,
	{ "types", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_types, type, types),
	    .sub = &type_schema },
	{ 0 },
};

static const struct schema_field choice_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_choice, id) },
	{ "text", FIELD_TEXT, BOTH, AT(pack_choice, text) },
	{ 0 },
};
static const struct schema choice_schema = { choice_fields, NO_PLACE(pack_choice) };
static const struct schema_field part_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_part, id) },
	{ "kind", FIELD_CHOICE, REQ, AT(pack_part, kind), .choices = part_kinds },
	{ "text", FIELD_TEXT, BOTH, AT(pack_part, text) },
	{ "choices", FIELD_LIST, FIELD_UNIQUE, ARRAY_AT(pack_part, choice, choices),
	    .sub = &choice_schema, .max = 40 },
	{ "unit", FIELD_TEXT, FIELD_BOTH, AT(pack_part, unit) },
	{ "min", FIELD_LONG, 0, AT(pack_part, min), .min = 0, .max = 1000000000 },
	{ "max", FIELD_LONG, 0, AT(pack_part, max), .min = 0, .max = 1000000000 },
	{ "prefill", FIELD_CHOICE, 0, AT(pack_part, prefill), .choices = prefills },
	{ "only_if", FIELD_ID, 0, AT(pack_part, only_if) },
	{ "only_value", FIELD_ID, 0, AT(pack_part, only_value) },
	{ 0 },
};
static const struct schema part_schema = { part_fields, PLACE(pack_part) };
static const struct schema_field question_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_question, id) },
	{ "text", FIELD_TEXT, BOTH, AT(pack_question, text) },
	{ "help", FIELD_TEXT, FIELD_BOTH, AT(pack_question, help) },
	{ "parts", FIELD_LIST, REQ, ARRAY_AT(pack_question, part, parts), .sub = &part_schema,
	    .max = 6 },
	{ 0 },
};
static const struct schema question_schema = { question_fields, PLACE(pack_question) };
static const struct schema_field questions_fields[] = {
	PACK_FIELDS,
	{ "unknown", FIELD_TEXT, BOTH, AT(pack_questions, unknown) },
	{ "questions", FIELD_LIST, REQ | FIELD_UNIQUE,
	    ARRAY_AT(pack_questions, question, questions), .sub = &question_schema,
	    .max = PACK_QUESTIONS_MAX },
	{ 0 },
};

static const struct schema_field threshold_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_threshold, id) },
	{ "value", FIELD_INT, REQ, AT(pack_threshold, value), .min = 0, .max = 1000000000 },
	{ "text", FIELD_TEXT, BOTH, AT(pack_threshold, text) },
	{ 0 },
};
static const struct schema threshold_schema = { threshold_fields, PLACE(pack_threshold) };
static const struct schema_field level_fields[] = {
	{ "level", FIELD_INT, REQ, AT(pack_level, level), .min = 1, .max = 4 },
	{ "title", FIELD_TEXT, BOTH, AT(pack_level, title) },
	{ "criteria", FIELD_TEXT, BOTH, AT(pack_level, criteria) },
	{ "target", FIELD_TEXT, BOTH, AT(pack_level, target) },
	{ "classify_minutes", FIELD_INT, 0, AT(pack_level, classify_minutes), .max = 43200 },
	{ "director_minutes", FIELD_INT, 0, AT(pack_level, director_minutes), .max = 43200 },
	{ 0 },
};
static const struct schema level_schema = { level_fields, PLACE(pack_level) };
static const struct schema_field rule_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_rule, id) },
	{ "value", FIELD_ID, REQ, AT(pack_rule, value) },
	{ "when", FIELD_CUSTOM, REQ, AT(pack_rule, when), .read = cond_read },
	{ "doubt", FIELD_BOOL, FIELD_TRUE, AT(pack_rule, doubt) },
	{ "because", FIELD_TEXT, BOTH, AT(pack_rule, because) },
	{ 0 },
};
static const struct schema rule_schema = { rule_fields, PLACE(pack_rule) };
static const struct schema_field group_fields[] = {
	{ "otherwise", FIELD_ID, 0, AT(pack_group, otherwise) },
	{ "because", FIELD_TEXT, BOTH, AT(pack_group, because) },
	{ "rules", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_group, rule, rules),
	    .sub = &rule_schema, .max = 100 },
	{ 0 },
};
static const struct schema group_schema = { group_fields, PLACE(pack_group) };
static const struct schema_field severity_fields[] = {
	PACK_FIELDS,
	{ "doubt", FIELD_TEXT, BOTH, AT(pack_severity, doubt) },
	{ "thresholds", FIELD_LIST, REQ | FIELD_UNIQUE,
	    ARRAY_AT(pack_severity, threshold, thresholds), .sub = &threshold_schema, .max = 50 },
	{ "levels", FIELD_LIST, REQ, ARRAY_AT(pack_severity, level, levels), .sub = &level_schema,
	    .min = 4, .max = 4 },
	{ "type", FIELD_STRUCT, REQ, AT(pack_severity, type_rules), .sub = &group_schema },
	{ "beyond", FIELD_STRUCT, REQ, AT(pack_severity, beyond_rules), .sub = &group_schema },
	{ "level", FIELD_STRUCT, REQ, AT(pack_severity, level_rules), .sub = &group_schema },
	{ "class", FIELD_STRUCT, REQ, AT(pack_severity, class_rules), .sub = &group_schema },
	{ "report", FIELD_STRUCT, REQ, AT(pack_severity, report_rules), .sub = &group_schema },
	{ 0 },
};

static const struct schema_field symptom_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_symptom, id) },
	{ "icon", FIELD_ID, REQ, AT(pack_symptom, icon) },
	{ "title", FIELD_TEXT, BOTH, AT(pack_symptom, title) },
	{ "plain", FIELD_TEXT, BOTH, AT(pack_symptom, plain) },
	{ "playbook", FIELD_ID, REQ, AT(pack_symptom, playbook) },
	{ "type", FIELD_ID, 0, AT(pack_symptom, type) },
	{ "rank", FIELD_INT, REQ, AT(pack_symptom, rank), .min = 1, .max = 99 },
	{ "ask", FIELD_LIST, FIELD_UNIQUE, ARRAY_AT(pack_symptom, ask, asks),
	    .sub = &choice_schema, .max = 4 },
	{ 0 },
};
static const struct schema symptom_schema = { symptom_fields, PLACE(pack_symptom) };
static const struct schema_field symptoms_fields[] = {
	PACK_FIELDS,
	{ "symptoms", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_symptoms, symptom, symptoms),
	    .sub = &symptom_schema, .max = 30 },
	{ 0 },
};

static const struct schema_field due_fields[] = {
	{ "clock", FIELD_CHOICE, REQ, AT(pack_due, clock), .choices = clocks },
	{ "kind", FIELD_CHOICE, REQ, AT(pack_due, kind), .choices = due_kinds },
	{ "count", FIELD_INT, 0, AT(pack_due, count), .min = 1, .max = 10000 },
	{ "unit", FIELD_CHOICE, 0, AT(pack_due, unit), .choices = due_units },
	{ 0 },
};
static const struct schema due_schema = { due_fields, NO_PLACE(pack_due) };
static const struct schema_field calendar_fields[] = {
	{ "every", FIELD_CHOICE, REQ, AT(pack_calendar, every), .choices = periods },
	{ "before", FIELD_MONTHDAY, 0, AT(pack_calendar, before) },
	{ 0 },
};
static const struct schema calendar_schema = { calendar_fields, NO_PLACE(pack_calendar) };
static const struct schema_field obligation_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_obligation, id) },
	{ "trigger", FIELD_CHOICE, REQ, AT(pack_obligation, trigger), .choices = triggers },
	{ "provisional", FIELD_BOOL, 0, AT(pack_obligation, provisional) },
	{ "members_only", FIELD_BOOL, 0, AT(pack_obligation, members_only) },
	{ "owners_only", FIELD_BOOL, 0, AT(pack_obligation, owners_only) },
	{ "level_from", FIELD_INT, 0, AT(pack_obligation, level_from), .min = 1, .max = 5 },
	{ "level_to", FIELD_INT, 0, AT(pack_obligation, level_to), .min = 1, .max = 5 },
	{ "due", FIELD_STRUCT, 0, AT(pack_obligation, due), .sub = &due_schema },
	{ "calendar", FIELD_STRUCT, 0, AT(pack_obligation, calendar), .sub = &calendar_schema },
	{ "what", FIELD_TEXT, BOTH, AT(pack_obligation, what) },
	{ "recipients", FIELD_IDS, REQ, LIST_AT(pack_obligation, recipients),
	    .choices = pack_recipients },
	{ "recipients_others", FIELD_IDS, 0, LIST_AT(pack_obligation, recipients_others),
	    .choices = pack_recipients },
	{ "channel", FIELD_TEXT, FIELD_BOTH, AT(pack_obligation, channel) },
	{ "form", FIELD_ID, 0, AT(pack_obligation, form) },
	{ "form_state", FIELD_CHOICE, REQ, AT(pack_obligation, form_state),
	    .choices = form_states },
	{ "basis", FIELD_STRING, REQ, AT(pack_obligation, basis) },
	{ "certainty", FIELD_CHOICE, REQ, AT(pack_obligation, certainty), .choices = pack_certainties },
	{ "note", FIELD_TEXT, FIELD_BOTH, AT(pack_obligation, note) },
	{ 0 },
};
static const struct schema obligation_schema = { obligation_fields, PLACE(pack_obligation) };
static const struct schema_field regulation_fields[] = {
	PACK_FIELDS,
	{ "citation", FIELD_TEXT, 0, AT(pack_regulation, citation) },
	{ "replaced_by", FIELD_ID, 0, AT(pack_regulation, replaced_by) },
	{ "instrument", FIELD_ID, 0, AT(pack_regulation, instrument) },
	{ "obligations", FIELD_LIST, FIELD_UNIQUE,
	    ARRAY_AT(pack_regulation, obligation, obligations), .sub = &obligation_schema },
	{ 0 },
};

static const struct schema_field check_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_check, id) },
	{ "group", FIELD_ID, REQ, AT(pack_check, group) },
	{ "text", FIELD_TEXT, BOTH, AT(pack_check, text) },
	{ "how", FIELD_TEXT, FULL, AT(pack_check, how) },
	{ "role", FIELD_CHOICE, REQ, AT(pack_check, role), .choices = roles },
	{ "mandatory", FIELD_BOOL, REQ, AT(pack_check, mandatory) },
	{ "probe", FIELD_STRUCT, 0, AT(pack_check, probe), .sub = &probe_schema },
	{ 0 },
};
static const struct schema check_schema = { check_fields, PLACE(pack_check) };
static const struct schema_field check_group_fields[] = {
	{ "id", FIELD_ID, REQ, AT(pack_check_group, id) },
	{ "title", FIELD_TEXT, BOTH, AT(pack_check_group, title) },
	{ 0 },
};
static const struct schema check_group_schema = { check_group_fields, NO_PLACE(pack_check_group) };
static const struct schema_field checklist_fields[] = {
	PACK_FIELDS,
	{ "groups", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_checklist, group, groups),
	    .sub = &check_group_schema, .max = 40 },
	{ "checks", FIELD_LIST, REQ | FIELD_UNIQUE, ARRAY_AT(pack_checklist, check, checks),
	    .sub = &check_schema, .max = 200 },
	{ 0 },
};

static const struct schema_field holiday_fields[] = {
	{ "date", FIELD_DATE, REQ, AT(pack_holiday, date_ms) },
	{ "kind", FIELD_CHOICE, REQ, AT(pack_holiday, kind), .choices = holiday_kinds },
	{ "title", FIELD_TEXT, BOTH, AT(pack_holiday, title) },
	{ "certainty", FIELD_CHOICE, REQ, AT(pack_holiday, certainty), .choices = pack_certainties },
	{ 0 },
};
static const struct schema holiday_schema = { holiday_fields, PLACE(pack_holiday) };
static const struct schema_field holidays_fields[] = {
	PACK_FIELDS,
	{ "days", FIELD_LIST, REQ, ARRAY_AT(pack_holidays, day, days), .sub = &holiday_schema },
	{ 0 },
};

static const struct {
	const char *name;
	struct schema schema;
} kinds[KINDS] = {
	[KIND_PLAYBOOK] = { "playbook", { playbook_fields, PACK_PLACE(pack_playbook) } },
	[KIND_TYPES] = { "types", { types_fields, PACK_PLACE(pack_types) } },
	[KIND_QUESTIONS] = { "questions", { questions_fields, PACK_PLACE(pack_questions) } },
	[KIND_SEVERITY] = { "severity", { severity_fields, PACK_PLACE(pack_severity) } },
	[KIND_SYMPTOMS] = { "symptoms", { symptoms_fields, PACK_PLACE(pack_symptoms) } },
	[KIND_REGULATION] = { "regulation", { regulation_fields, PACK_PLACE(pack_regulation) } },
	[KIND_CHECKLIST] = { "checklist", { checklist_fields, PACK_PLACE(pack_checklist) } },
	[KIND_BODIES] = { "bodies", { bodies_fields, PACK_PLACE(pack_bodies) } },
	[KIND_PIPELINE] = { "pipeline", { pipeline_fields, PACK_PLACE(pack_pipeline) } },
	[KIND_HOLIDAYS] = { "holidays", { holidays_fields, PACK_PLACE(pack_holidays) } },
	[KIND_FORM] = { "form", { pack_form_fields, PACK_PLACE(pack_form) } },
	[KIND_GROUNDS] = { "grounds", { pack_grounds_fields, PACK_PLACE(pack_grounds) } },
	[KIND_STYLE] = { "style", { pack_style_fields, PACK_PLACE(pack_style) } },
};

const char *
kind_name(enum pack_kind kind)
{
	return kinds[kind].name;
}

int
kind_find(const char *name, const char **ret_near)
{
	const char *names[KINDS + 1] = { NULL };

	for (int k = 0; k < KINDS; k++) {
		names[k] = kinds[k].name;
		if (strcmp(name, names[k]) == 0)
			return k;
	}
	*ret_near = schema_nearest(name, names);
	return -1;
}

/* Whoever prints a form gets the file itself, so that both read the same. */
static void
keep_text(struct schema_read *r, enum pack_kind kind, struct pack *pack)
{
	const char *text = r->text == NULL ? "" : arena_strndup(r->arena, r->text, r->text_len);

	if (kind == KIND_FORM)
		((struct pack_form *)(void *)pack)->text_yaml = text;
	else
		((struct pack_style *)(void *)pack)->text_yaml = text;
}

struct pack *
kind_read(struct schema_read *r, enum pack_kind kind, const struct yaml_node *node)
{
	struct pack *pack = arena_alloc(r->arena, kinds[kind].schema.size);

	pack->from_ms = INT64_MIN;
	pack->to_ms = INT64_MAX;
	schema_fill(r, node, &kinds[kind].schema, pack);
	if (pack->to_ms < pack->from_ms)
		schema_fault(r, yaml_get(node, "valid_to")->line, yaml_get(node, "valid_to")->column,
		    "pack.reversed", "valid_to", NULL, NULL, NULL, NULL);
	if (pack->to_ms != INT64_MAX)
		pack->to_ms += DAY_MS; /* the last day counts whole */
	pack->file = r->file;
	if (kind == KIND_FORM || kind == KIND_STYLE)
		keep_text(r, kind, pack);
	if (kind == KIND_FORM)
		form_check(r, (const struct pack_form *)(const void *)pack);
	return pack;
}

int
kind_parse(struct arena *arena, enum pack_kind kind, const char *data, size_t len,
    const char *name, const struct pack **ret, struct err *err)
{
	struct arena tree = ARENA_INIT;
	struct yaml_stream s = { NULL, 0 };
	struct err first = { 0 };
	struct schema_read r = { .arena = arena, .file = name, .fn = schema_keep_first,
		.user = &first };
	int failed = yaml_parse(&tree, data, len, name, &s, &first);

	if (failed == 0 && s.count != 1)
		schema_fault(&r, 1, 1, "pack.documents", NULL, NULL, NULL, NULL, NULL);
	else if (failed == 0)
		*ret = kind_read(&r, kind, s.doc[0]);
	arena_clear(&tree);
	if (failed == 0 && r.faults == 0)
		return 0;
	if (err != NULL && err->kind == ERR_NONE)
		*err = first;
	return first.kind;
}
