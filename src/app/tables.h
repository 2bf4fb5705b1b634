/* SPDX-License-Identifier: Apache-2.0 */
/* tables.h: the tables that are projections of the ledger: each has id, agency_id and version. */
#pragma once

/* Names in alphabetical order, NULL at the end. */
extern const char *const projection_tables[];
