/* SPDX-License-Identifier: Apache-2.0 */
#include "mail/carrier.h"

#include <stdio.h>

#include "os/transfer.h"
#include "os/worker.h"
#include "text/json.h"

/* Asks the one who started us whether the last byte may go. */
static bool
ask(void *arg)
{
	cleanup(buf_clear) struct buf frame = BUF_INIT(16);

	(void)arg;
	return worker_write(CARRIER_POINT, strlen(CARRIER_POINT)) && worker_read(&frame) &&
	    str_eq(buf_str(&frame), CARRIER_GO);
}

static void
mail(const struct json *order, const struct buf *data, struct transfer_result *result)
{
	struct transfer_mail m = {
		.url = json_get_str(order, "url"),
		.user = json_get_str(order, "user"),
		.password = json_get_str(order, "password"),
		.tls = (enum transfer_tls)json_get_int(order, "tls", TRANSFER_TLS_REQUIRED),
		.from = json_get_str(order, "from"),
		.to = json_get_str(order, "to"),
		.data = data->data,
		.size = data->len,
		.timeout_ms = (int)json_get_int(order, "timeout_ms", 60000),
	};

	transfer_mail(&m, ask, NULL, result);
}

static void
webhook(const struct json *order, const struct buf *data, struct transfer_result *result)
{
	const char *signature = json_get_str(order, "signature");
	char key[96], sign[96];
	const char *headers[] = { "Content-Type: application/json", key,
		signature == NULL ? NULL : sign, NULL };
	struct transfer_http h = {
		.url = json_get_str(order, "url"),
		.headers = headers,
		.data = data->data,
		.size = data->len,
		.timeout_ms = (int)json_get_int(order, "timeout_ms", 20000),
	};

	snprintf(key, sizeof(key), "Idempotency-Key: \"%.64s\"", json_get_str(order, "id"));
	if (signature != NULL)
		snprintf(sign, sizeof(sign), "Khien-Signature: sha256=%.64s", signature);
	transfer_http(&h, ask, NULL, result);
}

static int
report(const struct transfer_result *result)
{
	cleanup(json_freep) struct json *json = json_new_object();
	cleanup(buf_clear) struct buf frame = BUF_INIT(4096);

	json_set_int(json, "end", result->end);
	json_set_int(json, "fault", result->fault);
	json_set_int(json, "code", result->code);
	json_set_str(json, "answer", result->answer);
	json_write(json, &frame);
	return worker_write(frame.data, frame.len) ? 0 : 1;
}

int
carrier_serve(void)
{
	cleanup(buf_clear) struct buf head = BUF_INIT(65536), data = BUF_INIT(WORKER_FRAME_MAX);
	cleanup(json_freep) struct json *order = NULL;
	struct transfer_result result = { .end = TRANSFER_RETRY, .body = BUF_INIT(65536) };

	if (!worker_read(&head) || !worker_read(&data) ||
	    json_parse(head.data, head.len, &order, NULL) != 0 || json_get_str(order, "url") == NULL)
		return 1;
	if (str_eq(json_get_str(order, "kind"), "mail"))
		mail(order, &data, &result);
	else if (str_eq(json_get_str(order, "kind"), "webhook"))
		webhook(order, &data, &result);
	else
		return 1;
	buf_clear(&result.body);
	return report(&result);
}
