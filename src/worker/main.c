/* SPDX-License-Identifier: Apache-2.0 */
/* khien-worker: one confined process for one job; khien starts it (os/worker.h). */
#include "mail/carrier.h"
#include "os/transfer.h"
#include "os/worker.h"
#include "watch/prober.h"
#include "worker/hunt.h"
#include "worker/inspect.h"
#include "worker/render.h"
#include "worker/sheet.h"

#define MB(n) ((size_t)(n) << 20)

int
main(int argc, char **argv)
{
	/* A thread's stack counts as address space, so probes need more of it. */
	static const struct worker_kind kinds[] = {
		{ "inspect", CONFINE_DESCRIPTORS, { MB(256), 10, 0 }, 30, inspect_prepare,
		    inspect_serve },
		{ "hunt", HUNT_CONFINEMENT, hunt_prepare, hunt_serve },
		{ "sheet", CONFINE_DESCRIPTORS, { MB(256), 10, 0 }, 30, NULL, sheet_serve },
		{ "send", CONFINE_NETWORK, { MB(512), 60, 0 }, 180, transfer_init, carrier_serve },
		{ "probe", CONFINE_NETWORK, { MB(1024), 30, 0 }, 30, transfer_init, prober_serve },
		/* Kept by the server for many requests, each with its own time limit there. */
		{ "render", CONFINE_DESCRIPTORS, { MB(768), 180, 0 }, 86400, render_prepare,
		    render_serve },
	};

	worker_main(kinds, ARRAY_LEN(kinds), argc, argv);
}
