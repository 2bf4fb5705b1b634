/* SPDX-License-Identifier: Apache-2.0 */
#include "model/contact.h"

#include <stdio.h>

const char *const contact_roles[] = { "system_owner", "national_coordinator", "provincial_ir_unit",
	"ir_network_member", "provincial_csirt", "provincial_steering", "cyber_authority",
	"provincial_police", "data_protection_authority", "data_controller", "ministry", "isp",
	"security_provider", "hosting_provider", "supplier", "other", "own_contact",
	"own_contact_after_hours", "own_deputy", "own_reception", "own_leader", NULL };

const char *const contact_channels[] = { "eoffice", "hand", "fax", "mail", "phone", "post", NULL };

enum contact_side
contact_side_of(const char *role)
{
	if (role == NULL)
		return CONTACT_HELPER;
	if (strncmp(role, "own_", 4) == 0)
		return CONTACT_OWN;
	for (size_t i = 0; strcmp(contact_roles[i], "isp") != 0; i++)
		if (strcmp(contact_roles[i], role) == 0)
			return CONTACT_RECIPIENT;
	return CONTACT_HELPER;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
number(const char *s, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		value = value * 10 + (s[i] - '0');
	}
	return value;
}

static bool
read_day(const char *text, int *ret_year, int *ret_month, int *ret_day)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (text == NULL || strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	*ret_year = number(text, 4);
	*ret_month = number(text + 5, 2);
	*ret_day = number(text + 8, 2);
	return *ret_year >= 1970 && *ret_year < 9999 && *ret_month >= 1 && *ret_month <= 12 &&
	    *ret_day >= 1 &&
	    *ret_day <= days[*ret_month - 1] + (*ret_month == 2 && is_leap(*ret_year));
}

bool
contact_day_valid(const char *text)
{
	int year, month, day;

	return read_day(text, &year, &month, &day);
}

char *
contact_due_on(const char *verified_on, const char *created_on, char out[static CONTACT_DAY_SIZE])
{
	int year, month, day;

	out[0] = '\0';
	if (read_day(verified_on, &year, &month, &day)) {
		year++;
		if (month == 2 && day == 29)
			day = 28;
	} else if (!read_day(created_on, &year, &month, &day)) {
		return out;
	}
	snprintf(out, CONTACT_DAY_SIZE, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
	    (unsigned)day % 100);
	return out;
}
