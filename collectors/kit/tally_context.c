// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/tally_context.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>

#include "bpf/tally.h"
#include "bpf/tally_context.skel.h"
#include "collectors/kit/bpf_load.h"
#include "collectors/kit/measurement.h"
#include "nic/netns.h"
#include "nic/onpath.h"

/* In the order of the bits of enum tally_follow. */
enum group { SOFTIRQS, PACKETS, POLLS, GROUPS };

/* One for all sources of the process: everything here only with the lock held. */
static struct {
	pthread_mutex_t lock;
	unsigned int users, followers[GROUPS];
	struct tally_context_bpf *bpf;
	struct bpf_link *links[GROUPS][2];
	struct tally_context_cpu *cpu; /* the map's memory, or NULL */
	unsigned int cpus;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER};

static size_t memory(void)
{
	return (shared.cpus * sizeof(*shared.cpu) + 4095) / 4096 * 4096;
}

static int load(char *why, size_t why_size)
{
	void *found;

	bpf_quiet();
	shared.bpf = tally_context_bpf__open();
	if (!shared.bpf)
		return bpf_refused(errno, "opening the tally_context programs", why, why_size);
	shared.cpus = bpf_cpus();
	bpf_map__set_max_entries(shared.bpf->maps.contexts, shared.cpus);
	if (bpf_load(shared.bpf->skeleton, "tally_context", why, why_size))
		return -1;
	found = mmap(NULL, memory(), PROT_READ | PROT_WRITE, MAP_SHARED,
		     bpf_map__fd(shared.bpf->maps.contexts), 0);
	if (found == MAP_FAILED)
		return bpf_refused(errno, "mapping the table of contexts", why, why_size);
	shared.cpu = found;
	return 0;
}

static void unload(void)
{
	if (shared.cpu)
		munmap(shared.cpu, memory());
	tally_context_bpf__destroy(shared.bpf);
	shared.cpu = NULL;
	shared.bpf = NULL;
}

int tally_context_share(struct bpf_object *object, char *why, size_t why_size)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, "contexts");
	int error = 0;

	pthread_mutex_lock(&shared.lock);
	shared.users++;
	if (!shared.cpu) {
		unload(); /* what a refusal left */
		error = load(why, why_size);
	}
	if (!error) {
		error = bpf_map__reuse_fd(map, bpf_map__fd(shared.bpf->maps.contexts));
		if (error)
			bpf_refused(error, "sharing the table of contexts", why, why_size);
	}
	pthread_mutex_unlock(&shared.lock);
	return error ? -1 : 0;
}

unsigned int tally_context_packets(const struct run_scope scope[END_COUNT],
				   const struct measurement *run)
{
	unsigned int what = FOLLOW_PACKETS;

	if (!scope[END_RX].devices_netns)
		return 0;
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		const struct target *t = &run->target[end];
		int previous = t->netns >= 0 ? netns_enter(t->netns) : -1;

		if (t->netns >= 0 && previous < 0)
			continue;
		if (onpath_has_xdp(t->iface))
			what |= FOLLOW_POLLS;
		if (previous >= 0)
			netns_leave(previous);
	}
	return what;
}

static void forget(enum group g)
{
	for (unsigned int i = 0; i < shared.cpus; i++)
		if (g == SOFTIRQS)
			shared.cpu[i].context = TALLY_TASK;
		else
			shared.cpu[i].netns = shared.cpu[i].latest = shared.cpu[i].device = 0;
}

static void detach(enum group g)
{
	for (int i = 0; i < 2; i++) {
		bpf_link__destroy(shared.links[g][i]);
		shared.links[g][i] = NULL;
	}
	forget(g);
}

static int attach(enum group g)
{
	const struct tally_context_bpf *b = shared.bpf;
	struct bpf_program *const programs[GROUPS][2] = {
		[SOFTIRQS] = {b->progs.tally_softirq_begins, b->progs.tally_softirq_ends},
		[PACKETS] = {b->progs.tally_packet, b->progs.tally_packet_gro},
		[POLLS] = {b->progs.tally_polled},
	};

	for (int i = 0; i < 2 && programs[g][i]; i++) {
		shared.links[g][i] = bpf_program__attach(programs[g][i]);
		if (!shared.links[g][i]) {
			int error = -errno;

			detach(g);
			return error;
		}
	}
	return 0;
}

static void leave(unsigned int what)
{
	for (enum group g = 0; g < GROUPS; g++)
		if (what & 1U << g && !--shared.followers[g])
			detach(g);
}

int tally_context_follow(unsigned int what)
{
	unsigned int done = 0;
	int error = 0;

	pthread_mutex_lock(&shared.lock);
	for (enum group g = 0; g < GROUPS && !error; g++) {
		if (!(what & 1U << g))
			continue;
		if (!shared.followers[g])
			error = attach(g);
		if (!error) {
			shared.followers[g]++;
			done |= 1U << g;
		}
	}
	if (error)
		leave(done);
	pthread_mutex_unlock(&shared.lock);
	return error;
}

void tally_context_leave(unsigned int what)
{
	pthread_mutex_lock(&shared.lock);
	leave(what);
	pthread_mutex_unlock(&shared.lock);
}

__u64 tally_context_softirqs(void)
{
	__u64 sum = 0;

	pthread_mutex_lock(&shared.lock);
	for (unsigned int i = 0; shared.cpu && i < shared.cpus; i++)
		sum += shared.cpu[i].softirqs;
	pthread_mutex_unlock(&shared.lock);
	return sum;
}

void tally_context_done(void)
{
	pthread_mutex_lock(&shared.lock);
	if (!--shared.users)
		unload();
	pthread_mutex_unlock(&shared.lock);
}
