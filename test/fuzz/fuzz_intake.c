/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alerts of other programs: what is read fits what alert_take() promises to take, and nothing
 * else comes through.  The first byte chooses the shape.
 */
#include <assert.h>

#include "app/intake.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1795400000000)

static void
check_text(const char *text, size_t max)
{
	if (text == NULL)
		return;
	assert(*text != '\0' && strlen(text) <= max && utf8_valid(text, strlen(text)));
	for (const char *p = text; *p != '\0'; p++)
		assert((unsigned char)*p >= 0x20 && *p != 0x7f);
}

static void
check_json(const char *text, enum json_kind kind, size_t max)
{
	struct json *value = NULL;
	int ret;

	if (text == NULL)
		return;
	ret = json_parse(text, strlen(text), &value, NULL);
	assert(ret == 0 && json_kind(value) == kind && strlen(text) <= max);
	json_free(value);
}

static void
check_alert(const struct alert_in *in)
{
	assert(in->source != NULL && in->source_ref != NULL && in->title != NULL);
	check_text(in->source, 60);
	check_text(in->source_ref, 200);
	check_text(in->title, 303);
	assert(in->level == NULL || alert_rank(in->level) >= 0);
	assert(in->first_at == SQL_NULL || in->last_at == SQL_NULL || in->first_at <= in->last_at);
	assert(in->last_at == SQL_NULL || (in->last_at >= 0 && in->last_at <= NOW + 300000));
	assert(in->observables_count <= ALERT_OBSERVABLES_MAX && in->incident_id == NULL);
	check_json(in->detail_json, JSON_KIND_OBJECT, ALERT_DETAIL_MAX);
	check_json(in->tags_json, JSON_KIND_ARRAY, 8000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct err err = { 0 };
	struct intake intake;
	const char *body;
	int ret;

	/* The server lets only text this far. */
	if (size < 2 || !utf8_valid((const char *)data + 1, size - 1))
		return 0;
	body = arena_strndup(&arena, (const char *)data + 1, size - 1);
	ret = intake_read(&arena, (enum intake_shape)(data[0] % 5), body, NOW, &intake, &err);
	assert((ret == 0) == (err.kind == ERR_NONE) && intake.alerts <= INTAKE_ALERTS_MAX);
	if (ret == 0)
		for (size_t i = 0; i < intake.alerts; i++)
			check_alert(&intake.alert[i]);
	intake_clear(&intake);
	err_clear(&err);
	arena_clear(&arena);
	return 0;
}
