// SPDX-License-Identifier: GPL-2.0-or-later
/* Of causes that were found: which are one. */
#include "analyze/causes/causes.h"

#include <string.h>

/* A cause with a setting that explains so much is enough: what has none is no other one unless it explains much. */
#define ENOUGH 0.5
/* A root takes its consequences along if it explains so much. */
#define ROOT_EXPLAINS 0.3

bool cause_is_enough(const struct cause *cause)
{
	return cause->setting && cause->explains >= ENOUGH && !cause->against_count;
}

/* "*": what follows from anything that is enough. */
static bool is_root(const char *id, const struct cause *root, const struct cause *cause)
{
	bool any = !strcmp(id, "*");

	/* What a setting of its own makes follows from nothing that has none. */
	if (root == cause || (cause->setting && !root->setting))
		return false;
	if (any || strcmp(id, root->mechanism->id) != 0)
		return any && cause_is_enough(root);
	return root->setting || root->explains >= ROOT_EXPLAINS || root->score >= cause->score;
}

static struct cause *root_of(struct causes *c, const struct cause *cause)
{
	for (size_t i = 0; i < FACTS_MAX && cause->mechanism->roots[i]; i++)
		for (size_t j = 0; j < c->count; j++)
			if (is_root(cause->mechanism->roots[i], &c->at[j], cause))
				return &c->at[j];
	/* What one setting makes is one cause: that which stands first. */
	for (struct cause *other = c->at; cause->setting && other < cause; other++)
		if (other->score >= 0 && other->setting == cause->setting)
			return other;
	return NULL;
}

static int by_score(const void *a, const void *b)
{
	const struct cause *x = a;
	const struct cause *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return strcmp(x->mechanism->id, y->mechanism->id);
}

void causes_merge(struct causes *c)
{
	bool enough = false;
	size_t kept = 0;

	/* The best come first, and stay so. */
	ARRAY_SORT(c->at, c->count, by_score);
	for (size_t i = 0; i < c->count; i++) {
		struct cause *root = root_of(c, &c->at[i]);

		if (root && root->with_count < SIGNS_MAX)
			root->with[root->with_count++] = c->at[i].mechanism;
		if (root)
			c->at[i].score = -1;
	}
	for (size_t i = 0; i < c->count; i++)
		enough |= c->at[i].score >= 0 && cause_is_enough(&c->at[i]);
	for (size_t i = 0; i < c->count; i++)
		if (c->at[i].score >= 0 &&
		    (!enough || c->at[i].setting || c->at[i].explains >= ROOT_EXPLAINS))
			c->at[kept++] = c->at[i];
	c->count = kept;
}
