// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Folded stacks as trees. A node is [name, self, child…]: name is an index into names, self what was
 * seen of it and of nothing beneath. The roots are the ends, their children the contexts.
 */
#include <string.h>

#include "analyze/load/folded.h"
#include "analyze/load/numbering.h"
#include "analyze/report/data.h"
#include "page/embed.h"

/*
 * The stacks from *at on that begin with the first len bytes of the one there, as a node; frame is the
 * last of these bytes' frames. Leaves *at at the first that does not.
 */
static json_t *node(const struct folded *f, size_t *at, size_t len, const char *frame,
		    size_t frame_len, struct numbering *names)
{
	const char *prefix = f->at[*at].frames;
	json_t *made = json_array();
	double self = 0;

	json_array_append_new(made, json_integer(numbering_of(names, frame, frame_len)));
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
	struct numbering names = numbering_new();
	json_t *roots = json_array();

	for (size_t at = 0; at < f.count;) {
		const char *frame = f.at[at].frames;
		size_t len = folded_frame(&frame);

		json_array_append_new(roots, node(&f, &at, len, frame, len, &names));
	}
	folded_free(&f);
	return json_pack("{s: s, s: o, s: o}", "unit", f.unit, "names", numbering_take(&names),
			 "roots", roots);
}
