/* SPDX-License-Identifier: Apache-2.0 */
/* Logs of every format, as files: what they are taken for, and which events they give. */
#include "testing.h"

#include <sys/mman.h>
#include <unistd.h>

#include "log_sink.h"
#include "os/file.h"

#define NEWEST INT64_C(1763800000000) /* 2025-11-22T08:26:40Z */

static const struct ingest_options options = { .zone_s = 7 * 3600, .newest_ms = NEWEST };

static int
file_of(const void *data, size_t len)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, data, len), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* Reads a whole log, pieces in order; its format. */
static enum ingest_format
read_log(const void *data, size_t len, const struct names *names, struct log_sink *ret)
{
	struct ingest_thread *thread = ingest_thread_new(names);
	struct ingest_piece piece = { 0 };
	struct ingest_sink sink;
	struct ingest *in;
	enum ingest_format format;
	uint64_t number = 0;

	log_begin(ret);
	sink = log_sink_of(ret);
	assert_int_equal(ingest_open_fd(file_of(data, len), "log", &options, &in, NULL), 0);
	format = ingest_format(in);
	while (ingest_next(in, &piece)) {
		assert_int_equal(piece.number, number++);
		assert_true(piece.len <= INGEST_PIECE_MAX);
		ingest_parse(in, &piece, thread, &sink);
	}
	ingest_close(in);
	ingest_piece_clear(&piece);
	ingest_thread_free(thread);
	return format;
}

static void
expect(enum ingest_format format, const char *log, const char *events, const char *skipped)
{
	struct log_sink got;

	assert_int_equal(read_log(log, strlen(log), NULL, &got), format);
	assert_string_equal(buf_str(&got.events), events);
	assert_string_equal(buf_str(&got.skipped), skipped);
	log_end(&got);
}

static int64_t
time_of(const char *log)
{
	struct log_sink got;
	int64_t ns;

	read_log(log, strlen(log), NULL, &got);
	assert_int_equal(got.count, 1);
	ns = got.time_ns;
	log_end(&got);
	return ns == INT64_MIN ? -1 : ns / 1000000;
}

/* ---- json -------------------------------------------------------------------------------- */

static void
flat_json_gives_its_keys(void **state)
{
	(void)state;
	expect(INGEST_JSON,
	    "{\"EventID\":1,\"Image\":\"C:\\\\x\\u0041\\n\\ud83d\\ude00\\ud800\",\"a\":null,\"b\":true,\"c\":-1.50e3,"
	    "\"n\":-12,\"big\":123456789012345678901,\"list\":[\"x\",{\"k\":2}],\"o\":{\"p\":{\"q\":\"r\"}},\"e\":{}}\n",
	    "EventID=1;Image=C:\\xA\n\xf0\x9f\x98\x80\xef\xbf\xbd;a;b=true;c=-1.50e3;n=-12;"
	    "big=123456789012345678901;list=x;list.k=2;o.p.q=r;\n", "");
	/* What journalctl writes of a message with bytes that are no text. */
	expect(INGEST_JSON, "{\"MESSAGE\":[27,91, 49 ,109,225,186,191]}\n{\"MESSAGE\":[1,256]}\n{\"MESSAGE\":[\"a\",7]}\n"
	    "{\"MESSAGE\":[]}\n{\"b\":[97,98],\"MESSAGE\":[97,\n98],\"c\":1}\n{\"MESSAGE\":[97",
	    "message=\x1b[1m\xe1\xba\xbf;\nmessage=1;message=256;\nmessage=a;message=7;\n"
	    "b=97;b=98;message=97;message=98;c=1;\n", "135+14 ingest.json.syntax;");
	expect(INGEST_JSON, "{\"Threat Name\":\"x\",\"Date and Time\":\"2025-11-22 14:30:05\"}\n",
	    "ThreatName=x;DateandTime=2025-11-22 14:30:05;\n", "");
}

/* The key that came in the same place before, one that only begins like it, and the same one escaped. */
static void
keys_that_come_again_are_known_however_they_are_written(void **state)
{
	(void)state;
	expect(INGEST_JSON, "{\"user\":\"a\\\\b\",\"id\":1}\n{\"user\":\"c\",\"id\":2}\n{\"user2\":\"d\",\"id\":3}\n"
	    "{\"us\\u0065r\":\"\\\"0123456789abcdef\\\"\\\\0123456789abcdef0123456789abcdef\\n\",\"id\" : 4}\n",
	    "user=a\\b;id=1;\nuser=c;id=2;\nuser2=d;id=3;\n"
	    "user=\"0123456789abcdef\"\\0123456789abcdef0123456789abcdef\n;id=4;\n", "");
}

static void
a_name_with_blanks_is_given_as_it_is_asked_for(void **state)
{
	static const char line[] = "{\"Threat Name\":\"x\",\"b c\":1}\n";
	struct names *names = names_new();
	struct log_sink got;

	(void)state;
	names_add(names, "ThreatName", 10);
	names_add(names, "b c", 3);
	read_log(line, strlen(line), names, &got);
	assert_string_equal(buf_str(&got.events), "ThreatName=x;b c=1;\n");
	log_end(&got);
	names_free(names);
}

static void
what_is_no_json_is_told_and_the_rest_is_read(void **state)
{
	(void)state;
	expect(INGEST_JSON, "{\"a\":1}\n{\"a\":}\n{\"a\":01}\n{\"a\":2}\n{\"b\":\"x\ty\"}\n",
	    "a=1;\na=2;\n", "8+16 ingest.json.syntax;32+12 ingest.json.syntax;");
	expect(INGEST_JSON, "{\"a\":1}\n{\"a\":\"\\x\"}\n{\"a\":tru}\n{\"a\" 1}\n{a:1}\n{\"a\":1,}\n",
	    "a=1;\n", "8+44 ingest.json.syntax;");
	expect(INGEST_JSON, "{\"a\":1}\n{\"a\":1", "a=1;\n", "8+6 ingest.json.syntax;");
	/* evtx_dump numbers what it writes; only just so. */
	expect(INGEST_JSON, "Record 1\n{\n \"a\": 1\n}\nRecord 20\r\n{\n \"a\": 2\n}\nRecord x\n", "a=1;\na=2;\n",
	    "44+9 ingest.json.syntax;");
	expect(INGEST_TEXT, "Record 1\nnothing\n", "message=Record 1;\nmessage=nothing;\n", "");
	expect(INGEST_JSON, "{\"System\":{\"EventID\":{\"Value\":1},\"Level\":{\"Value\":2}}}\n",
	    "EventID=1;Level_Value=2;\n", "");
}

static void
json_need_not_be_one_object_a_line(void **state)
{
	struct log_sink got;
	static const char pretty[] = "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }\n]\n";

	(void)state;
	expect(INGEST_JSON, pretty, "a=1;\na=2;\n", "");
	read_log(pretty, strlen(pretty), NULL, &got);
	assert_string_equal(buf_str(&got.records), "2 5 ");
	log_end(&got);
	expect(INGEST_JSON, "{\"Records\":[{\"eventName\":\"x\"},{\"eventName\":\"y\"}]}",
	    "eventName=x;\neventName=y;\n", "");
	expect(INGEST_JSON, "\xef\xbb\xbf{\n\"a\": 1}{\n\"a\":2}\n", "a=1;\na=2;\n", "");
}

static const char windows_event[] =
    "Provider_Name=Test;EventID=4688;TimeCreated_SystemTime=2025-11-22T07:30:00.5Z;"
    "Execution_ProcessID=4;Channel=Security;Computer=PC;CommandLine=a b;";

static void
windows_events_have_one_set_of_names_in_every_shape(void **state)
{
	char wanted[400];

	(void)state;
	snprintf(wanted, sizeof(wanted), "%s\n", windows_event);
	expect(INGEST_JSON,
	    "{\"Event\":{\"#attributes\":{\"xmlns\":\"http://x\"},\"System\":{\"Provider\":{\"#attributes\":"
	    "{\"Name\":\"Test\"}},\"EventID\":4688,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
	    "\"2025-11-22T07:30:00.5Z\"}},\"Execution\":{\"#attributes\":{\"ProcessID\":4}},\"Channel\":\"Security\","
	    "\"Computer\":\"PC\"},\"EventData\":{\"Command Line\":\"a b\"}}}\n", wanted, "");
	expect(INGEST_JSON,
	    "{\"Event\":{\"@xmlns\":\"http://x\",\"System\":{\"Provider\":{\"@Name\":\"Test\"},\"EventID\":"
	    "{\"#text\":4688},\"TimeCreated\":{\"@SystemTime\":\"2025-11-22T07:30:00.5Z\"},\"Execution\":"
	    "{\"@ProcessID\":4},\"Channel\":\"Security\",\"Computer\":\"PC\"},\"EventData\":{\"Data\":"
	    "[{\"@Name\":\"CommandLine\",\"#text\":\"a b\"}]}}}\n", wanted, "");
	expect(INGEST_JSON,
	    "{\"winlog\":{\"provider_name\":\"Test\",\"event_id\":4688},\"event\":{\"code\":\"4688\"},"
	    "\"@timestamp\":\"2025-11-22T07:30:00.5Z\",\"winlog\":{\"process\":{\"pid\":4},\"channel\":\"Security\","
	    "\"computer_name\":\"PC\",\"event_data\":{\"CommandLine\":\"a b\"}}}\n",
	    "Provider_Name=Test;EventID=4688;@timestamp=2025-11-22T07:30:00.5Z;Execution_ProcessID=4;"
	    "Channel=Security;Computer=PC;CommandLine=a b;\n", "");
	expect(INGEST_JSON,
	    "{\"Event\":{\"EventData\":{\"Data\":{\"#text\":[\"x\",\"y\"]}},\"UserData\":{\"Cleared\":"
	    "{\"#attributes\":{\"xmlns\":\"u\"},\"User\":\"an\"}}}}\n", "Data=x;Data=y;User=an;\n", "");
	expect(INGEST_JSON,
	    "{\"Event\":{\"EventData\":{\"Data\":[{\"#text\":\"v\",\"@Name\":\"N\"},{\"@Name\":\"M\"},\"w\"]}}}\n",
	    "N=v;M;Data=w;\n", "");
}

static void
deep_and_wide_json_has_its_bounds(void **state)
{
	struct buf log = BUF_INIT((size_t)4 << 20);
	struct log_sink got;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_adds(&log, "{\"a\":");
	buf_adds(&log, "1");
	for (int i = 0; i < 1000; i++)
		buf_adds(&log, "}");
	buf_adds(&log, "\n{\"b\":1}\n{");
	for (int i = 0; i < 40000; i++)
		buf_printf(&log, "\"key%d\":%d,", i, i);
	buf_adds(&log, "\"z\":1}\n");
	read_log(buf_str(&log), log.len, NULL, &got);
	assert_int_equal(got.count, 2);
	assert_int_equal(got.dropped, 40001 - EVENT_VALUES_MAX);
	assert_non_null(strstr(buf_str(&got.skipped), "0+6002 ingest.json.syntax;"));
	log_end(&got);
	buf_clear(&log);
}

static void
text_of_an_element_is_all_of_it(void **state)
{
	(void)state;
	expect(INGEST_XML,
	    "<Event><System><EventID>1</EventID></System><EventData><Data Name=\"a\">x &lt;<![CDATA[<y>&lt;]]><!-- no --> z</Data>"
	    "<Data Name=\"b\">p</Data></EventData></Event>\n",
	    "EventID=1;a=x <<y>&lt; z;b=p;\n", "");
}

/* ---- lines -------------------------------------------------------------------------------- */

static void
syslog_is_read_in_all_its_dialects(void **state)
{
	(void)state;
	expect(INGEST_SYSLOG,
	    "<34>Nov 22 14:30:05 web01 sshd[123]: Failed password for root\n"
	    "Nov  2 14:30:05 web01 su: session opened\n"
	    "2025-11-22T14:30:05.123456+07:00 web01 kernel: oops\n"
	    "Nov 22 14:30:06 web01 last message repeated 2 times\n",
	    "facility=auth;severity=crit;hostname=web01;program=sshd;pid=123;message=Failed password for root;action=failed;auth_method=password;\n"
	    "hostname=web01;program=su;message=session opened;\n"
	    "hostname=web01;program=kernel;message=oops;\n"
	    "hostname=web01;message=last message repeated 2 times;\n", "");
	expect(INGEST_SYSLOG,
	    "<165>1 2025-11-22T07:30:05.003Z host evntslog - ID47 [ex@1 a=\"1\" b=\"\\\"x\\]\"][y@2] \xef\xbb\xbfhello\n",
	    "facility=local4;severity=notice;hostname=host;program=evntslog;pid;msgid=ID47;a=1;b=\"x];"
	    "message=hello;\n", "");
	/* What audisp-syslog sends on is auditd's, of the machine that sent it. */
	expect(INGEST_SYSLOG, "Nov 22 14:30:05 web01 audisp-syslog[5]: type=EXECVE msg=audit(1763796605.123:7): argc=1 a0=6C73\n",
	    "hostname=web01;program=audisp-syslog;pid=5;message=type=EXECVE msg=audit(1763796605.123:7): argc=1 a0=6C73;"
	    "type=EXECVE;msgid=1763796605.123:7;argc=1;a0=ls;CommandLine=ls;node=web01;\n", "");
	/* Of a firewall that says its time only there, with and without a priority. */
	assert_int_equal(time_of("<189>date=2025-11-22 time=14:30:05 devname=\"fw 1\" tz=\"+0000\"\n"),
	    INT64_C(1763821805000));
	assert_int_equal(time_of("date=2025-11-22 time=14:30:05 devname=\"fw 1\" action=deny\n"),
	    INT64_C(1763796605000));
	expect(INGEST_SYSLOG, "date=2025-11-22 time=14:30:05 action=deny\n",
	    "message=date=2025-11-22 time=14:30:05 action=deny;date=2025-11-22;time=14:30:05;action=deny;\n", "");
	expect(INGEST_SYSLOG, "<189>date=2025-11-22 time=14:30:05 devname=\"fw 1\" srcip=10.0.0.1 action=deny\n",
	    "facility=local7;severity=notice;message=date=2025-11-22 time=14:30:05 devname=\"fw 1\" "
	    "srcip=10.0.0.1 action=deny;date=2025-11-22;time=14:30:05;devname=fw 1;srcip=10.0.0.1;action=deny;\n",
	    "");
	expect(INGEST_SYSLOG, "<166>Nov 22 2025 14:30:05: %ASA-6-302013: Built\n",
	    "facility=local4;severity=info;program=%ASA-6-302013;message=%ASA-6-302013: Built;\n", "");
	/* The logs of nginx and MySQL: a time, but nobody who says it. */
	expect(INGEST_SYSLOG,
	    "2025/11/22 14:30:05 [alert] 12#12: worker process 4 exited\n"
	    "2025-11-22T07:30:05.5Z 8 [Note] Access denied\n"
	    "<3>2025-11-22T07:30:05Z h [x] y\n",
	    "message=2025/11/22 14:30:05 [alert] 12#12: worker process 4 exited;\n"
	    "message=2025-11-22T07:30:05.5Z 8 [Note] Access denied;\n"
	    "facility=kern;severity=err;hostname=h;message=[x] y;\n", "");
	assert_int_equal(time_of("2025/11/22 14:30:05 [alert] 12#12: x\n"), INT64_C(1763796605000));
}

static void
syslog_gives_its_time_where_asked_for(void **state)
{
	struct names *names = names_new();
	struct log_sink got;
	const char *log = "2025-11-22T02:30:05+07:00 web01 sshd[9]: Accepted password for hung\n";

	(void)state;
	names_add(names, "timestamp", 9);
	read_log(log, strlen(log), names, &got);
	assert_non_null(strstr(buf_str(&got.events), "timestamp=2025-11-21T19:30:05.0000000Z;"));
	log_end(&got);
	names_free(names);
}

static void
times_of_syslog_get_the_year_they_must_have(void **state)
{
	(void)state;
	assert_int_equal(time_of("<34>Nov 22 14:30:05 h p: m\n"), INT64_C(1763796605000));
	assert_int_equal(time_of("<34>Dec 31 00:00:00 h p: m\n"), INT64_C(1735578000000)); /* 2024 */
	assert_int_equal(time_of("<34>Feb 29 07:00:00 h p: m\n"), INT64_C(1709164800000)); /* 2024 */
	assert_int_equal(time_of("<34>Feb 30 07:00:00 h p: m\n"), -1);
	assert_int_equal(time_of("2025-11-22T14:30:05.5+07:00 h p: m\n"), INT64_C(1763796605500));
	assert_int_equal(time_of("2025-11-22T14:30:05.5 h p: m\n"), INT64_C(1763796605500));
	assert_int_equal(time_of("{\"a\":1,\"ts\":1763796605.25}\n"), INT64_C(1763796605250));
	assert_int_equal(time_of("{\"UtcTime\":\"2025-11-22 07:30:05.5\",\"a\":1}\n"), INT64_C(1763796605500));
	assert_int_equal(time_of("{\"time\":1763796605250,\"EventTime\":\"2020-01-01 00:00:00\"}\n"),
	    INT64_C(1763796605250));
}

static void
web_logs_are_taken_apart(void **state)
{
	(void)state;
	expect(INGEST_WEB,
	    "10.0.0.1 - an [22/Nov/2025:14:30:05 +0700] \"GET /a/b.php?x=1&y=%27 HTTP/1.1\" 200 512 \"-\" \"curl \\\"8\\\"\"\n"
	    "www.vd.gov.vn:443 ::1 - - [22/Nov/2025:14:30:05 +0700] \"POST /c HTTP/2\" 403 - \"http://r/\" \"ua\" 0.1\n"
	    "10.0.0.2 - - [22/Nov/2025:14:30:05 +0700] \"\\x16\\x03\" 400 0\n"
	    "nonsense\n",
	    "c-ip=10.0.0.1;cs-username=an;cs-method=GET;cs-version=HTTP/1.1;cs-uri=/a/b.php?x=1&y=%27;"
	    "cs-uri-stem=/a/b.php;cs-uri-query=x=1&y=%27;sc-status=200;sc-bytes=512;cs-referer;"
	    "cs-user-agent=curl \\\"8\\\";\n"
	    "cs-host=www.vd.gov.vn:443;c-ip=::1;cs-username;cs-method=POST;cs-version=HTTP/2;cs-uri=/c;"
	    "cs-uri-stem=/c;sc-status=403;sc-bytes;cs-referer=http://r/;cs-user-agent=ua;\n"
	    "c-ip=10.0.0.2;cs-username;cs-uri=\\x16\\x03;sc-status=400;sc-bytes=0;\n",
	    "260+8 ingest.line.format;");
	expect(INGEST_WEB, "::1 - - [22/Nov/2025:14:30:05 +0700] vd.gov.vn 0.02 \"GET /a HTTP/1.1\" 200 5\n",
	    "c-ip=::1;cs-username;cs-method=GET;cs-version=HTTP/1.1;cs-uri=/a;cs-uri-stem=/a;sc-status=200;"
	    "sc-bytes=5;\n", "");
	expect(INGEST_WEB, "10.0.0.1, ::2, 10.0.0.3 - an [22/Nov/2025:14:30:05 +0700] \"GET / HTTP/1.1\" 200 5\n",
	    "c-ip=10.0.0.1;cs-username=an;cs-method=GET;cs-version=HTTP/1.1;cs-uri=/;cs-uri-stem=/;sc-status=200;"
	    "sc-bytes=5;\n", "");
	assert_int_equal(time_of("h - - [22/Nov/2025:14:30:05 +0700] \"GET / HTTP/1.0\" 200 1\n"),
	    INT64_C(1763796605000));
}

static void
squid_logs_are_taken_apart(void **state)
{
	(void)state;
	expect(INGEST_SQUID,
	    "1763796605.123    180 10.0.0.1 TCP_MISS/200 411 GET http://a:b@x.vn:8080/d/e.php?q=1 an HIER_DIRECT/203.0.113.9 text/html\n"
	    "1763796606.000 5 2001:db8::7 TCP_TUNNEL/200 39 CONNECT x.vn:443 - HIER_DIRECT/2001:db8::1 -\n"
	    "1763796607.001 0 10.0.0.1 NONE_NONE/400 0 GET http://[2001:db8::1]?a - HIER_NONE/- text/html\n"
	    "1763796608.000 0 10.0.0.1 TCP_DENIED/403 0 GET http://x.vn/a.b/ - HIER_NONE/-\n",
	    "time-taken=180;c-ip=10.0.0.1;s-action=TCP_MISS;sc-status=200;sc-bytes=411;cs-method=GET;"
	    "cs-uri=http://a:b@x.vn:8080/d/e.php?q=1;cs-host=x.vn;cs-uri-stem=/d/e.php;cs-uri-query=q=1;"
	    "cs-uri-extension=php;cs-username=an;s-hierarchy=HIER_DIRECT;r-ip=203.0.113.9;"
	    "rs-content-type=text/html;\n"
	    "time-taken=5;c-ip=2001:db8::7;s-action=TCP_TUNNEL;sc-status=200;sc-bytes=39;cs-method=CONNECT;"
	    "cs-uri=x.vn:443;cs-host=x.vn;cs-username;s-hierarchy=HIER_DIRECT;r-ip=2001:db8::1;rs-content-type;\n"
	    "time-taken=0;c-ip=10.0.0.1;s-action=NONE_NONE;sc-status=400;sc-bytes=0;cs-method=GET;"
	    "cs-uri=http://[2001:db8::1]?a;cs-host=[2001:db8::1];cs-uri-query=a;cs-username;"
	    "s-hierarchy=HIER_NONE;r-ip;rs-content-type=text/html;\n",
	    "307+77 ingest.line.format;");
	assert_int_equal(time_of("1763796605.250 1 10.0.0.1 TCP_HIT/200 4 GET http://x.vn/ - HIER_NONE/- text/html\n"),
	    INT64_C(1763796605250));
}

static void
audit_records_are_decoded(void **state)
{
	(void)state;
	expect(INGEST_AUDITD,
	    "type=SYSCALL msg=audit(1763796605.123:7): arch=c000003e syscall=59 a0=55d8 comm=\"sh\" exe=\"/bin/sh\" key=(null)\n"
	    "type=EXECVE msg=audit(1763796605.123:7): argc=3 a0=\"sh\" a1=\"-c\" a2=6964203B206C73\n"
	    "node=s1 type=PROCTITLE msg=audit(1763796605.123:8): proctitle=7368002D63\n"
	    "type=USER_AUTH msg=audit(1763796605.123:9): pid=1 msg='op=PAM:auth acct=\"root\" exe=\"/usr/sbin/sshd\" res=failed'\n",
	    "type=SYSCALL;msgid=1763796605.123:7;arch=c000003e;syscall=59;a0=55d8;comm=sh;exe=/bin/sh;key;"
	    "SYSCALL=execve;\n"
	    "type=EXECVE;msgid=1763796605.123:7;argc=3;a0=sh;a1=-c;a2=id ; ls;CommandLine=sh -c id ; ls;Image=/bin/sh;\n"
	    "node=s1;type=PROCTITLE;msgid=1763796605.123:8;proctitle=sh -c;CommandLine=sh -c;\n"
	    "type=USER_AUTH;msgid=1763796605.123:9;pid=1;op=PAM:auth;acct=root;exe=/usr/sbin/sshd;res=failed;\n",
	    "");
	assert_int_equal(time_of("type=X msg=audit(1763796605.123:7): a=1\n"), INT64_C(1763796605123));
}

static void
the_journals_export_is_read(void **state)
{
	static const char log[] =
	    "__CURSOR=s=1\n__REALTIME_TIMESTAMP=1763796605500000\n_HOSTNAME=h\nPRIORITY=3\nSYSLOG_FACILITY=10\n"
	    "SYSLOG_IDENTIFIER=sshd\n_PID=9\nMESSAGE\n\x05\0\0\0\0\0\0\0a\n\nb!\n_EXE=/usr/sbin/sshd\n\n"
	    "__CURSOR=s=2\nMESSAGE=two\n\nMESSAGE=Failed password for an from 10.0.0.1 port 5 ssh2\n"
	    "SYSLOG_IDENTIFIER=sshd\n\n__CURSOR=s=3\nMESSAGE=without an end";
	struct log_sink got;

	(void)state;
	assert_int_equal(read_log(log, sizeof(log) - 1, NULL, &got), INGEST_JOURNAL);
	assert_string_equal(buf_str(&got.events),
	    "hostname=h;severity=err;facility=authpriv;program=sshd;pid=9;message=a\n\nb!;_EXE=/usr/sbin/sshd;\n"
	    "message=two;\nmessage=Failed password for an from 10.0.0.1 port 5 ssh2;program=sshd;action=failed;"
	    "auth_method=password;src_ip=10.0.0.1;src_port=5;user=an;\nmessage=without an end;\n");
	assert_string_equal(buf_str(&got.skipped), "");
	assert_string_equal(buf_str(&got.records), "1 14 17 20 ");
	log_end(&got);
}

static void
tables_are_named_by_their_headers(void **state)
{
	(void)state;
	expect(INGEST_W3C,
	    "#Software: IIS\n#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status\n"
	    "2025-11-22 07:30:05 GET /a.aspx x=1 10.0.0.1 Mozilla/5.0+(X) 200\n"
	    "#Fields: date time cs-uri-stem\n2025-11-22 07:30:06 /b\n",
	    "date=2025-11-22;time=07:30:05;cs-method=GET;cs-uri-stem=/a.aspx;cs-uri-query=x=1;c-ip=10.0.0.1;"
	    "cs-user-agent=Mozilla/5.0 (X);sc-status=200;cs-uri=/a.aspx?x=1;\n"
	    "date=2025-11-22;time=07:30:06;cs-uri-stem=/b;cs-uri=/b;\n", "");
	assert_int_equal(time_of("#Fields: date time cs-uri-stem\n2025-11-22 07:30:05 /b\n"),
	    INT64_C(1763796605000));
	expect(INGEST_CSV,
	    "Time,Event ID,Message\n2025-11-22 14:30:05,1,\"a, \"\"b\"\"\nc\"\n2025-11-22 14:30:06,2,d\n",
	    "Time=2025-11-22 14:30:05;EventID=1;Message=a, \"b\"\nc;\n"
	    "Time=2025-11-22 14:30:06;EventID=2;Message=d;\n", "");
	/* A quote within a cell, and one that is never closed. */
	expect(INGEST_CSV, "host;msg\nh1;a 5\" disk\nh2;b\nh3;\"c\"\"\nd\"\nh4;f\n",
	    "host=h1;msg=a 5\" disk;\nhost=h2;msg=b;\nhost=h3;msg=c\"\nd;\nhost=h4;msg=f;\n", "");
	expect(INGEST_CSV, "host,msg\nh1,\"a\nh2,b\nh3,\"\"\n", "host=h1;msg=\"a;\nhost=h2;msg=b;\nhost=h3;msg=;\n", "");
	expect(INGEST_W3C, "#separator \\x09\n#fields\tts\tid.orig_h\tquery\n1763796605.5\t10.0.0.1\t(empty)\n",
	    "ts=1763796605.5;id.orig_h=10.0.0.1;query;\n", "");
	expect(INGEST_W3C, "#fields\thistory\tAA\trejected\tx\r\n#types\tstring\tbool\tbool\tbool\r\n"
	    "F\tT\tF\t-\r\n#close\n#fields\thistory\tAA\nT\tF\n",
	    "history=F;AA=true;rejected=false;x;\nhistory=T;AA=F;\n", "");
}

static void
other_text_is_given_line_by_line(void **state)
{
	(void)state;
	expect(INGEST_TEXT, "something happened\nand more\r\n\nlast",
	    "message=something happened;\nmessage=and more;\nmessage=last;\n", "");
	/* Written by Windows in UTF-16, of either order. */
	for (int big = 0; big < 2; big++) {
		static const char logs[2][13] = { "\xff\xfe" "a\0b\0\n\0\xbf\x1e\n\0",
			"\xfe\xff" "\0a\0b\0\n\x1e\xbf\0\n" };
		struct log_sink got;

		read_log(logs[big], 12, NULL, &got);
		assert_string_equal(buf_str(&got.events), "message=ab;\nmessage=\xe1\xba\xbf;\n");
		log_end(&got);
	}
}

/* ---- files -------------------------------------------------------------------------------- */

static void
what_is_no_log_is_refused_with_the_reason(void **state)
{
	static const struct {
		const char *data;
		size_t len;
		const char *key;
	} cases[] = {
		{ "", 0, "ingest.empty" },
		{ "\x7f" "ELF\x02\x01\x01\0\0\0\x03\x04\x05\x06", 14, "ingest.unknown" },
		{ "MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", 16, "ingest.unknown" },
		{ "\x1f\x8b\x08\0garbage that is not deflate", 30, "ingest.unpack.damaged" },
		{ "\x28\xb5\x2f\xfd\xff\xff\xff\xff", 8, "ingest.unpack.damaged" },
	};
	struct err err;
	struct ingest *in;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		err = (struct err){ 0 };
		assert_int_not_equal(ingest_open_fd(file_of(cases[i].data, cases[i].len), "f", NULL, &in, &err), 0);
		assert_string_equal(err.key, cases[i].key);
		err_clear(&err);
	}
	err = (struct err){ 0 };
	assert_int_equal(ingest_open("/nonexistent/x", NULL, &in, &err), ERR_NOT_FOUND);
	err_clear(&err);
}

static void
packed_logs_are_unpacked(void **state)
{
	/* printf 'a plain line\n' | gzip -n; the same | zstd */
	static const uint8_t gz[] = { 0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0x03, 0x4b, 0x54, 0x28, 0xc8, 0x49,
		0xcc, 0xcc, 0x53, 0xc8, 0xc9, 0xcc, 0x4b, 0xe5, 0x02, 0, 0x46, 0x86, 0xba, 0x09, 0x0d, 0, 0, 0 };
	static const uint8_t zst[] = { 0x28, 0xb5, 0x2f, 0xfd, 0, 0x58, 0x69, 0, 0, 'a', ' ', 'p', 'l', 'a',
		'i', 'n', ' ', 'l', 'i', 'n', 'e', '\n' };
	uint8_t twice[2 * sizeof(gz)];
	struct log_sink got;

	(void)state;
	memcpy(twice, gz, sizeof(gz));
	memcpy(twice + sizeof(gz), gz, sizeof(gz));
	read_log(gz, sizeof(gz), NULL, &got);
	assert_string_equal(buf_str(&got.events), "message=a plain line;\n");
	assert_string_equal(buf_str(&got.skipped), "");
	log_end(&got);
	read_log(twice, sizeof(twice), NULL, &got);
	assert_int_equal(got.count, 2);
	log_end(&got);
	read_log(zst, sizeof(zst), NULL, &got);
	assert_string_equal(buf_str(&got.events), "message=a plain line;\n");
	log_end(&got);
	/* Cut off: what is there is read, and the end told. */
	read_log(twice, sizeof(twice) - 6, NULL, &got);
	assert_int_equal(got.count, 2);
	assert_string_equal(buf_str(&got.skipped), "26+0 ingest.unpack.damaged;");
	log_end(&got);
}

/* Lines of a log that fills several pieces; every third one is longer than the others. */
static void
add_lines(struct buf *log, int count)
{
	for (int i = 0; i < count; i++)
		buf_printf(log, "<34>Nov 22 14:30:05 h p[%d]: line %d%s\n", i % 1000, i,
		    i % 3 == 0 ? " with a tail that makes it longer than its neighbours" : "");
}

static void
pieces_may_be_parsed_in_any_order(void **state)
{
	struct ingest_thread *thread = ingest_thread_new(NULL), *other = ingest_thread_new(NULL);
	struct buf log = BUF_INIT((size_t)64 << 20);
	struct ingest_piece piece[16] = { 0 };
	struct log_sink whole, parts[16];
	struct buf joined = BUF_INIT((size_t)64 << 20);
	struct ingest *in;
	int n = 0;

	(void)state;
	add_lines(&log, 100000);
	read_log(buf_str(&log), log.len, NULL, &whole);
	assert_int_equal(whole.count, 100000);
	assert_int_equal(ingest_open_fd(file_of(buf_str(&log), log.len), "log", &options, &in, NULL), 0);
	while (ingest_next(in, &piece[n]))
		n++;
	assert_true(n > 3);
	for (int i = n - 1; i >= 0; i--) {
		struct ingest_sink sink = log_sink_of(&parts[i]);

		log_begin(&parts[i]);
		ingest_parse(in, &piece[i], i % 2 == 0 ? thread : other, &sink);
	}
	for (int i = 0; i < n; i++) {
		buf_add(&joined, parts[i].events.data, parts[i].events.len);
		buf_add(&joined, parts[i].records.data, parts[i].records.len);
	}
	for (int i = 0; i < n; i++) {
		log_end(&parts[i]);
		ingest_piece_clear(&piece[i]);
	}
	assert_int_equal(joined.len, whole.events.len + whole.records.len);
	assert_non_null(strstr(buf_str(&joined), " 99999 100000 "));
	log_end(&whole);
	buf_clear(&joined);
	buf_clear(&log);
	ingest_close(in);
	ingest_thread_free(thread);
	ingest_thread_free(other);
}

static void
an_endless_line_is_passed_over(void **state)
{
	struct buf log = BUF_INIT((size_t)64 << 20);
	struct log_sink got;
	size_t from, len = 5 * INGEST_PIECE_MAX + 17;
	char wanted[80];

	(void)state;
	add_lines(&log, 50);
	from = log.len;
	memset(buf_extend(&log, len), 'x', len);
	buf_addc(&log, '\n');
	add_lines(&log, 3);
	read_log(buf_str(&log), log.len, NULL, &got);
	assert_int_equal(got.count, 53);
	snprintf(wanted, sizeof(wanted), "%zu+%zu ingest.line.long;", from, len + 1);
	assert_string_equal(buf_str(&got.skipped), wanted);
	assert_non_null(strstr(buf_str(&got.records), " 50 52 53 54 "));
	log_end(&got);
	buf_clear(&log);
}

static void
an_endless_entry_or_list_costs_no_more_than_its_length(void **state)
{
	struct buf log = BUF_INIT((size_t)64 << 20);
	struct log_sink got;

	(void)state;
	buf_adds(&log, "__CURSOR=a\nMESSAGE=one\n\n__CURSOR=b\n");
	while (log.len < 6 * INGEST_PIECE_MAX)
		buf_adds(&log, "A=b\n");
	buf_adds(&log, "\n__CURSOR=c\nMESSAGE=two\n\n");
	assert_int_equal(read_log(buf_str(&log), log.len, NULL, &got), INGEST_JOURNAL);
	assert_string_equal(buf_str(&got.events), "message=one;\nmessage=two;\n");
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.line.long;"));
	log_end(&got);
	buf_reset(&log);
	buf_adds(&log, "[\n{\n\"a\": 1\n},\n{\n\"b\": [\n");
	while (log.len < 6 * INGEST_PIECE_MAX)
		buf_adds(&log, "[\n{\n");
	buf_adds(&log, "\n{\"a\": 2}\n");
	assert_int_equal(read_log(buf_str(&log), log.len, NULL, &got), INGEST_JSON);
	assert_string_equal(buf_str(&got.events), "a=1;\na=2;\n");
	assert_non_null(strstr(buf_str(&got.skipped), "ingest.json.syntax;"));
	log_end(&got);
	buf_reset(&log);
	while (log.len < 3 * INGEST_PIECE_MAX)
		buf_adds(&log, "#Fields: a b\nx y\n#Fields: c d\nz w\n");
	assert_int_equal(read_log(buf_str(&log), log.len, NULL, &got), INGEST_W3C);
	assert_int_equal(got.count, 2 * ((log.len + 33) / 34));
	log_end(&got);
	buf_clear(&log);
}

static void
a_last_line_may_fill_a_piece(void **state)
{
	struct buf log = BUF_INIT((size_t)8 << 20);
	struct log_sink got;

	(void)state;
	for (size_t len = INGEST_PIECE_MAX - 1; len <= INGEST_PIECE_MAX + 1; len++) {
		buf_reset(&log);
		add_lines(&log, 3);
		memset(buf_extend(&log, len), 'x', len);
		read_log(buf_str(&log), log.len, NULL, &got);
		assert_int_equal(got.count, len <= INGEST_PIECE_MAX ? 4 : 3);
		assert_int_equal(got.skipped.len == 0, len <= INGEST_PIECE_MAX);
		log_end(&got);
	}
	buf_clear(&log);
}

static void
messages_of_the_audit_log_are_not_cut_apart(void **state)
{
	struct buf log = BUF_INIT((size_t)64 << 20);
	struct log_sink got;
	uint64_t images = 0;
	const char *s, *end;

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_printf(&log, "type=SYSCALL msg=audit(1763796605.123:%d): arch=c000003e syscall=59 exe=\"/bin/x%d\"\n"
		    "type=CWD msg=audit(1763796605.123:%d): cwd=\"/\"\n"
		    "type=EXECVE msg=audit(1763796605.123:%d): argc=1 a0=\"x\"\n", i, i, i, i);
	read_log(buf_str(&log), log.len, NULL, &got);
	assert_int_equal(got.count, 60000);
	s = buf_str(&got.events);
	end = s + got.events.len;
	for (; (s = memmem(s, (size_t)(end - s), ";Image=/bin/x", 13)) != NULL; s++)
		images++;
	assert_int_equal(images, 20000);
	log_end(&got);
	buf_clear(&log);
}

static void
a_log_may_come_through_a_pipe(void **state)
{
	struct ingest_thread *thread = ingest_thread_new(NULL);
	struct ingest_piece piece = { 0 };
	struct log_sink got;
	struct ingest_sink sink;
	struct ingest *in;
	int fds[2];

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(fd_write_all(fds[1], "{\"a\":1}\n", 8), 0);
	close(fds[1]);
	log_begin(&got);
	sink = log_sink_of(&got);
	assert_int_equal(ingest_open_fd(fds[0], "-", NULL, &in, NULL), 0);
	assert_int_equal(ingest_size(in), 0);
	while (ingest_next(in, &piece))
		ingest_parse(in, &piece, thread, &sink);
	assert_string_equal(buf_str(&got.events), "a=1;\n");
	assert_string_equal(got.format, "json");
	assert_int_equal(ingest_bytes(in), 8);
	ingest_close(in);
	ingest_piece_clear(&piece);
	ingest_thread_free(thread);
	log_end(&got);
}

TEST_MAIN(
    cmocka_unit_test(flat_json_gives_its_keys),
    cmocka_unit_test(keys_that_come_again_are_known_however_they_are_written),
    cmocka_unit_test(a_name_with_blanks_is_given_as_it_is_asked_for),
    cmocka_unit_test(what_is_no_json_is_told_and_the_rest_is_read),
    cmocka_unit_test(json_need_not_be_one_object_a_line),
    cmocka_unit_test(windows_events_have_one_set_of_names_in_every_shape),
    cmocka_unit_test(deep_and_wide_json_has_its_bounds),
    cmocka_unit_test(syslog_is_read_in_all_its_dialects),
    cmocka_unit_test(syslog_gives_its_time_where_asked_for),
    cmocka_unit_test(times_of_syslog_get_the_year_they_must_have),
    cmocka_unit_test(text_of_an_element_is_all_of_it), cmocka_unit_test(web_logs_are_taken_apart),
    cmocka_unit_test(squid_logs_are_taken_apart),
    cmocka_unit_test(audit_records_are_decoded),
    cmocka_unit_test(the_journals_export_is_read),
    cmocka_unit_test(tables_are_named_by_their_headers),
    cmocka_unit_test(other_text_is_given_line_by_line),
    cmocka_unit_test(what_is_no_log_is_refused_with_the_reason),
    cmocka_unit_test(packed_logs_are_unpacked),
    cmocka_unit_test(pieces_may_be_parsed_in_any_order),
    cmocka_unit_test(an_endless_line_is_passed_over),
    cmocka_unit_test(an_endless_entry_or_list_costs_no_more_than_its_length),
    cmocka_unit_test(a_last_line_may_fill_a_piece),
    cmocka_unit_test(messages_of_the_audit_log_are_not_cut_apart),
    cmocka_unit_test(a_log_may_come_through_a_pipe))
