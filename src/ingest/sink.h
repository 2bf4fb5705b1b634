/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h: to whom a reader tells what it found. */
#pragma once

#include "event/event.h"

struct ingest_sink {
	void *arg;
	/* The event and what it points to live until this returns. */
	void (*event)(void *arg, const struct event *event);
	/*
	 * Bytes that gave no event, by their place in the file, and the catalogue key of why
	 * (ingest.…); nothing is skipped in silence but empty space.
	 */
	void (*skipped)(void *arg, uint64_t offset, uint64_t len, const char *key);
};
