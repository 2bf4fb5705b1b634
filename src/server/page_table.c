/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page_part.h"

#define FORM (PAGE_PUBLIC | PAGE_FORM)

const struct page pages[] = {
	{ HTTP_GET, "/bao-su-co", PAGE_PUBLIC, RIGHT_PUBLIC, page_form },
	{ HTTP_POST, "/bao-su-co", FORM, RIGHT_PUBLIC, page_form_send },
	{ HTTP_GET, "/bao-su-co/{code}", PAGE_PUBLIC, RIGHT_PUBLIC, page_status },
	{ HTTP_POST, "/bao-su-co/{code}", FORM, RIGHT_PUBLIC, page_status_answer },
	{ HTTP_GET, "/trang/{file}", PAGE_PUBLIC, RIGHT_PUBLIC, page_file },
	{ HTTP_GET, "/y-kien/{token}", PAGE_PUBLIC, RIGHT_PUBLIC, page_direction },
	{ HTTP_POST, "/y-kien/{token}", FORM, RIGHT_PUBLIC, page_direction_answer },
	/* Blank paper tells nothing; whoever wants to hang it up may print it. */
	{ HTTP_GET, "/in/to-dan", PAGE_PUBLIC, RIGHT_PUBLIC, page_poster },
	{ HTTP_GET, "/in/phieu", PAGE_PUBLIC, RIGHT_PUBLIC, page_slip },
	{ HTTP_POST, "/in/ma-qr", PAGE_FORM, RIGHT_SELF, page_qr },
	{ HTTP_GET, "/in/ban-giao/{id}", 0, RIGHT_SELF, page_transfer },
	{ HTTP_GET, "/in/phuong-an/{id}", 0, RIGHT_READ, page_playbook },
	{ HTTP_GET, "/in/nhat-ky/{id}", 0, RIGHT_READ, page_day_log },
	{ HTTP_GET, "/san-tim/{id}", 0, RIGHT_READ, page_hunt },
	{ 0 },
};
