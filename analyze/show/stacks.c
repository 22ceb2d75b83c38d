// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/show/stacks.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "analyze/load/numbering.h"
#include "base/say.h"
#include "base/standard.h"
#include "page/page.h"

struct folded stacks_samples(const struct configuration *c)
{
	struct folded f = folded_of(c, false);

	if (!f.count)
		say_error("%s has no stacks: they stand beside the records, in run-N.folded, where the source profile measured",
			  c->directory);
	return f;
}

int stacks_folded(const struct configuration *c)
{
	struct folded f = stacks_samples(c);
	int result = f.count ? 0 : -1;

	for (size_t i = 0; i < f.count; i++) {
		const char *at = f.at[i].frames;

		for (size_t len; (len = folded_frame(&at)); at += len)
			printf("%s%.*s", at == f.at[i].frames ? "" : ";", (int)len, at);
		printf(" %.15g\n", f.at[i].value);
	}
	folded_free(&f);
	return result ? result : standard_flush();
}

/* Speedscope's "sampled" profile: a stack is the places of its frames in a list that all share. */
struct scope {
	struct numbering names;
	json_t *profiles;
};

size_t stacks_root(const char *frames)
{
	const char *at = frames;
	size_t len = 0;

	for (int i = 0; i < 2; i++) {
		len = folded_frame(&at);
		at += len;
	}
	return at - frames;
}

/* "rx task" */
static json_t *root_words(const char *frames)
{
	const char *end = frames, *context;
	size_t end_len = folded_frame(&end), context_len;

	context = end + end_len;
	context_len = folded_frame(&context);
	return json_sprintf("%.*s %.*s", (int)end_len, end, (int)context_len, context);
}

/* The stacks from one on that are of its end and context. Returns where they end. */
static size_t add_profile(struct scope *s, const struct folded *f, size_t from)
{
	size_t root = stacks_root(f->at[from].frames), i;
	json_t *samples = json_array(), *weights = json_array();
	const char *name = f->at[from].frames;
	double sum = 0;

	for (i = from; i < f->count && stacks_root(f->at[i].frames) == root &&
		       !memcmp(f->at[i].frames, name, root);
	     i++) {
		const char *at = f->at[i].frames + root;
		json_t *stack = json_array();

		for (size_t len; (len = folded_frame(&at)); at += len)
			json_array_append_new(stack, json_integer(numbering_of(&s->names, at, len)));
		json_array_append_new(samples, stack);
		json_array_append_new(weights, json_real(f->at[i].value));
		sum += f->at[i].value;
	}
	json_array_append_new(s->profiles, json_pack("{s: s, s: o, s: s, s: i, s: f, s: o, s: o}",
						     "type", "sampled", "name", root_words(name),
						     "unit", "none", "startValue", 0, "endValue",
						     sum, "samples", samples, "weights", weights));
	return i;
}

int stacks_speedscope(const struct configuration *c)
{
	struct folded f = stacks_samples(c);
	struct scope s = {numbering_new(), json_array()};
	json_t *names, *frames = json_array();
	int result = f.count ? 0 : -1;
	json_t *root;

	for (size_t at = 0; at < f.count;)
		at = add_profile(&s, &f, at);
	names = numbering_take(&s.names);
	for (size_t i = 0; i < json_array_size(names); i++)
		json_array_append_new(frames, json_pack("{s: O}", "name", json_array_get(names, i)));
	json_decref(names);
	root = json_pack("{s: s, s: s, s: s, s: {s: o}, s: o}", "$schema",
			 "https://www.speedscope.app/file-format-schema.json", "name", c->name,
			 "exporter", "zcroi " VERSION, "shared", "frames", frames, "profiles",
			 s.profiles);
	if (!result) {
		json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
		putchar('\n');
		result = standard_flush();
	}
	json_decref(root);
	folded_free(&f);
	return result;
}
