/* SPDX-License-Identifier: Apache-2.0 */
#include "app/setting.h"

#include "app/app.h"
#include "app/change.h"

const struct setting settings[] = {
	{ "notify.escalate_minutes", SETTING_INT, 1, 1440, "10" },
	{ "alert.quiet_minutes", SETTING_INT, 1, 10080, "240" },
	{ "watch.hours", SETTING_INT, 1, 720, "72" },
	{ "probe.interval_s", SETTING_INT, 30, 86400, "300" },
	{ "direction.hours", SETTING_INT, 1, 720, "24" },
	{ "mail.morning", SETTING_CLOCK, 0, 5, "07:30" },
	{ "mail.url", SETTING_TEXT, 0, 200, "" },
	{ "mail.user", SETTING_TEXT, 0, 200, "" },
	{ "mail.password", SETTING_SECRET, 0, 200, "" },
	{ "mail.from", SETTING_TEXT, 0, 200, "" },
	{ "webhook.url", SETTING_TEXT, 0, 500, "" },
	{ "webhook.secret", SETTING_SECRET, 0, 200, "" },
	{ "totp.roles", SETTING_ROLES, 0, 200, "" },
	{ "public.url", SETTING_TEXT, 0, 200, "" },
	{ "checkpoint.hours", SETTING_INT, 1, 720, "24" },
	{ "checkpoint.mail", SETTING_TEXT, 0, 200, "" },
	{ "document.unit", SETTING_TEXT, 0, 60, "VP" },
	{ "document.authorities", SETTING_TEXT, 0, 60, "KT" },
};
const size_t settings_count = ARRAY_LEN(settings);

const struct setting *
setting_get(const char *name)
{
	for (size_t i = 0; i < settings_count; i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

const char *
setting_read(struct tx *tx, struct arena *arena, const char *agency_id, const char *name)
{
	const struct setting *setting = setting_get(name);
	const char *value = tx_text(tx, arena,
	    "SELECT value FROM setting WHERE agency_id = ? AND name = ?", "tt", agency_id, name);

	if (value != NULL)
		return value;
	return setting == NULL ? "" : setting->value;
}

const char *
setting_text(struct call *call, const char *name)
{
	return setting_read(call->tx, call->arena, call->agency_id, name);
}

int64_t
setting_int(struct call *call, const char *name)
{
	return strtoll(setting_text(call, name), NULL, 10);
}
