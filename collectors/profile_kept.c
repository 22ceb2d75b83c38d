// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/profile_kept.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>

#include "collectors/kit/stacks.h"
#include "collectors/kit/symbols.h"

static int by_hash(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* A whole hash map in one call (as one batch as large as the map); 0, or a negative errno. */
static int read_map(const struct bpf_map *map, void **keys, void **values, __u32 *count)
{
	__u32 next[2];
	int error;

	*count = bpf_map__max_entries(map);
	*keys = calloc(*count, bpf_map__key_size(map));
	*values = calloc(*count, bpf_map__value_size(map));
	if (!*keys || !*values)
		return -ENOMEM;
	error = bpf_map_lookup_batch(bpf_map__fd(map), NULL, next, *keys, *values, count, NULL);
	return error == -ENOENT ? 0 : error; /* which says that nothing is left */
}

int kept_read(struct kept *k, const struct bpf_map *of, const struct bpf_map *of_stacks)
{
	void *hashes = NULL, *frames = NULL, *kinds = NULL, *counts = NULL;
	int error = read_map(of, &kinds, &counts, &k->kind_count);

	k->kinds = kinds;
	k->counts = counts;
	if (!error)
		error = read_map(of_stacks, &hashes, &frames, &k->stack_count);
	k->frames = frames;
	k->stacks = calloc(k->stack_count + 1, sizeof(*k->stacks));
	if (!error && !k->stacks)
		error = -ENOMEM;
	for (__u32 i = 0; !error && i < k->stack_count; i++)
		k->stacks[i] = (struct keyed){((__u64 *)hashes)[i], &k->frames[i]};
	if (!error)
		qsort(k->stacks, k->stack_count, sizeof(*k->stacks), by_hash);
	free(hashes);
	return error;
}

void kept_free(struct kept *k)
{
	free(k->kinds);
	free(k->counts);
	free(k->frames);
	free(k->stacks);
}

/*
 * The frames of one stack by name, the leaf put in place of whichever was kept with it. Every frame
 * but the leaf is a return address: what called stands just before it.
 */
static size_t resolve(const struct kept *k, struct symbols *s, const struct profile_kind *kind,
		      bool user, const struct symbol **frames)
{
	struct keyed key = {.hash = user ? kind->user : kind->kernel};
	const struct keyed *found = bsearch(&key, k->stacks, k->stack_count, sizeof(key), by_hash);
	bool own_leaf = user != kind->in_kernel;
	size_t depth = found ? found->stack->depth : 0;

	for (size_t i = 0; i < depth; i++) {
		__u64 ip = i ? found->stack->ip[i] - 1 : found->stack->ip[0];

		if (!i && own_leaf)
			ip = kind->leaf;
		frames[i] = user ? symbols_user(s, kind->tgid, ip) : symbols_kernel(s, ip);
	}
	if (!depth && own_leaf) {
		frames[0] = symbols_user(s, kind->tgid, kind->leaf);
		depth = 1;
	}
	return depth;
}

__u64 kept_samples(const struct kept *k)
{
	__u64 sum = 0;

	for (__u32 i = 0; i < k->kind_count; i++)
		sum += k->counts[i];
	return sum;
}

void kept_note(const struct kept *k, struct symbols *s)
{
	for (__u32 i = 0; i < k->kind_count; i++) {
		const struct profile_kind *kind = &k->kinds[i];

		if (kind->end != END_HOST && kind->tgid && (kind->user || !kind->in_kernel))
			symbols_note_process(s, kind->tgid);
	}
}

int kept_add(const struct kept *k, struct symbols *s, struct stacks *stacks, bool whole)
{
	const struct symbol *kernel[PROFILE_DEPTH], *user[PROFILE_DEPTH];
	int error = 0;

	for (__u32 i = 0; i < k->kind_count && !error; i++) {
		const struct profile_kind *kind = &k->kinds[i];
		struct sample sample = {
			.count = k->counts[i],
			.kernel = kernel,
			.user = user,
			.command = kind->tgid ? kind->comm : "swapper",
			.process_end = kind->end,
			.cpu_end = kind->cpu_end,
			.packet_end = kind->packet_end,
			.idle = !kind->tgid,
		};

		if (kind->in_kernel)
			sample.kernel_depth = resolve(k, s, kind, false, kernel);
		if (whole && (kind->user || !kind->in_kernel))
			sample.user_depth = resolve(k, s, kind, true, user);
		if (whole)
			error = stacks_add(stacks, &sample);
		else
			error = stacks_count(stacks, &sample);
	}
	return error;
}
