/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "os/file.h"
#include "os/worker.h"
#include "report/xlsx.h"
#include "worker/sheet.h"

#define FILE_FD 3

int
sheet_serve(void)
{
	cleanup(buf_clear) struct buf frame = BUF_INIT(16), answer = BUF_INIT(WORKER_FRAME_MAX);
	cleanup(json_freep) struct json *cells = NULL;
	cleanup(free_charp) char *data = NULL;
	size_t len = 0;

	if (!worker_read(&frame))
		return 1;
	if (file_read_fd(FILE_FD, "", SHEET_FILE_MAX, &data, &len, NULL) == 0)
		read_xlsx(data, len, &cells, NULL);
	if (cells == NULL)
		cells = json_new_object();
	json_write(cells, &answer);
	return worker_write(answer.data, answer.len) ? 0 : 1;
}
