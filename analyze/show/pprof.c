// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Stacks as pprof reads them: google/pprof's proto/profile.proto, as bytes (protobuf's encoding: each field a tag of
 * its number and kind, then a number of seven bits a byte, or a length and so many bytes).
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyze/load/numbering.h"
#include "analyze/show/stacks.h"
#include "base/say.h"
#include "base/standard.h"
#include "page/page.h"

/* Fields of the messages of profile.proto. */
enum { PROFILE_SAMPLE_TYPE = 1, PROFILE_SAMPLE = 2, PROFILE_LOCATION = 4, PROFILE_FUNCTION = 5 };
enum { PROFILE_STRING = 6, PROFILE_PERIOD_TYPE = 11, PROFILE_PERIOD = 12 };
enum { TYPE_TYPE = 1, TYPE_UNIT };
enum { SAMPLE_LOCATION = 1, SAMPLE_VALUE, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_TEXT };
enum { LOCATION_ID = 1, LOCATION_LINE = 4, LINE_FUNCTION = 1 };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME };

/* A message inside another, of which the length has to be known first. */
struct message {
	FILE *out;
	char *bytes;
	size_t size;
};

static void put_varint(FILE *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		fputc((int)(value & 0x7f) | 0x80, out);
	fputc((int)value, out);
}

static void put_number(FILE *out, int field, uint64_t value)
{
	put_varint(out, (uint64_t)field << 3);
	put_varint(out, value);
}

/* Whole, and no less than none: a file of stacks may claim more than the format's int64 holds. */
static uint64_t whole(double value)
{
	if (!(value > 0))
		return 0;
	return value < 0x1p63 ? (uint64_t)llround(value) : INT64_MAX;
}

static void put_bytes(FILE *out, int field, const char *bytes, size_t size)
{
	put_varint(out, (uint64_t)field << 3 | 2);
	put_varint(out, size);
	fwrite(bytes, 1, size, out);
}

static void begin(struct message *m)
{
	*m = (struct message){NULL, NULL, 0};
	m->out = open_memstream(&m->bytes, &m->size);
	if (!m->out) {
		say_error("no memory left for a profile");
		exit(EXIT_FAILED);
	}
}

static void end(struct message *m, FILE *out, int field)
{
	fclose(m->out);
	put_bytes(out, field, m->bytes, m->size);
	free(m->bytes);
}

struct profile {
	FILE *out;
	struct numbering texts;
	double period_ns; /* NAN: not known, or not the same in all runs */
};

static uint64_t text(struct profile *p, const char *text, size_t len)
{
	return numbering_of(&p->texts, text, len);
}

static void put_type(struct profile *p, int field, const char *type, const char *unit)
{
	struct message m;

	begin(&m);
	put_number(m.out, TYPE_TYPE, text(p, type, strlen(type)));
	put_number(m.out, TYPE_UNIT, text(p, unit, strlen(unit)));
	end(&m, p->out, field);
}

static void put_label(struct profile *p, FILE *out, const char *key, const char *value, size_t len)
{
	struct message m;

	begin(&m);
	put_number(m.out, LABEL_KEY, text(p, key, strlen(key)));
	put_number(m.out, LABEL_TEXT, text(p, value, len));
	end(&m, out, SAMPLE_LABEL);
}

/* Leaf first, as pprof has it. */
static void put_frames(struct profile *p, FILE *out, const char *at)
{
	uint64_t places[FOLDED_DEPTH + 1];
	size_t count = 0;

	for (size_t len; count <= FOLDED_DEPTH && (len = folded_frame(&at)); at += len)
		places[count++] = text(p, at, len);
	while (count)
		put_number(out, SAMPLE_LOCATION, places[--count]);
}

static void put_sample(struct profile *p, const struct stack *stack)
{
	const char *at = stack->frames;
	struct message m;
	size_t len;

	begin(&m);
	put_frames(p, m.out, stack->frames + stacks_root(stack->frames));
	put_number(m.out, SAMPLE_VALUE, whole(stack->value));
	if (!isnan(p->period_ns))
		put_number(m.out, SAMPLE_VALUE, whole(stack->value * p->period_ns));
	len = folded_frame(&at);
	put_label(p, m.out, "end", at, len);
	at += len;
	len = folded_frame(&at);
	put_label(p, m.out, "context", at, len);
	end(&m, p->out, PROFILE_SAMPLE);
}

/* Each text is a function, and a place in it, with its number: what no sample names pprof leaves out. */
static void put_texts(struct profile *p)
{
	json_t *texts = numbering_take(&p->texts);
	struct message m, line;

	for (size_t i = 0; i < json_array_size(texts); i++) {
		const json_t *name = json_array_get(texts, i);

		put_bytes(p->out, PROFILE_STRING, json_string_value(name), json_string_length(name));
		if (!i)
			continue; /* "", which no place may be */
		begin(&m);
		put_number(m.out, LOCATION_ID, i);
		begin(&line);
		put_number(line.out, LINE_FUNCTION, i);
		end(&line, m.out, LOCATION_LINE);
		end(&m, p->out, PROFILE_LOCATION);
		begin(&m);
		put_number(m.out, FUNCTION_ID, i);
		put_number(m.out, FUNCTION_NAME, i);
		put_number(m.out, FUNCTION_SYSTEM_NAME, i);
		end(&m, p->out, PROFILE_FUNCTION);
	}
	json_decref(texts);
}

static double period_of(const struct configuration *c)
{
	double period = NAN;

	for (size_t i = 0; i < c->count; i++) {
		for (enum record_end end = 0; end < END_COUNT; end++) {
			double here = run_figure(c->runs[i], METRIC_profile_period, end, NULL);

			if (isnan(here))
				continue;
			if (!isnan(period) && period != here)
				return NAN;
			period = here;
		}
	}
	return period > 0 && period < 1e12 ? period : NAN;
}

int stacks_pprof(const struct configuration *c)
{
	struct folded f = {0};
	struct profile p = {stdout, {0}, NAN};

	if (isatty(STDOUT_FILENO)) {
		say_error("what pprof reads is no text: write it into a file, zcroi show pprof … >FILE.pb");
		return -1;
	}
	f = stacks_samples(c);
	if (!f.count)
		return -1;
	p = (struct profile){stdout, numbering_new(), period_of(c)};
	text(&p, "", 0); /* the first has to be that */
	put_type(&p, PROFILE_SAMPLE_TYPE, "samples", "count");
	if (!isnan(p.period_ns)) {
		put_type(&p, PROFILE_SAMPLE_TYPE, "cpu", "nanoseconds");
		put_type(&p, PROFILE_PERIOD_TYPE, "cpu", "nanoseconds");
		put_number(p.out, PROFILE_PERIOD, whole(p.period_ns));
	}
	for (size_t i = 0; i < f.count; i++)
		put_sample(&p, &f.at[i]);
	put_texts(&p);
	folded_free(&f);
	return standard_flush();
}
