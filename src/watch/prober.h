/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prober.h: the worker's side of probe.h, kind "probe": all probes of a batch
 * at once, a thread each.
 */
#pragma once

/* Serves one batch; returns the exit status. Links libcurl: for khien-worker only. */
int prober_serve(void);
