// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/stacks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/outfile.h"
#include "base/say.h"
#include "base/visible.h"

/* Samples whose leaf is one function. */
struct leaf {
	uint64_t count;
	const struct symbol *symbol;
	enum record_end end;
	enum context context;
};

struct line {
	uint64_t count;
	char *text;
};

struct stacks {
	uint64_t samples[END_COUNT][CONTEXT_COUNT];
	uint64_t component[END_COUNT][CONTEXT_COUNT][COMPONENT_COUNT];
	struct leaf *leaves; /* merged when they are asked for, and so the lines */
	struct line *lines;
	size_t count, room;
	size_t line_count, line_room;
};

struct stacks *stacks_new(void)
{
	return calloc(1, sizeof(struct stacks));
}

static enum context context_of(const struct sample *sample)
{
	for (size_t i = 0; i < sample->kernel_depth; i++)
		if (sample->kernel[i]->context != CONTEXT_TASK)
			return sample->kernel[i]->context;
	return sample->idle ? CONTEXT_IDLE : CONTEXT_TASK;
}

static enum component component_of(const struct sample *sample)
{
	enum component says[sample->kernel_depth + 1];

	if (!sample->kernel_depth)
		return COMPONENT_user;
	for (size_t i = 0; i < sample->kernel_depth; i++)
		says[i] = sample->kernel[i]->component;
	return component_of_stack(says, sample->kernel_depth);
}

/*
 * What is received is for whoever receives it, whatever it came upon. Else a process of the run works for its own end, in
 * whatever context. Of other work only what a CPU does by itself is its end's: a bystander's task is nobody's.
 */
static enum record_end end_of(const struct sample *sample, enum context context)
{
	if (sample->packet_end != END_COUNT)
		return sample->packet_end;
	if (sample->process_end != END_HOST || context == CONTEXT_TASK)
		return sample->process_end;
	return sample->cpu_end;
}

/* flamegraph.pl parts frames at ';' and the count at the last blank. */
static void put_frame(FILE *f, const char *name)
{
	char frame[1024];
	size_t len = visible_copy(frame, sizeof(frame), name, strlen(name));

	putc(';', f);
	for (size_t i = 0; i < len; i++)
		putc(frame[i] == ';' ? ':' : frame[i], f);
}

static char *fold(const struct sample *sample, enum record_end end, enum context context)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "%s;%s", record_end_name[end], context_name(context));
	put_frame(f, sample->command);
	for (size_t i = sample->user_depth; i-- > 0;)
		put_frame(f, sample->user[i]->name);
	for (size_t i = sample->kernel_depth; i-- > 0;)
		put_frame(f, sample->kernel[i]->name);
	return fclose(f) ? (free(text), NULL) : text;
}

static int make_room(void **at, size_t *room, size_t count, size_t size)
{
	size_t wanted = *room ? 2 * *room : 4096;
	void *more;

	if (count < *room)
		return 0;
	more = reallocarray(*at, wanted, size);
	if (!more)
		return -ENOMEM;
	*at = more;
	*room = wanted;
	return 0;
}

static int add_leaf(struct stacks *s, const struct sample *sample, const struct symbol *symbol)
{
	enum context context = context_of(sample);

	if (make_room((void **)&s->leaves, &s->room, s->count, sizeof(*s->leaves)))
		return -ENOMEM;
	s->leaves[s->count++] =
		(struct leaf){sample->count, symbol, end_of(sample, context), context};
	return 0;
}

static void count_samples(struct stacks *s, const struct sample *sample)
{
	enum context context = context_of(sample);
	enum record_end end = end_of(sample, context);

	s->samples[end][context] += sample->count;
	s->component[end][context][component_of(sample)] += sample->count;
}

int stacks_count(struct stacks *s, const struct sample *sample)
{
	count_samples(s, sample);
	return sample->kernel_depth ? add_leaf(s, sample, sample->kernel[0]) : 0;
}

int stacks_add(struct stacks *s, const struct sample *sample)
{
	enum context context = context_of(sample);
	const struct symbol *const *leaf = sample->kernel_depth ? sample->kernel : sample->user;
	char *text;

	if (make_room((void **)&s->lines, &s->line_room, s->line_count, sizeof(*s->lines)))
		return -ENOMEM;
	text = fold(sample, end_of(sample, context), context);
	if (!text)
		return -ENOMEM;
	s->lines[s->line_count++] = (struct line){sample->count, text};
	count_samples(s, sample);
	return add_leaf(s, sample, leaf[0]);
}

static int by_leaf(const void *a, const void *b)
{
	const struct leaf *x = a, *y = b;
	int order;

	if (x->end != y->end)
		return x->end < y->end ? -1 : 1;
	if (x->context != y->context)
		return x->context < y->context ? -1 : 1;
	order = strcmp(x->symbol->object, y->symbol->object);
	return order ? order : strcmp(x->symbol->name, y->symbol->name);
}

static int by_count(const void *a, const void *b)
{
	const struct leaf *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return by_leaf(a, b);
}

void stacks_functions(struct stacks *s, struct writer *w)
{
	size_t kept = 0;

	/* A run without a sample has none. */
	if (!s->count)
		return;
	qsort(s->leaves, s->count, sizeof(*s->leaves), by_leaf);
	for (size_t i = 0; i < s->count; i++) {
		if (kept && !by_leaf(&s->leaves[kept - 1], &s->leaves[i]))
			s->leaves[kept - 1].count += s->leaves[i].count;
		else
			s->leaves[kept++] = s->leaves[i];
	}
	qsort(s->leaves, kept, sizeof(*s->leaves), by_count);
	for (size_t i = 0; i < kept; i++) {
		const struct leaf *leaf = &s->leaves[i];
		char key[512];

		snprintf(key, sizeof(key), "%s;%s;%s", context_name(leaf->context),
			 leaf->symbol->object, leaf->symbol->name);
		writer_u64(w, WINDOW, leaf->end, METRIC_profile_symbol, key, leaf->count);
	}
}

void stacks_components(const struct stacks *s, struct writer *w, double period_ns)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++) {
		for (enum context context = 0; context < CONTEXT_COUNT; context++) {
			if (!s->samples[end][context])
				continue;
			writer_u64(w, WINDOW, end, METRIC_profile_samples, context_name(context),
				   s->samples[end][context]);
			for (enum component c = 0; c < COMPONENT_COUNT; c++) {
				uint64_t count = s->component[end][context][c];
				char key[64];

				if (!count && c != COMPONENT_unmapped)
					continue;
				snprintf(key, sizeof(key), "%s/%s", context_name(context),
					 component_name(c));
				writer_f64(w, WINDOW, end, METRIC_profile_component, key,
					   (double)count * period_ns);
			}
		}
	}
}

void stacks_misses(const struct stacks *s, struct writer *w, double each)
{
	for (enum record_end end = END_HOST; end < END_COUNT; end++)
		for (enum context context = 0; context < CONTEXT_COUNT; context++)
			for (enum component c = 0; c < COMPONENT_COUNT; c++) {
				uint64_t count = s->component[end][context][c];
				char key[64];

				if (!count)
					continue;
				snprintf(key, sizeof(key), "%s/%s", context_name(context),
					 component_name(c));
				writer_f64(w, WINDOW, end, METRIC_profile_misses, key,
					   (double)count * each);
			}
}

void stacks_rows(struct stacks *s, struct writer *w, double period_ns)
{
	stacks_components(s, w, period_ns);
	stacks_functions(s, w);
}

static int by_text(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	return strcmp(x->text, y->text);
}

/* Lines that are the same are one. */
static void put_lines(struct stacks *s, FILE *f)
{
	uint64_t count = 0;

	/* A run without a sample has none. */
	if (s->line_count)
		qsort(s->lines, s->line_count, sizeof(*s->lines), by_text);
	for (size_t i = 0; i < s->line_count; i++) {
		count += s->lines[i].count;
		if (i + 1 < s->line_count && !by_text(&s->lines[i], &s->lines[i + 1]))
			continue;
		fprintf(f, "%s %llu\n", s->lines[i].text, (unsigned long long)count);
		count = 0;
	}
}

int stacks_folded(struct stacks *s, const char *path)
{
	struct outfile_why why;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int result = -1;

	if (f)
		put_lines(s, f);
	if (!f || fclose(f))
		say_error("no memory left to write %s", path);
	else if (outfile_write(path, text, len, &why))
		say_error("cannot write %s: %s", path, why.text);
	else
		result = 0;
	free(text);
	return result;
}

void stacks_free(struct stacks *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->line_count; i++)
		free(s->lines[i].text);
	free(s->lines);
	free(s->leaves);
	free(s);
}
