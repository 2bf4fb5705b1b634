/* SPDX-License-Identifier: Apache-2.0 */
/* evtx_xml.h: a record of a Windows event log as the XML that Windows shows, for looking at. */
#pragma once

#include "ingest/ingest.h"

/*
 * Adds the XML (UTF-8, one line) of the event that was just given for ${piece} of an EVTX file.
 * False when the record is damaged: then ${out} holds what comes before the damage, or is full.
 */
bool evtx_xml(const struct ingest_piece *piece, const struct event *event, struct buf *out);
