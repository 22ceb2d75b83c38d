// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/show/stacks.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "analyze/load/folded.h"
#include "base/say.h"
#include "page/page.h"

/* Samples of all runs, or none after saying so. */
static struct folded samples_of(const struct configuration *c)
{
	struct folded f = folded_of(c, false);

	if (!f.count)
		say_error("%s has no stacks: they stand beside the records, in run-N.folded, where the source profile measured",
			  c->directory);
	return f;
}

int stacks_folded(const struct configuration *c)
{
	struct folded f = samples_of(c);
	int result = f.count ? 0 : -1;

	for (size_t i = 0; i < f.count; i++) {
		const char *at = f.at[i].frames;

		for (size_t len; (len = folded_frame(&at)); at += len)
			printf("%s%.*s", at == f.at[i].frames ? "" : ";", (int)len, at);
		printf(" %.15g\n", f.at[i].value);
	}
	folded_free(&f);
	return result ? result : page_flush();
}

/* Speedscope's "sampled" profile: a stack is the places of its frames in a list that all share. */
struct scope {
	json_t *frames, *places; /* of a name: its place in frames */
	json_t *profiles;
};

static json_t *place_of(struct scope *s, const char *text, size_t len)
{
	char name[len + 1];
	json_t *place;

	memcpy(name, text, len);
	name[len] = '\0';
	place = json_object_get(s->places, name);
	if (!place) {
		place = json_integer((json_int_t)json_array_size(s->frames));
		json_array_append_new(s->frames, json_pack("{s: s}", "name", name));
		json_object_set_new(s->places, name, place);
	}
	return json_incref(place);
}

/* How long the end and the context at the start of a stack are. */
static size_t root_len(const char *frames)
{
	const char *at = frames;
	size_t len = 0;

	for (int i = 0; i < 2; i++) {
		len = folded_frame(&at);
		at += len;
	}
	return at - frames;
}

/* The stacks from one on that are of its end and context. Returns where they end. */
static size_t add_profile(struct scope *s, const struct folded *f, size_t from)
{
	size_t root = root_len(f->at[from].frames), i;
	json_t *samples = json_array(), *weights = json_array();
	char name[root + 1];
	double sum = 0;

	memcpy(name, f->at[from].frames, root);
	name[root] = '\0';
	for (i = from; i < f->count && root_len(f->at[i].frames) == root &&
		       !memcmp(f->at[i].frames, name, root);
	     i++) {
		const char *at = f->at[i].frames + root;
		json_t *stack = json_array();

		for (size_t len; (len = folded_frame(&at)); at += len)
			json_array_append_new(stack, place_of(s, at, len));
		json_array_append_new(samples, stack);
		json_array_append_new(weights, json_real(f->at[i].value));
		sum += f->at[i].value;
	}
	for (char *at = name; (at = strchr(at, FOLDED_BETWEEN));)
		*at = ' ';
	json_array_append_new(s->profiles,
			      json_pack("{s: s, s: s, s: s, s: i, s: f, s: o, s: o}", "type",
					"sampled", "name", name, "unit", "none", "startValue", 0,
					"endValue", sum, "samples", samples, "weights", weights));
	return i;
}

int stacks_speedscope(const struct configuration *c)
{
	struct folded f = samples_of(c);
	struct scope s = {json_array(), json_object(), json_array()};
	int result = f.count ? 0 : -1;
	json_t *root;

	for (size_t at = 0; at < f.count;)
		at = add_profile(&s, &f, at);
	root = json_pack("{s: s, s: s, s: s, s: {s: o}, s: o}", "$schema",
			 "https://www.speedscope.app/file-format-schema.json", "name", c->name,
			 "exporter", "zcroi " VERSION, "shared", "frames", s.frames, "profiles",
			 s.profiles);
	if (!result) {
		json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
		putchar('\n');
		result = page_flush();
	}
	json_decref(root);
	json_decref(s.places);
	folded_free(&f);
	return result;
}
