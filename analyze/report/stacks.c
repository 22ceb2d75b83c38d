// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folded stacks as trees. A node is [name, self, child…]: name is an index into names, self what was
 * seen of it and of nothing beneath. The roots are the ends, their children the contexts.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/load/folded.h"
#include "analyze/report/data.h"
#include "base/memory.h"
#include "page/embed.h"

/* Each text once. */
struct names {
	json_t *at, *index;
};

static json_t *name_of(struct names *names, const char *text, size_t len)
{
	/* A line of another's file is as long as that likes: no stack has room for it. */
	char *name = must_malloc(len + 1);
	json_t *known;

	memcpy(name, text, len);
	name[len] = '\0';
	known = json_object_get(names->index, name);
	if (!known) {
		known = json_integer((json_int_t)json_array_size(names->at));
		json_array_append_new(names->at, json_string(name));
		json_object_set_new(names->index, name, known);
	}
	free(name);
	return json_incref(known);
}

/*
 * The stacks from *at on that begin with the first len bytes of the one there, as a node; frame is the
 * last of these bytes' frames. Leaves *at at the first that does not.
 */
static json_t *node(const struct folded *f, size_t *at, size_t len, const char *frame,
		    size_t frame_len, struct names *names)
{
	const char *prefix = f->at[*at].frames;
	json_t *made = json_array();
	double self = 0;

	json_array_append_new(made, name_of(names, frame, frame_len));
	json_array_append_new(made, json_null());
	while (*at < f->count && !strncmp(f->at[*at].frames, prefix, len)) {
		const char *rest = f->at[*at].frames + len;
		size_t child_len;

		if (*rest && *rest != FOLDED_BETWEEN)
			break;
		child_len = *rest ? folded_frame(&rest) : 0;
		if (!*rest) {
			self += f->at[(*at)++].value;
			continue;
		}
		json_array_append_new(made, node(f, at, rest + child_len - f->at[*at].frames, rest,
						 child_len, names));
	}
	json_array_set_new(made, 1, script_number(self));
	return made;
}

json_t *data_stacks(const struct configuration *c)
{
	struct folded f = folded_of(c, true);
	struct names names = {json_array(), json_object()};
	json_t *roots = json_array();

	for (size_t at = 0; at < f.count;) {
		const char *frame = f.at[at].frames;
		size_t len = folded_frame(&frame);

		json_array_append_new(roots, node(&f, &at, len, frame, len, &names));
	}
	json_decref(names.index);
	folded_free(&f);
	return json_pack("{s: s, s: o, s: o}", "unit", f.unit, "names", names.at, "roots", roots);
}
