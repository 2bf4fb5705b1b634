/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline.h: packs that say where log sources of Sigma rules are found in events, and what
 * their fields are called there.
 *
 *	kind: pipeline
 *	product: windows            rules of another product are not for it; may be left out
 *	gate: {Channel: "*"}        which events it is for; "*": the field is there
 *	route: [Channel, EventID]   up to two fields that tell sources apart best
 *	fields: {Image: exe}        names in rules: names in events, for every source
 *	services:
 *	  - {service: sysmon, when: {Channel: Microsoft-Windows-Sysmon/Operational}}
 *	categories:
 *	  - {category: process_creation, service: sysmon, when: {EventID: 1}}
 *	  - {category: process_creation, service: security, when: {EventID: 4688},
 *	     fields: {Image: NewProcessName}}
 *
 * A condition is a map of field to value or list of values, compared whole and without
 * regard to case; the field "format" is event.format.  All of a map must hold.  Outside the
 * gate * and ? are wildcards.
 */
#pragma once

#include "pack/pack.h"

#define PACK_WHENS_MAX  7  /* conditions of one map */
#define PACK_VALUES_MAX 60 /* values of one condition */

struct pack_when {
	const char *field;
	const char **value; /* "*" alone: there, whatever it is */
	size_t values;
};

struct pack_rename {
	const char *from;  /* as rules say */
	const char **to;   /* as events say; several: any of them */
	size_t tos;
};

struct pack_log_source {
	const char *category, *service; /* "" if none */
	const char *product;            /* "" : that of the pipeline */
	struct pack_when *when;
	size_t whens;
	struct pack_rename *field;
	size_t fields;
	int line, column;
};

struct pack_pipeline {
	struct pack pack;
	const char *product; /* "" if it is for every product */
	bool whole;          /* a rule that names the product alone is for all its events */
	struct pack_when *gate;
	size_t gates;
	const char **route;
	size_t route_count;
	struct pack_rename *field;
	size_t fields;
	struct pack_log_source *service;
	size_t services;
	struct pack_log_source *category;
	size_t categories;
};
