/* SPDX-License-Identifier: Apache-2.0 */
/* document_papers.h: the papers of a case, printed into its dossier. */
#pragma once

#include "app/op.h"
#include "app/zipfile.h"

/*
 * Adds documents/<number>-<form>.pdf for each paper of the incident that left draft
 * and has no signed file, which is evidence.  ${call} lends its application, language
 * and time; the rows are read from ${tx}.
 */
int document_papers(const struct call *call, struct tx *tx, const char *incident_id,
    struct zip_list *files, struct err *err);
