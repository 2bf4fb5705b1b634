/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier.h: the worker's side of courier.h, kind "send".
 *
 * In: a frame of JSON (kind, url, and what the kind needs), a frame with the
 * message.  Out: CARRIER_POINT before the last byte, then waits for
 * CARRIER_GO; at the end a frame of JSON {"end", "fault", "code", "answer"}.
 */
#pragma once

#define CARRIER_POINT "point"
#define CARRIER_GO    "go"

/* Serves one message; returns the exit status. Links libcurl: for khien-worker only. */
int carrier_serve(void);
