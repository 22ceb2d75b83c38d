// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/agent/version.h"

#include <stdio.h>
#include <string.h>

#include "base/visible.h"

#define TOLD_MAX 10000

void version_tell(struct writer *w)
{
	char name[METRIC_NAME_MAX], text[METRIC_TEXT_MAX];

	for (int id = 0; id < METRIC_COUNT; id++) {
		request_metric(id, name, text);
		writer_fact(w, END_HOST, METRIC_agent_metric, name, text);
	}
}

static bool is_same(const struct row *row, const char *text)
{
	return row->value.len == strlen(text) && !memcmp(row->value.at, text, row->value.len);
}

void version_take(struct version *v, const struct row *row)
{
	char own[METRIC_NAME_MAX], text[METRIC_TEXT_MAX], name[METRIC_NAME_MAX];

	if (row->id != METRIC_agent_metric || v->told++ > TOLD_MAX)
		return;
	visible_copy(name, sizeof(name), row->key.at, row->key.len);
	for (int id = 0; id < METRIC_COUNT; id++) {
		request_metric(id, own, text);
		if (strcmp(own, name) != 0)
			continue;
		v->there[id] = true;
		if (is_same(row, text))
			v->alike++;
		/* What is left out of answers would be waited for. */
		else if (!strcmp(metric_info(id)->source, "agent"))
			v->strange = true;
		else
			v->otherwise[id] = true;
		return;
	}
	if (v->unknown++ < VERSION_NAMED_MAX)
		v->len += snprintf(v->names + v->len, sizeof(v->names) - v->len, "%s%s",
				   v->len ? ", " : "", name);
}

const char *version_say(const struct version *v, const char *own, const char *other,
			char text[VERSION_SAID_MAX])
{
	char missing[VERSION_NAMES_MAX] = "";
	char name[METRIC_NAME_MAX], unit[METRIC_TEXT_MAX];
	unsigned int missed = 0;
	size_t len = 0;

	for (int id = 0; id < METRIC_COUNT; id++) {
		if (v->there[id] && !v->otherwise[id])
			continue;
		request_metric(id, name, unit);
		if (missed++ < VERSION_NAMED_MAX)
			len += snprintf(missing + len, sizeof(missing) - len, "%s%s",
					len ? ", " : "", name);
	}
	snprintf(text, VERSION_SAID_MAX,
		 "its zcprof is of another version: here is \"%s\", there \"%.80s\"; %u kinds of rows are the same; %u of this one are not said there%s%s%s; %u of that one are not known here, and left out%s%s%s",
		 own, other, v->alike, missed, missed ? " (" : "", missing,
		 missed > VERSION_NAMED_MAX ? ", …)"
		 : missed		    ? ")"
					    : "",
		 v->unknown, v->unknown ? " (" : "", v->names,
		 v->unknown > VERSION_NAMED_MAX ? ", …)"
		 : v->unknown			? ")"
						: "");
	return text;
}

const char *version_refuse(const char *own, const char *other, char text[VERSION_SAID_MAX])
{
	snprintf(text, VERSION_SAID_MAX,
		 "its zcprof is of another version: here is \"%.80s\", there \"%.80s\", which understands nothing of what this one asks; install the same on both sides",
		 own, other);
	return text;
}
