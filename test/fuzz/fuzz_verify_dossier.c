/* SPDX-License-Identifier: Apache-2.0 */
/* khien-verify on any bytes, in this process. */
int khien_verify_main(int argc, char **argv);
#define main khien_verify_main
#include "verify/khien-verify.c"
#undef main
#include "verify/archive.c"
#include "verify/ledger.c"
#include "verify/manifest.c"
#include "verify/note.c"
#include "verify/part.c"
#include "verify/proof.c"
#include "verify/report.c"
#include "verify/rows.c"
#include "verify/seal.c"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	zip_error_t error;
	zip_source_t *source;
	int ready = sodium_init();

	assert(ready >= 0);
	memset(&v, 0, sizeof(v));
	v.faults = json_array();
	v.image = json_object();
	zip_error_init(&error);
	source = zip_source_buffer_create(data, size, 0, &error);
	v.zip = source == NULL ? NULL : zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	if (v.zip == NULL)
		zip_source_free(source);
	else if (list_files(size))
		verify(NULL, NULL, NULL);
	if (v.zip != NULL)
		zip_discard(v.zip);
	zip_error_fini(&error);
	json_decref(v.faults);
	json_decref(v.image);
	json_decref(v.manifest);
	json_decref(v.dossier);
	free(v.file);
	return 0;
}
