/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ioc.h: lists of indicators (hashes, addresses, domains, links, file names), and where they
 * stand in events.
 *
 * Lists: plain text (one a line, "#" begins a comment, what follows ; or , or a tab is one
 * too), CSV with a header, MISP events in JSON, STIX 2.1 bundles.  Indicators may be defanged.
 *
 * An event is searched word by word; each indicator is kept under its longest word and compared
 * as a whole there.  Letter case does not count, / and \ are the same.  A domain is found in
 * its subdomains too, an address also by the network it is in (10.0.0.0/8).
 */
#pragma once

#include "base/err.h"
#include "event/event.h"
#include "hunt/rule.h"

#define IOC_FILE_MAX ((size_t)16 << 20)
#define IOC_MAX      500000

struct ioc {
	enum indicator kind;
	uint32_t word, word_len; /* the word it is kept under, within text */
	uint32_t next;           /* of the same hash; number + 1 */
	const char *text;        /* in lower case, as it is compared */
	uint32_t len;
	uint32_t list;           /* file it is from */
};

struct ioc_net {
	uint8_t addr[16]; /* IPv4 as ::ffff:0:0/96 */
	unsigned bits;
	const char *text;
};

struct iocs {
	struct arena arena;
	struct ioc *ioc;
	size_t count, room;
	uint32_t *slot;
	size_t slots;
	struct ioc_net *net;
	size_t nets, nets_room;
	uint64_t kinds[IND_KINDS];
	uint64_t not_understood; /* lines or values that are no indicator */
	uint64_t too_many;
};

/*
 * Adds the indicators of a file.  ERR_NOT_FOUND, ERR_IO, ERR_TOO_LARGE (file_read()), or
 * ERR_INVALID "hunt.ioc.none" {file}: there is not one in it; JSON errors as json_parse() has them.
 */
int iocs_read(struct iocs *iocs, const char *path, struct err *err);

/* The same from bytes. */
int iocs_read_bytes(struct iocs *iocs, const char *data, size_t len, const char *name, struct err *err);

/* Adds one, of the kind or (IND_NONE) of whichever it looks like; false when it is none. */
bool iocs_add(struct iocs *iocs, enum indicator kind, const char *text);

/* After the last one; before searching. */
void iocs_ready(struct iocs *iocs);
void iocs_clear(struct iocs *iocs);

/* Told each indicator at most once a value; texts live during the call. */
typedef void (*ioc_fn)(void *arg, enum indicator kind, const char *indicator,
    const struct event_value *value, struct text text);

/* Searches all values of the event. ${scratch} is emptied. */
void iocs_event(const struct iocs *iocs, const struct event *event, struct buf *scratch, ioc_fn fn,
    void *arg);
