/* SPDX-License-Identifier: Apache-2.0 */
#include "model/right.h"

#define BASE (RIGHT_SELF)

const struct role roles[] = {
	{ "netadmin", BASE | RIGHT_READ | RIGHT_HANDLE | RIGHT_INSPECT | RIGHT_ADMIN | RIGHT_INTAKE, SEES_OPEN },
	{ "substitute", BASE | RIGHT_READ | RIGHT_HANDLE | RIGHT_INSPECT | RIGHT_INTAKE, SEES_OPEN },
	{ "director", BASE | RIGHT_READ | RIGHT_DIRECT | RIGHT_INSPECT, SEES_EVERYTHING },
	{ "deputy_director", BASE | RIGHT_READ | RIGHT_DIRECT | RIGHT_INSPECT, SEES_EVERYTHING },
	{ "office_chief", BASE | RIGHT_READ | RIGHT_HANDLE, SEES_OPEN },
	{ "office", BASE, SEES_NOTHING },
	{ "division_head", BASE | RIGHT_READ, SEES_DIVISION },
	{ "registry_clerk", BASE | RIGHT_REGISTER, SEES_NOTHING },
	{ "inspector", BASE | RIGHT_READ | RIGHT_INSPECT, SEES_OPEN },
	{ "staff", BASE, SEES_NOTHING },
};
const size_t roles_count = ARRAY_LEN(roles);

const struct right_name right_names[] = {
	{ RIGHT_SELF, "self" },
	{ RIGHT_READ, "read" },
	{ RIGHT_HANDLE, "handle" },
	{ RIGHT_DIRECT, "direct" },
	{ RIGHT_INSPECT, "inspect" },
	{ RIGHT_ADMIN, "admin" },
	{ RIGHT_REGISTER, "register" },
	{ RIGHT_INTAKE, "alert_intake" },
	{ RIGHT_LOCAL, "local" },
};
const size_t right_names_count = ARRAY_LEN(right_names);

const struct role *
role_get(const char *id)
{
	for (size_t i = 0; i < roles_count; i++)
		if (strcmp(roles[i].id, id) == 0)
			return &roles[i];
	return NULL;
}

unsigned
rights_of(const char *list, enum sees *ret_sees)
{
	enum sees sees = SEES_NOTHING;
	unsigned rights = 0;

	for (size_t i = 0; i < roles_count; i++) {
		size_t len = strlen(roles[i].id);

		for (const char *p = list; (p = strstr(p, roles[i].id)) != NULL; p += len) {
			if ((p != list && p[-1] != ' ') || (p[len] != '\0' && p[len] != ' '))
				continue;
			rights |= roles[i].rights;
			if (roles[i].sees > sees)
				sees = roles[i].sees;
		}
	}
	*ret_sees = sees;
	return rights;
}
