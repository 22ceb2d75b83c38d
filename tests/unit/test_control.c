// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: datapath/control.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/control.h"

#define HELLO                                                                                      \
	"zcpath hello version=7 flows=2 msg=1024 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=send_zc"

static int parse(const char *line, struct control_message *m)
{
	char why[256] = "";
	int result = control_parse(line, strlen(line), m, why, sizeof(why));

	/* Whoever is refused is told why. */
	assert_true(!result || *why);
	return result;
}

static void takes_what_it_prints(void **state)
{
	struct control_message m = {
		.version = 7,
		.path = "zerocopy",
		.flows = CONTROL_FLOWS_MAX,
		.msg = CONTROL_MSG_MAX,
		.limit = CONTROL_BYTES_MAX,
		.verify = 1,
		.key = {0x00, 0xff, 0x7f, 0x80},
		.bytes = UINT64_MAX,
		.bad = UINT64_MAX - 1,
		.bad_flow = CONTROL_FLOWS_MAX - 1,
		.bad_at = 77,
		.stamp = 2,
		.kernel = UINT64_MAX,
		.clock = UINT64_MAX,
	};

	(void)state;
	for (int verb = 0; verb < CONTROL_VERB_COUNT; verb++) {
		char line[CONTROL_LINE_MAX];
		char again[CONTROL_LINE_MAX];
		struct control_message back;
		size_t len;

		m.verb = verb;
		memset(m.reason, 'r', CONTROL_REASON_MAX);
		len = control_print(&m, line);
		assert_true(len <= sizeof(line));
		assert_int_equal(line[len - 1], '\n');
		line[len - 1] = '\0';
		assert_int_equal(parse(line, &back), 0);
		assert_int_equal(back.verb, verb);
		assert_int_equal(control_print(&back, again), len);
		assert_memory_equal(again, line, len - 1);
	}
}

static void reads_every_field(void **state)
{
	struct control_message m;

	(void)state;
	assert_int_equal(parse(HELLO, &m), 0);
	assert_int_equal(m.verb, CONTROL_hello);
	assert_int_equal(m.version, 7);
	assert_int_equal(m.flows, 2);
	assert_int_equal(m.msg, 1024);
	assert_int_equal(m.verify, 1);
	assert_string_equal(m.path, "send_zc");
	assert_int_equal(parse("zcpath total bytes=18446744073709551615 bad=3 bad_flow=1 bad_at=9",
			       &m),
			 0);
	assert_true(m.bytes == UINT64_MAX && m.bad == 3 && m.bad_flow == 1 && m.bad_at == 9);
}

static void refuses_what_is_out_of_bounds(void **state)
{
	static const char *const lines[] = {
		"",
		"zcpath",
		"zcpath ",
		"zcpath  hello",
		"GET / HTTP/1.1",
		"zcpath dance",
		"zcpath hello",
		"zcpath ready now=1",
		"zcpath fail",
		"zcpath fail because",
		"zcpath hello version=7 flows=0 msg=1024 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=16385 msg=1024 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=1 msg=0 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=1 msg=1073741825 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=1 msg=1 limit=1125899906842625 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=1 msg=1 limit=0 verify=2 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=-1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=+1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=0x1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=1 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath hello version=7 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=",
		"zcpath hello version=7 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=../etc",
		"zcpath hello version=7 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=abcdefghijklmnopqrstuvwxyzabcdefgh",
		"zcpath hello version=7 flows=1 msg=1 limit=0 verify=1",
		"zcpath hello version=7 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy more=1",
		"zcpath hello version=10000 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy",
		"zcpath welcome version=7 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy key=00",
		"zcpath welcome version=7 flows=1 msg=1 limit=0 verify=1 udp=0 away=0 mixed=0 tls=0 reconnect=0 response=0 stamp=0 kernel=0 path=copy key=0000000000000000000000000000000G",
		"zcpath total bytes=18446744073709551616 bad=0 bad_flow=0 bad_at=0",
		"zcpath total bytes=99999999999999999999999 bad=0 bad_flow=0 bad_at=0",
		"zcpath total bytes= bad=0 bad_flow=0 bad_at=0",
		"zcpath total bytes=1 bad=0 bad_flow=16384 bad_at=0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct control_message m;

		if (!parse(lines[i], &m))
			fail_msg("taken: %s", lines[i]);
	}
}

static void knows_another_version_by_its_number_alone(void **state)
{
	struct control_message m;

	(void)state;
	assert_int_equal(parse("zcpath hello version=8 colour=blue", &m), 0);
	assert_int_equal(m.verb, CONTROL_hello);
	assert_int_equal(m.version, 8);
}

static void makes_a_reason_printable(void **state)
{
	struct control_message m;

	(void)state;
	assert_int_equal(parse("zcpath fail reason=a b\x1b[31m=c", &m), 0);
	assert_string_equal(m.reason, "a b?[31m=c");
}

static void bounds_a_reason(void **state)
{
	char line[CONTROL_LINE_MAX] = "zcpath fail reason=";
	size_t prefix = strlen(line);
	struct control_message m;

	(void)state;
	memset(line + prefix, 'x', CONTROL_REASON_MAX + 1);
	line[prefix + CONTROL_REASON_MAX + 1] = '\0';
	assert_int_equal(parse(line, &m), -1);
	line[prefix + CONTROL_REASON_MAX] = '\0';
	assert_int_equal(parse(line, &m), 0);
	assert_int_equal(strlen(m.reason), CONTROL_REASON_MAX);
}

static void finds_lines_in_pieces(void **state)
{
	static const char stream[] = HELLO "\nzcpath ready\nzcpath sta";
	struct control_lines lines = {0};
	struct control_message m;
	char why[256];
	int found = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(stream) - 1; i++) {
		int got;

		lines.bytes[lines.used++] = stream[i];
		while ((got = control_next(&lines, &m, why, sizeof(why)))) {
			assert_int_equal(got, 1);
			assert_int_equal(m.verb, found ? CONTROL_ready : CONTROL_hello);
			found++;
		}
	}
	assert_int_equal(found, 2);
	assert_int_equal(lines.used, strlen("zcpath sta"));
}

static void refuses_a_line_without_end(void **state)
{
	struct control_lines lines = {.used = CONTROL_LINE_MAX};
	struct control_message m;
	char why[256] = "";

	(void)state;
	memset(lines.bytes, 'x', sizeof(lines.bytes));
	assert_int_equal(control_next(&lines, &m, why, sizeof(why)), -1);
	assert_non_null(strstr(why, "line break"));
}

static void preamble_shows_key_and_number(void **state)
{
	unsigned char key[RUN_KEY_SIZE] = {1, 2, 3, 250};
	unsigned char other[RUN_KEY_SIZE] = {1, 2, 3, 251};
	char bytes[PREAMBLE_SIZE];

	(void)state;
	for (int flow = 0; flow < CONTROL_FLOWS_MAX; flow++) {
		preamble_print(key, flow, bytes);
		assert_int_equal(bytes[PREAMBLE_SIZE - 1], '\n');
		assert_int_equal(preamble_parse(bytes, key), flow);
		assert_int_equal(preamble_parse(bytes, other), -1);
	}
	/* Whatever byte is changed, it is no preamble of this run and this flow any more. */
	for (int i = 0; i < PREAMBLE_SIZE; i++) {
		preamble_print(key, 7, bytes);
		bytes[i] ^= 1;
		assert_int_not_equal(preamble_parse(bytes, key), 7);
	}
	memset(bytes, '9', sizeof(bytes));
	assert_int_equal(preamble_parse(bytes, key), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_it_prints),
		cmocka_unit_test(reads_every_field),
		cmocka_unit_test(refuses_what_is_out_of_bounds),
		cmocka_unit_test(knows_another_version_by_its_number_alone),
		cmocka_unit_test(makes_a_reason_printable),
		cmocka_unit_test(bounds_a_reason),
		cmocka_unit_test(finds_lines_in_pieces),
		cmocka_unit_test(refuses_a_line_without_end),
		cmocka_unit_test(preamble_shows_key_and_number),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
