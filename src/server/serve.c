/* SPDX-License-Identifier: Apache-2.0 */
#include "server/serve.h"

#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "app/background.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/listener.h"
#include "http/tls.h"
#include "server/server.h"

#define LISTEN_DEFAULT  "127.0.0.1:8686"
#define PER_ADDRESS     100   /* connections from one address beyond this machine */
#define FINISH_MS       15000 /* for what is under way when asked to stop */
#define RATE_KEYS       4096
#define PUBLIC_PER_MINUTE 30

/* Everything that runs, in the order in which it was started. */
struct serving {
	struct server server;
	struct address_block proxy[SERVE_PROXIES_MAX];
	struct tls_files tls;
	size_t proxies;
	struct http_listener *main, *public;
	struct background *background;
	int signals;
	sigset_t old_mask;
};

static void
make_rates(struct server *s, int per_minute)
{
	unsigned n = per_minute <= 0 ? PUBLIC_PER_MINUTE : (unsigned)per_minute;

	if (per_minute >= 0)
		s->create = rate_new(RATE_KEYS, n, 60000 / n);
	s->create_spares_local = per_minute == 0;
	/* A code has 40 bits: at one guess in two seconds nobody finds one. */
	s->miss = rate_new(RATE_KEYS, 30, 2000);
	s->pair = rate_new(RATE_KEYS, 5, 30000);
	s->address = rate_new(RATE_KEYS, 30, 6000);
	s->login = rate_new(RATE_KEYS, 50, 10000);
	s->touch = rate_new(RATE_KEYS, 1, SESSION_TOUCH_MS);
	s->intake = rate_new(RATE_KEYS, 600, 50);
}

static void
free_rates(struct server *s)
{
	rate_free(s->create);
	rate_free(s->miss);
	rate_free(s->pair);
	rate_free(s->address);
	rate_free(s->login);
	rate_free(s->touch);
	rate_free(s->intake);
}

static int
load_tls(struct serving *s, struct app *app, const struct serve_options *o,
    const struct address *address, struct err *err)
{
	char dir[4096], host[ADDRESS_TEXT_SIZE];

	if ((o->tls_cert == NULL) != (o->tls_key == NULL) ||
	    (o->tls_cert != NULL && o->tls_self_signed))
		return err_set(err, ERR_USAGE, "serve.tls_both", NULL);
	if (o->tls_cert != NULL)
		return tls_load(o->tls_cert, o->tls_key, &s->tls, err);
	if (!o->tls_self_signed)
		return address_is_loopback(address) ? 0 :
		    err_fail(err, ERR_USAGE, "serve.tls_needed", NULL, "address",
		    o->listen == NULL ? LISTEN_DEFAULT : o->listen, NULL, NULL);
	snprintf(dir, sizeof(dir), "%s/keys", app->dir);
	address_host((const struct sockaddr *)address->sa, host);
	return tls_self_signed(dir, address_is_any(address) ? NULL : host, &s->tls, err);
}

static int
read_proxies(struct serving *s, const struct serve_options *o, struct err *err)
{
	for (; o->trusted_proxy[s->proxies] != NULL; s->proxies++) {
		int kind =
		    address_block_parse(o->trusted_proxy[s->proxies], &s->proxy[s->proxies], err);

		if (kind != 0)
			return kind;
	}
	return 0;
}

static int
open_listeners(struct serving *s, struct app *app, const struct serve_options *o, struct err *err)
{
	struct http_options http = { .threads = o->threads, .proxy = s->proxy };
	struct http_handler handler = server_handler(&s->server);
	struct address public_address;
	int kind;

	kind = address_parse(o->listen == NULL ? LISTEN_DEFAULT : o->listen, &http.address, err);
	if (kind == 0 && o->public_listen != NULL)
		kind = address_parse(o->public_listen, &public_address, err);
	if (kind == 0)
		kind = read_proxies(s, o, err);
	if (kind == 0)
		kind = load_tls(s, app, o, &http.address, err);
	if (kind != 0)
		return kind;
	http.proxies = s->proxies;
	http.tls_cert = s->tls.cert;
	http.tls_key = s->tls.key;
	/* Behind a proxy, and on this machine, many people share one address. */
	http.per_address = s->proxies > 0 || address_is_loopback(&http.address) ? 0 : PER_ADDRESS;
	kind = http_listen(&http, &handler, &s->main, err);
	if (kind != 0 || o->public_listen == NULL)
		return kind;
	http.address = public_address;
	http.tls_cert = http.tls_key = NULL;
	http.is_public = true;
	http.threads = 2;
	http.per_address = s->proxies > 0 ? 0 : PER_ADDRESS;
	return http_listen(&http, &handler, &s->public, err);
}

static void
say(enum lang lang, const char *key, const char *name, const char *value)
{
	struct buf line = BUF_INIT(4096);

	words_format(&line, lang, key, &name, &value, 1);
	printf("%s\n", buf_str(&line));
	buf_clear(&line);
}

static void
say_addresses(const struct serving *s, enum lang lang)
{
	char url[160];

	snprintf(url, sizeof(url), "%s://%s/", http_listener_is_tls(s->main) ? "https" : "http",
	    http_listener_address(s->main));
	say(lang, "serve.app", "url", url);
	snprintf(url, sizeof(url), "%s://%s/bao-su-co",
	    s->public == NULL && http_listener_is_tls(s->main) ? "https" : "http",
	    http_listener_address(s->public == NULL ? s->main : s->public));
	say(lang, "serve.report", "url", url);
	if (s->tls.fingerprint[0] != '\0')
		say(lang, "serve.fingerprint", "fingerprint", s->tls.fingerprint);
	say(lang, "serve.stop", "keys", "Ctrl-C");
	printf("ready\n");
	fflush(stdout);
}

/* The service manager's way of being told (sd_notify(3)), when it asked. */
static void
notify(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	if (path == NULL || (*path != '/' && *path != '@') || strlen(path) >= sizeof(sa.sun_path))
		return;
	strcpy(sa.sun_path, path);
	if (*path == '@')
		sa.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&sa,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
	close(fd);
}

/* Before any thread starts, so that all of them leave these signals to us. */
static void
catch_signals(struct serving *s)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, &s->old_mask);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC);
}

static void
wait_for_signal(struct serving *s)
{
	struct pollfd p = { .fd = s->signals, .events = POLLIN };
	struct signalfd_siginfo info;

	while (poll(&p, 1, 1000) <= 0) {
		http_listener_tick(s->main);
		if (s->public != NULL)
			http_listener_tick(s->public);
	}
	if (read(s->signals, &info, sizeof(info)) < 0)
		log_warning("signalfd: the signal could not be read");
}

static size_t
busy(const struct serving *s)
{
	return (s->main == NULL ? 0 : http_listener_busy(s->main)) +
	    (s->public == NULL ? 0 : http_listener_busy(s->public));
}

/* A second signal cuts the waiting short. */
static void
finish(struct serving *s)
{
	int64_t until = clock_mono_ms() + FINISH_MS;
	struct pollfd p = { .fd = s->signals, .events = POLLIN };

	if (s->main != NULL)
		http_listener_quiesce(s->main);
	if (s->public != NULL)
		http_listener_quiesce(s->public);
	while (busy(s) > 0 && clock_mono_ms() < until && poll(&p, 1, 20) == 0)
		;
	http_listener_stop(s->public);
	http_listener_stop(s->main);
}

void
server_stop(void)
{
	kill(getpid(), SIGTERM);
}

int
server_run(struct app *app, const struct serve_options *options, struct err *err)
{
	struct serving s = { .server = { .app = app }, .signals = -1 };
	int kind;

	/* One heap for all threads: many small ones would keep what each once needed. */
	mallopt(M_ARENA_MAX, 2);
	catch_signals(&s);
	api_init();
	make_rates(&s.server, options->public_per_minute);
	kind = open_listeners(&s, app, options, err);
	if (kind == 0)
		kind = background_start(app, &s.background, err);
	if (kind == 0) {
		say_addresses(&s, options->lang);
		notify("READY=1");
		if (options->ready != NULL)
			options->ready(options->ready_arg, http_listener_address(s.main));
		wait_for_signal(&s);
		notify("STOPPING=1");
		say(options->lang, "serve.stopping", "keys", "Ctrl-C");
		fflush(stdout);
	}
	finish(&s);
	background_stop(s.background);
	free_rates(&s.server);
	tls_files_clear(&s.tls);
	if (s.signals >= 0)
		close(s.signals);
	pthread_sigmask(SIG_SETMASK, &s.old_mask, NULL);
	return kind;
}
