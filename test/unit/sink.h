/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink.h: a mail server and a web server that keep what they get, and fail
 * where they are told to.  Real sockets, one process for each connection.
 */
#pragma once

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/file.h"

struct sink {
	const char *dir;  /* each message or request becomes a file here, complete or not there */
	const char *mode;
	/*
	 * SMTP: ok, greet421, mail550, rcpt450, rcpt550, data451, data554,
	 *	drop_rcpt, drop_data (in the middle), drop_end (kept, no answer),
	 *	hang_rcpt, hang_end (kept, no answer, connection open), auth (wants a
	 *	password), auth535 (and does not like it)
	 * HTTP: a status ("200", "302", "503"), drop (kept, no answer), hang
	 */
};

/* A listening socket on 127.0.0.1; ${port} 0 takes a free one. */
static inline int
sink_listen(int port, int *ret_port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 || listen(fd, 64) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sa, &len) == -1) {
		close(fd);
		return -1;
	}
	*ret_port = ntohs(sa.sin_port);
	return fd;
}

static inline void
sink_keep(const struct sink *sink, const char *data, size_t size)
{
	static int number;
	char path[300], final[300];
	int fd;

	snprintf(path, sizeof(path), "%s/.%d.%d", sink->dir, (int)getpid(), number);
	snprintf(final, sizeof(final), "%s/%d.%d", sink->dir, (int)getpid(), number++);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd == -1 || write(fd, data, size) != (ssize_t)size || rename(path, final) == -1)
		_exit(1);
	close(fd);
}

/* How many messages or requests are kept; ${ret_text} (may be NULL): one of them, to be freed. */
static inline int
sink_kept(const char *folder, char **ret_text)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	size_t size;
	int n = 0;

	while ((e = readdir(d)) != NULL) {
		char path[400];

		if (e->d_name[0] == '.')
			continue;
		n++;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		if (ret_text != NULL && file_read(path, 1 << 20, ret_text, &size, NULL) != 0)
			abort();
	}
	closedir(d);
	return n;
}

static inline void
sink_say(FILE *out, const char *line)
{
	fprintf(out, "%s\r\n", line);
	fflush(out);
}

static inline void
sink_hang(void)
{
	for (;;)
		pause();
}

/* The message after DATA, into ${data}. Returns its size. */
static inline size_t
sink_read_data(FILE *in, const struct sink *sink, char *data, size_t max)
{
	char line[2000];
	size_t size = 0;

	while (fgets(line, sizeof(line), in) != NULL && strcmp(line, ".\r\n") != 0) {
		size_t n = strlen(line);

		if (strcmp(sink->mode, "drop_data") == 0)
			_exit(0);
		if (size + n < max) {
			memcpy(data + size, line, n);
			size += n;
		}
	}
	if (feof(in))
		_exit(0); /* cut off: it was not delivered */
	return size;
}

static inline void
sink_smtp(const struct sink *sink, FILE *in, FILE *out)
{
	static char data[1 << 20];
	const char *mode = sink->mode;
	int authenticated = 0;
	char line[2000];
	size_t size;

	sink_say(out, strcmp(mode, "greet421") == 0 ? "421 too busy" : "220 sink ESMTP");
	while (fgets(line, sizeof(line), in) != NULL) {
		if (strncmp(line, "EHLO", 4) == 0) {
			sink_say(out, "250-sink");
			if (strncmp(mode, "auth", 4) == 0)
				sink_say(out, "250-AUTH PLAIN");
			sink_say(out, "250 8BITMIME");
		} else if (strncmp(line, "AUTH", 4) == 0) {
			sink_say(out, "334 ");
			/* \0khien\0bí mật in base64 */
			authenticated = fgets(line, sizeof(line), in) != NULL &&
			    strcmp(line, "AGtoaWVuAGLDrSBt4bqtdA==\r\n") == 0 &&
			    strcmp(mode, "auth535") != 0;
			sink_say(out, authenticated ? "235 welcome" : "535 wrong password");
		} else if (strncmp(line, "MAIL", 4) == 0 && strcmp(mode, "auth") == 0 &&
		    !authenticated) {
			sink_say(out, "530 who are you");
		} else if (strncmp(line, "MAIL", 4) == 0) {
			sink_say(out, strcmp(mode, "mail550") == 0 ? "550 no such sender" : "250 ok");
		} else if (strncmp(line, "RCPT", 4) == 0) {
			if (strcmp(mode, "drop_rcpt") == 0)
				return;
			if (strcmp(mode, "hang_rcpt") == 0)
				sink_hang();
			sink_say(out, strcmp(mode, "rcpt450") == 0 ? "450 try later" :
			    strcmp(mode, "rcpt550") == 0 ? "550 no such user" : "250 ok");
		} else if (strncmp(line, "DATA", 4) == 0) {
			sink_say(out, "354 go on");
			size = sink_read_data(in, sink, data, sizeof(data));
			if (strcmp(mode, "data451") == 0) {
				sink_say(out, "451 disk full");
				continue;
			}
			if (strcmp(mode, "data554") == 0) {
				sink_say(out, "554 looks like spam");
				continue;
			}
			sink_keep(sink, data, size);
			if (strcmp(mode, "drop_end") == 0)
				return;
			if (strcmp(mode, "hang_end") == 0)
				sink_hang();
			sink_say(out, "250 kept");
		} else if (strncmp(line, "QUIT", 4) == 0) {
			sink_say(out, "221 bye");
			return;
		} else {
			sink_say(out, "250 ok");
		}
	}
}

static inline void
sink_http(const struct sink *sink, FILE *in, FILE *out)
{
	static char data[1 << 20];
	size_t size = 0, length = 0;
	char line[4000];

	while (fgets(line, sizeof(line), in) != NULL) {
		size_t n = strlen(line);

		if (strncasecmp(line, "Content-Length:", 15) == 0)
			length = strtoul(line + 15, NULL, 10);
		if (size + n < sizeof(data) / 2) {
			memcpy(data + size, line, n);
			size += n;
		}
		if (strcmp(line, "\r\n") == 0)
			break;
	}
	if (length > sizeof(data) / 2 || fread(data + size, 1, length, in) != length)
		return;
	sink_keep(sink, data, size + length);
	if (strcmp(sink->mode, "hang") == 0)
		sink_hang();
	if (strcmp(sink->mode, "drop") == 0)
		return;
	fprintf(out, "HTTP/1.1 %s Answer\r\nConnection: close\r\n%sContent-Length: 24\r\n\r\n"
		     "Cổng thông tin\nok ok\n",
	    sink->mode, sink->mode[0] == '3' ? "Location: http://127.0.0.1:1/\r\n" : "");
	fflush(out);
}

typedef void (*sink_fn)(const struct sink *sink, FILE *in, FILE *out);

/* Serves ${listen_fd} for ever. */
static inline void
sink_serve(int listen_fd, const struct sink *sink, sink_fn fn)
{
	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(listen_fd, NULL, NULL);

		if (fd == -1)
			continue;
		if (fork() == 0) {
			FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(listen_fd);
			fn(sink, in, out);
			_exit(0);
		}
		close(fd);
	}
}

/* The same in a process of its own, which goes when this one goes. Returns its pid. */
static inline pid_t
sink_start(const struct sink *sink, sink_fn fn, int *ret_port)
{
	int fd = sink_listen(0, ret_port);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sink_serve(fd, sink, fn);
	}
	close(fd);
	return pid;
}

static inline void
sink_stop(pid_t pid)
{
	int status;

	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}
