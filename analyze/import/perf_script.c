// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * perf script: one sample after the other, its stack leaf first. "name pid time: period event:" and then
 * a frame per line, "address symbol+offset (object)"; without stacks both stand in one line.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/import/profile.h"

struct sample {
	char command[64];
	struct frame frames[PROFILE_DEPTH];
	char text[PROFILE_DEPTH][192]; /* of a frame: its symbol and its object, each with a NUL */
	size_t depth;
	bool open;
	bool other; /* of an event that was not the first */
};

struct script {
	struct profile profile;
	struct sample sample;
	char event[64];
	double events; /* periods added up */
	size_t others;
	bool told; /* which event is meant */
};

static bool is_hex(const char *word, size_t len)
{
	return len > 0 && strspn(word, "0123456789abcdef") >= len;
}

static bool is(const char *head)
{
	for (const char *at = strstr(head, ":"); at; at = strstr(at + 1, ":")) {
		const char *frame = at + 1 + strspn(at + 1, " \n\t");
		size_t len = strcspn(frame, " \n");

		/* An event's name, a colon, and an address: on the next line or on this one. */
		if (len >= 6 && is_hex(frame, len) && frame[len] == ' ' &&
		    memmem(frame, strcspn(frame, "\n"), " (", 2) && !isdigit((unsigned char)at[-1]))
			return true;
	}
	return false;
}

/* Of several events the one that is of the CPU's time. */
static int weight_of(const char *event)
{
	return strstr(event, "cycles") || strstr(event, "clock") ? 2 : strchr(event, ':') ? 0 : 1;
}

static void end_sample(struct script *s)
{
	struct sample *p = &s->sample;

	if (p->open && !p->other && p->depth && s->told)
		profile_stack(&s->profile, p->command, p->frames, p->depth, 1);
	p->open = false;
	p->depth = 0;
}

/* A frame of the line at hand: 0, or -1 after saying what is wrong with it. */
static int take_frame(struct script *s, struct input *in, char *line)
{
	struct sample *p = &s->sample;
	char *address = line + strspn(line, " \t");
	size_t len = strcspn(address, " ");
	char *symbol = address + len + strspn(address + len, " ");
	char *object = strrchr(symbol, '(');
	char *text = p->text[p->depth < PROFILE_DEPTH ? p->depth : 0];
	bool kernel = len == 16 && !strncmp(address, "ffff", 4);
	size_t symbol_len;
	const char *base;

	if (!is_hex(address, len))
		return input_refuse(in, address,
				    "expected a frame that begins with an address, found \"%.40s\"",
				    address);
	if (!object || !strchr(object, ')'))
		return input_refuse(in, NULL,
				    "expected a frame's object in brackets before the line's end");
	if (!p->open)
		return input_refuse(in, address, "a frame of no sample");
	if (p->depth == PROFILE_DEPTH)
		return 0;
	symbol_len = strcspn(symbol, "(");
	while (symbol_len && symbol[symbol_len - 1] == ' ')
		symbol_len--;
	for (size_t i = 1; i + 3 < symbol_len; i++)
		if (!strncmp(symbol + i, "+0x", 3))
			symbol_len = i;
	object++;
	object[strcspn(object, ")")] = '\0';
	base = strrchr(object, '/') ? strrchr(object, '/') + 1 : object;
	snprintf(text, 128, "%.*s", symbol_len ? (int)symbol_len : 9,
		 symbol_len ? symbol : "[unknown]");
	snprintf(text + 128, 64, "%s", kernel && !strncmp(base, "inlined", 7) ? "[kernel]" : base);
	p->frames[p->depth++] = (struct frame){text, text + 128, kernel};
	return 0;
}

/* "dd  5018 [001] 7157.039479:    1001001 cpu-clock: " */
static int take_begin(struct script *s, struct input *in, char *line)
{
	struct sample *p = &s->sample;
	char *time = NULL, *event, *end;
	double period = 1;

	for (char *at = line; (at = strchr(at, ':')); at++) {
		char *digits = at;

		while (digits > line && (isdigit((unsigned char)digits[-1]) || digits[-1] == '.'))
			digits--;
		if (at - digits > 2 && memchr(digits, '.', at - digits)) {
			time = at;
			break;
		}
	}
	if (!time)
		return input_refuse(in, line,
				    "expected a sample, \"name pid time: period event:\", found \"%.40s\"",
				    line);
	line += strspn(line, " ");
	snprintf(p->command, sizeof(p->command), "%.*s", (int)strcspn(line, " "), line);
	event = time + 1 + strspn(time + 1, " ");
	if (isdigit((unsigned char)*event)) {
		period = strtod(event, &end);
		event = end + strspn(end, " ");
	}
	/* "cycles:ppp:" has a colon of its own: the last before a space or the end is the one. */
	end = event;
	while (*end && *end != ' ')
		end++;
	if (end == event || end[-1] != ':')
		return input_refuse(in, event, "expected an event's name and a colon");
	end[-1] = '\0';
	if (!*s->event || (!s->told && weight_of(event) > weight_of(s->event)))
		snprintf(s->event, sizeof(s->event), "%s", event);
	p->open = true;
	p->other = strncmp(s->event, event, sizeof(s->event) - 1) != 0;
	s->others += p->other;
	if (!p->other)
		s->events += period;
	/* Without stacks the one frame stands behind. */
	if (*end && end[1 + strspn(end + 1, " ")])
		return take_frame(s, in, end + 1);
	return 0;
}

static int take_line(struct script *s, struct input *in, char *line)
{
	const char *word = line + strspn(line, " \t");

	if (!*word) {
		end_sample(s);
		return 0;
	}
	if (*line == '#')
		return 0;
	if ((*line == '\t' || (*line == ' ' && s->sample.open)) && is_hex(word, strcspn(word, " ")))
		return take_frame(s, in, line);
	end_sample(s);
	return take_begin(s, in, line);
}

static int finish(struct script *s, struct import *im)
{
	bool clock = !strncmp(s->event, "cpu-clock", 9) || !strncmp(s->event, "task-clock", 10);
	double all = 0;
	char means[200];

	for (int context = 0; context < CONTEXT_COUNT; context++)
		all += s->profile.context[context];
	snprintf(means, sizeof(means), "perf script: samples of %s with their stacks", s->event);
	import_means(im, "profile", means);
	if (s->others)
		import_absent(im, "profile/events",
			      "more than one event was sampled; only that of the means is here");
	return profile_finish(&s->profile,
			      clock && all > 0 ? s->events * s->profile.samples / all : NAN);
}

/* Twice, for the event that counts may come late: the first time to see which there are. A pipe's first is taken. */
static int read_lines(struct script *s, struct input *in)
{
	char *line;

	s->told = fseek(in->file, 0, SEEK_CUR) != 0;
	for (;;) {
		while ((line = input_line(in)))
			if (take_line(s, in, line))
				return -1;
		if (in->failed || s->told)
			return 0;
		end_sample(s);
		s->told = true;
		s->others = 0;
		s->events = 0;
		if (!input_again(in))
			return input_refuse(in, in->line, "this file cannot be read a second time");
	}
}

static int read(struct import *im, struct input *in)
{
	struct script *s = must_calloc(1, sizeof(*s));
	int result;

	s->profile = (struct profile){.im = im, .in = in};
	result = read_lines(s, in);
	if (!result) {
		end_sample(s);
		result = in->failed || s->profile.failed ? -1 : finish(s, im);
	}
	free(s);
	return result;
}

const struct import_format import_perf_script = {
	.name = "perf-script",
	.what = "perf script",
	.is = is,
	.read = read,
};
