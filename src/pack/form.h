/* SPDX-License-Identifier: Apache-2.0 */
/*
 * form.h: an official form as data: what it asks (fields), and what is printed
 * (blocks).  packs/README.md tells how a file looks; src/report/ prints it.
 * Every pointer lives as long as the set or arena it was read into.
 */
#pragma once

#include "base/arena.h"
#include "pack/pack.h"
#include "text/json.h"

#define FORM_WIDTHS_MAX 40 /* columns of a table */

enum form_type {
	FORM_LINE, FORM_TEXT, FORM_DATE, FORM_TIME, FORM_DATETIME, FORM_INT, FORM_MONEY, FORM_BOOL,
	FORM_CHOICE, FORM_CHOICES, FORM_LIST, FORM_TABLE, FORM_IPS, FORM_DOMAINS,
	FORM_TYPES,
};

/* "line", "text", ... as the file says it. */
const char *form_type_name(enum form_type type);

struct form_strings {
	const char **s;
	size_t count;
};

struct form_choice {
	const char *id;
	struct pack_text text;
	bool with_text; /* the person adds words: "Khác: …" */
	const char **match; /* what a fact says when this is the choice; the id and the text count too */
	size_t match_count;
};

struct form_column {
	const char *id;
	struct pack_text label;
	const char *type; /* line text date time datetime int money bool choice */
	bool required;
	struct form_choice *choice;
	size_t choices;
	int line, column;
};

struct form_row {
	const char *id;
	struct pack_text text;
};

/*
 * Rules a value must keep beside its type; the part after ':' is a field or a role:
 *   public_ips           no private, loopback or link-local address (domain 7.3)
 *   not_before:FIELD     not earlier than that date or time
 *   not_after:FIELD      not later
 *   not_future           not later than now
 *   not_past             not earlier than now
 *   sent_to:ROLE         may be ticked only when that recipient got a dispatch; written on a
 *                        field, or `rule_choice: coordinator` says which choice it is about
 *   max_chars:N          at most N characters (SMS)
 *   emails, phone        looks like one
 */
struct form_field {
	const char *id;
	struct pack_text label;
	const char *type_text;
	enum form_type type;
	bool required;
	const char **from; /* fact paths; the first that is known fills the field */
	size_t from_count;
	struct pack_text draft; /* first text over facts; a line that lacks one is left out */
	struct pack_text help;
	int max, lines; /* characters, height in the editor; 0: not said */
	struct form_choice *choice;
	size_t choices;
	struct form_column *col;
	size_t columns;
	struct form_row *row; /* a table with fixed rows; values carry "row": its id */
	size_t rows;
	struct pack_text rows_label; /* heading of that first column */
	struct form_strings rule;
	const char *rule_choice;
	const char *only_if; /* "field" or "field=choice"; "" always */
	const char **variant;
	size_t variant_count;
	int line, column;
};

enum form_block_kind {
	BLOCK_TITLE, BLOCK_HEADING, BLOCK_PARA, BLOCK_LINE, BLOCK_LONG, BLOCK_CHECK, BLOCK_TABLE,
	BLOCK_EACH, BLOCK_LIST, BLOCK_IF, BLOCK_PAGE, BLOCK_ANNEX, BLOCK_RULE, BLOCK_HEADER,
	BLOCK_SIGN, BLOCK_GRID, BLOCK_KINDS,
};

struct form_block;

struct form_blocks {
	struct form_block *block;
	size_t count;
};

struct form_sign {
	struct pack_text title, note, name; /* templates */
};

struct form_grid { /* cells of templates; "\n" in one begins a new paragraph */
	struct form_strings *row;
	size_t rows;
};

struct form_block {
	enum form_block_kind kind;
	struct pack_text title, heading, para, annex;
	const char **names; /* line: fields side by side */
	size_t names_count;
	const char *field;  /* long, check, table, each, list: the field; if: the condition */
	const char *long_, *check, *table, *each, *list, *if_, *page, *rule, *header;
	struct form_sign *sign;
	size_t signs;
	struct form_grid grid;
	int level;          /* heading 1..3 */
	bool numbered;
	const char *style;  /* para: normal italic bold center right note */
	int indent;         /* millimetres */
	int columns;        /* check: side by side */
	int width[FORM_WIDTHS_MAX]; /* table, in proportion */
	size_t widths;
	bool landscape, number, place_date, hide_label, border, bold_first;
	struct pack_text label; /* instead of the field's own */
	struct pack_text empty; /* printed when there is nothing */
	struct form_blocks do_, then, else_;
	const char **variant;
	size_t variant_count;
	int line, col;
};

struct form_ground {
	const char *regulation; /* id of a regulation or "" for what is never refused */
	struct pack_text text;
	int line, column;
};

struct pack_form {
	struct pack pack;
	const char *text_yaml;  /* the file itself, for the one that prints */
	const char *layout;     /* nd30 own plain */
	const char *doc_type;   /* BC, CV, ...; "" */
	struct pack_text type_name, subject;
	const char **variants;
	size_t variants_count;
	const char *signature;  /* head pair chair_secretary none */
	struct form_sign *signer; /* pair, chair_secretary: the two sides, left to right */
	size_t signers;
	const char *mail_tag, *cover;
	struct pack_text note;  /* for who writes it: how sure it is, what goes with it; never printed */
	const char **plain_variants; /* those of variants that print as layout plain */
	size_t plain_variants_count;
	bool incident;
	const char *period;     /* "" half_year year */
	struct form_strings discharges; /* REGULATION/OBLIGATION */
	const char **recipients;
	size_t recipients_count;
	struct form_ground *ground;
	size_t grounds;
	struct form_field *field;
	size_t fields;
	struct form_blocks body;
};

/* The form of ${id} that holds at ${at_ms}; that very version; all that hold, ordered by id. */
const struct pack_form *pack_form(const struct packs *p, const char *id, int64_t at_ms);
const struct pack_form *pack_form_version(const struct packs *p, const char *id, int version);
const struct pack_form *pack_form_next(const struct packs *p, int64_t at_ms, size_t *i);

/*
 * Reads the YAML of one form into ${arena}.  0, or the first fault (keys pack.*, yaml.*) with
 * line and column; ${name} stands as the file.
 */
int form_parse(struct arena *arena, const char *data, size_t len, const char *name,
    const struct pack_form **ret, struct err *err);

const struct form_field *form_field(const struct pack_form *form, const char *id);
const struct form_choice *form_choice(const struct form_field *field, const char *id);
const struct form_column *form_column(const struct form_field *field, const char *id);

/* Whether a field's value says something: not null, "", [], {}; false counts as given. */
bool form_given(const struct json *value);

/*
 * Whether ${condition} ("", "field", "field=choice", "fact.path", each also with "!" before
 * it) holds over ${values} and ${facts} (objects, or NULL).  A bool holds when true, anything
 * else when it says something.
 */
bool form_holds(const struct pack_form *form, const char *condition, const struct json *values,
    const struct json *facts);

/* Whether ${field} is asked for at all: its variant and its only_if. */
bool form_asks(const struct pack_form *form, const struct form_field *field, const char *variant,
    const struct json *values, const struct json *facts);

/*
 * What ${path} ("system.name", "systems.0.name") leads to in ${facts}; NULL when nothing is
 * there.  Belongs to ${facts}.
 */
const struct json *form_fact(const struct json *facts, const char *path);

/* Whether ${variant} ("" none) is among ${list}; an empty list takes every one. */
bool form_variant(const char *const *list, size_t count, const char *variant);

/* One {name:spec?} of a template. */
struct form_slot {
	const char *start, *end; /* '{' and behind '}' */
	char name[96];           /* "" when what stands there is no name */
	char spec[16];           /* after ':'; "" if none */
	bool optional;           /* '?': prints nothing when nothing is known */
};

/* The first slot in ${text}; false when there is none.  "{{" is a brace that stands for itself. */
bool form_slot(const char *text, struct form_slot *ret);
