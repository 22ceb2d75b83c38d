// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/flow.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/cpumask.h"
#include "base/say.h"
#include "datapath/file_table.h"
#include "datapath/path.h"
#include "datapath/priority.h"
#include "datapath/tls.h"

/* Threads that open their paths at once. */
#define OPENING FLOWS_MANY
/* How long those of a run that failed may take to end. */
#define BREAK_NS 1000000000ULL

int flow_fail(struct flow *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(f->error, sizeof(f->error), format, args);
	va_end(args);
	return -1;
}

int flow_unable(struct flow *f, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(f->error, sizeof(f->error), format, args);
	va_end(args);
	__atomic_store_n(&f->all->unable, true, __ATOMIC_RELAXED);
	return -1;
}

/* include/uapi/linux/eventpoll.h of Linux 6.9 */
struct busy_polling {
	uint32_t usecs;
	uint16_t budget; /* packets at a time; 0: the kernel's choice */
	uint8_t prefer;	 /* interrupts stay off meanwhile, as --irq-suspend needs */
	uint8_t pad;
};
#define SET_BUSY_POLLING _IOW(0x8A, 0x01, struct busy_polling)

/* epoll polls by its own parameters, not by those of its sockets; before 6.9 by net.core.busy_poll alone. */
static void poll_busily(const struct options *option, int epoll)
{
	const struct busy_polling params = {
		.usecs = (uint32_t)option->busy_poll,
		.prefer = option->irq_suspend > 0,
	};

	if (option->set[OPTION_busy_poll] && ioctl(epoll, SET_BUSY_POLLING, &params))
		say_detail("epoll polls as net.core.busy_poll says: %s", strerror(errno));
}

int flow_watch(struct flow *f, uint32_t events, int *epoll)
{
	struct epoll_event event = {.events = events};

	*epoll = epoll_create1(EPOLL_CLOEXEC);
	if (*epoll < 0 || epoll_ctl(*epoll, EPOLL_CTL_ADD, f->fd, &event))
		return flow_fail(f, "cannot watch flow %u with epoll: %s%s", f->number,
				 strerror(errno),
				 errno == EMFILE
					 ? "; raise the hard limit of 'ulimit -n', or use fewer --flows"
					 : "");
	poll_busily(&f->config->options, *epoll);
	return 0;
}

struct flows *flows_new(const struct config *config, unsigned int count)
{
	struct flows *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->listener = -1;
	all->news_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	all->flow = aligned_alloc(_Alignof(struct flow), count * sizeof(*all->flow));
	if (!all->flow || all->news_fd < 0) {
		free(all->flow);
		free(all);
		return NULL;
	}
	memset(all->flow, 0, count * sizeof(*all->flow));
	all->count = count;
	for (unsigned int i = 0; i < count; i++) {
		struct flow *f = &all->flow[i];

		f->all = all;
		f->number = i;
		f->config = config;
		f->fd = f->datagrams_fd = -1;
		f->placing = PLACING_NOWHERE;
		f->limit = UINT64_MAX;
	}
	return all;
}

/* What a sender of datagrams receives comes by its connection, unless they are answered. */
int flow_receives(const struct flow *f)
{
	return (f->config->end == END_RX || flow_exchanges(f)) && f->datagrams_fd >= 0
		       ? f->datagrams_fd
		       : f->fd;
}

int flow_follow(struct flow *f, pthread_t thread, char *why, size_t size)
{
	char where[200];

	if (!placing_follow(&f->placing, thread, flow_receives(f), f->config->options.cpu.offset,
			    where, sizeof(where)))
		return 0;
	snprintf(why, size, "cannot run flow %u on %s", f->number, where);
	return -1;
}

/*
 * On which CPU of --cpu a thread belongs. The patterns of Cai et al., Understanding host network stack
 * overheads (SIGCOMM 2021): all-to-all has a flow from each CPU of the sender to each of the receiver.
 */
static unsigned int place_of(const struct flow *f, unsigned int cpus)
{
	const char *pattern = f->config->options.pattern;
	bool tx = f->config->end == END_TX;

	if (!strcmp(pattern, tx ? "outcast" : "incast"))
		return 0;
	return (tx && !strcmp(pattern, "all-to-all") ? f->number / cpus : f->number) % cpus;
}

/* On its own thread. */
static int flow_place(struct flow *f)
{
	const struct places *places = &f->config->options.cpu;
	int cpus = CPU_COUNT(&places->cpus);
	char why[200];

	if (places->by_queue)
		return flow_follow(f, pthread_self(), why, sizeof(why)) ? flow_unable(f, "%s", why)
									: 0;
	if (!cpus || !placing_on(pthread_self(), cpumask_nth(&places->cpus, place_of(f, cpus)), why,
				 sizeof(why)))
		return 0;
	return flow_unable(f, "cannot run flow %u on %s", f->number, why);
}

/* Fails only when the counter is full, and then it is readable anyway. */
static void tell_news(const struct flow *f)
{
	const uint64_t one = 1;

	if (write(f->all->news_fd, &one, sizeof(one)) < 0)
		say_detail("flow %u: the event counter is full", f->number);
}

/* The first stays. */
static void keep_error(struct flows *all, const char *error)
{
	const char *none = NULL;

	__atomic_compare_exchange_n(&all->error, &none, error, false, __ATOMIC_ACQ_REL,
				    __ATOMIC_ACQUIRE);
}

static void flow_ended(struct flow *f, bool failed)
{
	struct flows *all = f->all;

	if (failed)
		keep_error(all, f->error);
	if (!__atomic_sub_fetch(&all->running, 1, __ATOMIC_ACQ_REL) || failed)
		tell_news(f);
}

/*
 * No lock is taken behind it: of thousands that wake up at once each would wait for the one before, which waits for its
 * turn among those that run already. A futex: whoever traces the calls of data paths sees none before the traffic.
 */
static void await_go(struct flows *all)
{
	while (!__atomic_load_n(&all->go, __ATOMIC_ACQUIRE))
		syscall(SYS_futex, &all->go, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

/* Nothing comes (--away): until the sender has ended. */
static int run_idle(struct flow *f)
{
	struct pollfd end = {.fd = f->fd, .events = POLLIN | POLLRDHUP};

	while (poll(&end, 1, -1) < 0)
		if (errno != EINTR)
			return flow_fail(f, "cannot wait for flow %u: %s", f->number,
					 strerror(errno));
	return 0;
}

static int run_as(struct flow *f)
{
	const struct path *path = f->config->path;

	if (flows_idle(f->all))
		return run_idle(f);
	if (f->all->datagram)
		return flow_exchanges(f) ? path->udp_rpc(f) : path->udp(f);
	if (f->all->reconnects)
		return path->reconnect(f);
	return flow_exchanges(f) ? path->rpc(f) : path->run(f);
}

/* With --tls. */
static int encrypt(struct flow *f)
{
	const struct tls_flow of = {.fd = f->fd,
				    .number = f->number,
				    .key = f->all->key,
				    .of_tx = f->config->end == END_TX,
				    .both = flow_exchanges(f)};
	char why[200];

	if (!f->all->tls)
		return 0;
	if (tls_begin(&of, why, sizeof(why)))
		return flow_unable(f, "%s", why);
	f->copies_unknown =
		"of TLS they are not counted: the kernel encrypts from one memory into another, unless a NIC does it";
	return 0;
}

/* By now, for what opens a flow is less than that. Who waits for the rest of a request would wait for ever. */
static int set_low_water(struct flow *f)
{
	const struct options *option = &f->config->options;
	int bytes = (int)option->lowat;

	if (!option->set[OPTION_lowat] || f->config->end != END_RX)
		return 0;
	if (f->all->exchange.response || f->all->datagram || f->all->reconnects)
		return flow_unable(f, "--lowat is for streams: leave it out with --rpc and --udp");
	if (!setsockopt(f->fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes)))
		return 0;
	return flow_unable(f, "cannot set --lowat to %d: %s", bytes, strerror(errno));
}

static void *flow_thread(void *arg)
{
	struct flow *f = arg;
	struct flows *all = f->all;
	const struct path *path = f->config->path;
	int error = priority_yield(flows_many(all));
	bool failed = flow_place(f) || encrypt(f) || set_low_water(f) || path->open(f);
	char name[16];

	if (error)
		say_detail("flow %u keeps the priority of who ends it: %s", f->number,
			   strerror(error));
	snprintf(name, sizeof(name), "%.2s-%.7s-%u", record_end_name[path->end], path->name,
		 f->number % 1000);
	pthread_setname_np(pthread_self(), name);
	if (failed)
		keep_error(all, f->error);
	if (__atomic_add_fetch(&all->opened, 1, __ATOMIC_ACQ_REL) ==
	    __atomic_load_n(&all->due, __ATOMIC_ACQUIRE))
		tell_news(f);
	if (!failed)
		await_go(all);
	if (!failed)
		failed = run_as(f);
	/* The receiver's run ends with the stream. */
	if (!failed && path->end == END_TX)
		shutdown(f->fd, SHUT_WR);
	/* A table of its own (datapath/files.h) has its connections no longer: the thread is about to end. */
	if (f->owns_files)
		file_table_keep(&all->news_fd, 1);
	flow_ended(f, failed);
	return NULL;
}

/*
 * Of thousands a part at a time: among as many threads that open, zero memory say, the one that starts them would have
 * no turn for long, neither for the next nor for the peer that waits for a word.
 */
bool flows_begin(struct flows *all)
{
	unsigned int due =
		all->count - all->started < OPENING ? all->count : all->started + OPENING;

	if (!all->started)
		all->running = all->count;
	__atomic_store_n(&all->due, due, __ATOMIC_RELEASE);
	for (unsigned int i = all->started; i < due; i++) {
		int error = pthread_create(&all->flow[i].thread, NULL, flow_thread, &all->flow[i]);

		if (error) {
			flow_unable(&all->flow[i],
				    "cannot start a thread for flow %u: %s; use fewer --flows", i,
				    strerror(error));
			keep_error(all, all->flow[i].error);
			return false;
		}
		all->started++;
	}
	return true;
}

bool flows_opened(struct flows *all)
{
	return __atomic_load_n(&all->opened, __ATOMIC_ACQUIRE) == all->count;
}

void flows_go(struct flows *all)
{
	if (!all->begun_ns)
		all->begun_ns = clock_ns();
	__atomic_store_n(&all->go, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &all->go, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

void flows_stop(struct flows *all)
{
	__atomic_store_n(&all->stop, true, __ATOMIC_RELAXED);
}

static unsigned int still_running(const struct flows *all)
{
	return __atomic_load_n(&all->running, __ATOMIC_ACQUIRE);
}

bool flows_ended(struct flows *all)
{
	return !still_running(all);
}

bool flows_break(struct flows *all)
{
	unsigned int unstarted = all->count - all->started;
	uint64_t deadline_ns = clock_ns() + BREAK_NS;

	flows_stop(all);
	memory_give_up();
	for (unsigned int i = 0; i < all->count; i++)
		if (all->flow[i].fd >= 0)
			shutdown(all->flow[i].fd, SHUT_RDWR);
	flows_go(all); /* who waits for the start finds that it is over */
	while (still_running(all) > unstarted && clock_ns() < deadline_ns)
		usleep(1000);
	return still_running(all) <= unstarted;
}

const char *flows_error(struct flows *all)
{
	return __atomic_load_n(&all->error, __ATOMIC_ACQUIRE);
}

void flows_look(const struct flows *all)
{
	const struct path *path = all->flow[0].config->path;

	for (unsigned int i = 0; path->look && i < all->count; i++)
		path->look(&all->flow[i]);
}

uint64_t flows_bytes(const struct flows *all)
{
	uint64_t bytes = 0;

	flows_look(all);
	for (unsigned int i = 0; i < all->count; i++)
		bytes += counter_read(&all->flow[i].counters.bytes);
	return bytes;
}

void flows_free(struct flows *all)
{
	if (!all)
		return;
	for (unsigned int i = 0; i < all->started; i++) {
		pthread_join(all->flow[i].thread, NULL);
		all->flow[i].config->path->close(&all->flow[i]);
	}
	for (unsigned int i = 0; i < all->count; i++) {
		free(all->flow[i].delays);
		if (all->flow[i].fd >= 0)
			close(all->flow[i].fd);
	}
	if (all->flow[0].config->path->release)
		all->flow[0].config->path->release(all);
	memory_free(&all->answer);
	free(all->arrivals);
	if (all->listener >= 0)
		close(all->listener);
	close(all->news_fd);
	free(all->looks);
	free(all->flow);
	free(all);
}
