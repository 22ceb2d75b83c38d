// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: zcprof/watch/series.c zcprof/watch/openmetrics.c zcprof/origin.c collectors/kit/sysfs.c */
/*
 * Keys and labels of others in OpenMetrics: whatever they are, every line is valid UTF-8 that can be shown,
 * and is a comment or name{label="value",…} number, whose values have no quote or backslash unescaped.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/visible.h"
#include "zcprof/origin.h"
#include "zcprof/watch/openmetrics.h"
#include "zcprof/watch/series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool right)
{
	if (!right)
		abort();
}

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"

static void check_sample(const char *line, size_t len)
{
	char *copy = strndup(line, len), *at = copy, *rest;

	at += strspn(at, LETTERS);
	must(at > copy && *at == '{');
	do {
		at++;
		must(strspn(at, LETTERS) > 0);
		at += strspn(at, LETTERS);
		must(at[0] == '=' && at[1] == '"');
		for (at += 2; *at != '"'; at++) {
			must(*at);
			if (*at == '\\' && at++)
				must(*at == '\\' || *at == '"');
		}
		at++;
	} while (*at == ',');
	must(at[0] == '}' && at[1] == ' ');
	strtod(at + 2, &rest);
	must(rest > at + 2 && !*rest);
	free(copy);
}

static void check(const char *text, size_t len)
{
	must(len && text[len - 1] == '\n' && strlen(text) == len);
	while (*text) {
		size_t line = strcspn(text, "\n");

		must(visible(text, line));
		if (*text != '#')
			check_sample(text, line);
		text += line + 1;
	}
}

/* Lines: a byte that chooses a metric, and a key; "L" and a label. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct origin origin = {.count = 0};
	struct series *s = series_new();
	struct writer *w;
	size_t len;
	char *text;

	if (!s)
		return 0;
	w = series_look(s, 1);
	while (size) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t line = end ? (size_t)(end - data) : size;
		char *key = strndup((const char *)data + !!line, line - !!line);
		enum metric_id id = *data % METRIC_COUNT;
		const char *why;

		if (*data == 'L')
			origin_label(&origin, key, &why);
		else if (metric_info(id)->kind != KIND_FACT)
			writer_f64(w, WINDOW, END_RX, id, key, 1.5);
		free(key);
		data += line + !!end;
		size -= line + !!end;
	}
	for (enum openmetrics_dialect d = OPENMETRICS; d <= OPENMETRICS_TEXTFILE; d++) {
		text = openmetrics_print(s, &origin, d, &len);
		if (text)
			check(text, len);
		free(text);
	}
	series_free(s);
	return 0;
}
