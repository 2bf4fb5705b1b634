/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink smtp|http PORT DIR [MODE]: a mail or web server for tests on
 * 127.0.0.1; what it gets becomes a file in DIR.  PORT 0 takes a free one; the
 * port is printed.  MODE (test/unit/sink.h) says where it fails; "ok" and
 * "200" are the defaults.
 */
#include "../unit/sink.h"

int
main(int argc, char **argv)
{
	struct sink sink = { NULL, NULL };
	int port, fd, is_smtp;

	if (argc < 4 || argc > 5)
		return 2;
	is_smtp = strcmp(argv[1], "smtp") == 0;
	sink.dir = argv[3];
	sink.mode = argc == 5 ? argv[4] : is_smtp ? "ok" : "200";
	fd = sink_listen(atoi(argv[2]), &port);
	if (fd == -1)
		return 1;
	printf("%d\n", port);
	fflush(stdout);
	sink_serve(fd, &sink, is_smtp ? sink_smtp : sink_http);
	return 0;
}
