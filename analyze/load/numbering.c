// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/load/numbering.h"

#include <string.h>

#include "base/memory.h"

struct numbering numbering_new(void)
{
	return (struct numbering){json_array(), json_object()};
}

json_int_t numbering_of(struct numbering *n, const char *text, size_t len)
{
	/* No stack has room for what another's file may hold. */
	char *name = must_malloc(len + 1);
	json_t *known;

	memcpy(name, text, len);
	name[len] = '\0';
	known = json_object_get(n->numbers, name);
	if (!known) {
		known = json_integer((json_int_t)json_array_size(n->texts));
		json_array_append_new(n->texts, json_string(name));
		json_object_set_new(n->numbers, name, known);
	}
	free(name);
	return json_integer_value(known);
}

json_t *numbering_take(struct numbering *n)
{
	json_decref(n->numbers);
	n->numbers = NULL;
	return n->texts;
}
