// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: datapath/control.c datapath/gate.c */
/*
 * The bytes of a control connection, in pieces whose size the first byte says. Whatever is taken
 * has to print as a line that is taken again and prints the same. The same bytes are a gate's, too,
 * whose refusal has to be fit to be printed.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/control.h"
#include "datapath/gate.h"

static void check_message(const struct control_message *m)
{
	char line[CONTROL_LINE_MAX];
	char again[CONTROL_LINE_MAX];
	struct control_message back;
	char why[128];
	size_t len;

	/* Of another version nothing but the number is known. */
	if (m->version && m->version != CONTROL_VERSION)
		return;
	len = control_print(m, line);
	if (len > sizeof(line) || line[len - 1] != '\n' ||
	    control_parse(line, len - 1, &back, why, sizeof(why)) ||
	    control_print(&back, again) != len || memcmp(line, again, len))
		abort();
}

static void check_gate(const uint8_t *data, size_t size)
{
	struct gate gate = {.fd = -1};
	enum gate_word word;
	char why[256];
	int got = 0;

	for (size_t at = 0; at < size && got >= 0;) {
		size_t room = sizeof(gate.bytes) - gate.used;
		size_t take = size - at < room ? size - at : room;

		memcpy(gate.bytes + gate.used, data + at, take);
		gate.used += take;
		at += take;
		while ((got = gate_next(&gate, &word, why, sizeof(why))) > 0)
			if (word >= GATE_WORDS)
				abort();
	}
	for (const char *c = why; got < 0 && *c; c++)
		if (!isprint((unsigned char)*c))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_lines lines = {0};
	unsigned char key[RUN_KEY_SIZE] = {0};
	struct control_message m;
	char why[128];
	size_t piece;

	if (!size)
		return 0;
	check_gate(data, size);
	piece = 1 + data[0];
	if (size >= PREAMBLE_SIZE && preamble_parse((const char *)data, key) >= CONTROL_FLOWS_MAX)
		abort();
	for (size_t at = 1; at < size;) {
		size_t room = sizeof(lines.bytes) - lines.used;
		size_t take = size - at < piece ? size - at : piece;
		int got;

		take = take < room ? take : room;
		memcpy(lines.bytes + lines.used, data + at, take);
		lines.used += take;
		at += take;
		while ((got = control_next(&lines, &m, why, sizeof(why))) > 0)
			check_message(&m);
		if (got < 0)
			return 0;
	}
	return 0;
}
