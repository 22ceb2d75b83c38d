// SPDX-License-Identifier: GPL-2.0-or-later
/* What the ends of a run say, wherever they run, and waiting for it. */
#include "zcprof/run/running.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"
#include "zcprof/run/far.h"
#include "zcprof/run/watching.h"

/* What still moves is waited for, but no end keeps another waiting by what it says alone. */
#define MOVING_MS 60000
#define LOOK_NS	  500000000

enum run_result run_fail(struct running *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->why, sizeof(r->why), format, args);
	va_end(args);
	return RUN_FAILED;
}

const char *run_side(enum record_end side)
{
	return side == END_RX ? "receiver" : "sender";
}

void run_take(struct running *r, enum record_end side, const struct row *row)
{
	bool rx = side == END_RX;

	writer_row(r->writer, row);
	if (row->id == METRIC_path_bytes && row->time_s >= 0) {
		r->moved[side] = r->moved[side] || row->number > 0;
		if (rx)
			r->claimed_bytes += row->number;
		watching_moved(r, side, row->number, row->time_s);
		if (rx)
			progress_rate(&r->x->progress, row->number * 8 / 1e9);
	} else if (row->id == METRIC_path_bytes && rx) {
		r->bytes = row->number;
	} else if (row->id == METRIC_path_window_ns && rx) {
		r->window_ns = row->number;
	} else if (row->id == METRIC_path_datagrams) {
		r->datagrams = true;
	} else if (row->id == METRIC_path_bytes_life) {
		r->bytes_life[side] = row->number;
	}
}

static void on_row(void *data, struct end *end, const struct row *row)
{
	run_take(data, end->which, row);
}

/*
 * An end that was killed takes the other with it, which may be seen first and says only that its
 * peer has gone.
 */
static enum record_end first_to_go(struct running *r, enum record_end seen)
{
	enum record_end other = seen == END_RX ? END_TX : END_RX;

	if (!end_await(&r->part.end[seen], 1000) || end_was_killed(&r->part.end[seen]))
		return seen;
	if (r->part.end[other].pid > 0 && end_await(&r->part.end[other], 1000) &&
	    end_was_killed(&r->part.end[other]))
		return other;
	return seen;
}

/* An end that is gone too early: what it said, once it had a moment to say it. */
static enum run_result gone(struct running *r, enum record_end seen, const char *before)
{
	enum record_end side = first_to_go(r, seen);
	char ending[1200];
	size_t how;

	end_stop(&r->part.end[side], 1000);
	how = strcspn(end_ending(&r->part.end[side], ending, sizeof(ending)), ":");
	return run_fail(r, "the %s %.*s before it was %s%s", run_side(side), (int)how, ending,
			before, ending + how);
}

static enum run_result read_ends(struct running *r, const struct pollfd *fds,
				 const char *wanted_name)
{
	char why[300];

	for (enum record_end side = END_RX; side <= END_TX; side++) {
		struct end *end = &r->part.end[side];

		if (fds[2 * side + 1].revents)
			end_read_messages(end);
		if (!fds[2 * side].revents)
			continue;
		switch (end_read(end, on_row, r, why, sizeof(why))) {
		case -1:
			return run_fail(r, "the %s %s", run_side(side), why);
		case 0:
			if (end->reached < REACHED_CLOSED)
				return gone(r, side, wanted_name);
		}
	}
	for (enum record_end side = END_RX; side <= END_TX; side++)
		if (r->part.end[side].far && r->part.end[side].finished &&
		    r->part.end[side].reached < REACHED_CLOSED)
			return gone(r, side, wanted_name);
	return RUN_DONE;
}

enum run_result run_follow(struct running *r, uint64_t deadline_ns, const char *wanted_name)
{
	struct pollfd fds[2 * END_COUNT + FAR_FDS];
	uint64_t now = clock_ns();
	struct timespec timeout = {0};
	enum run_result result;

	/* That a host says nothing has to be noticed too. */
	if (far_any(r->x) && deadline_ns > now + LOOK_NS)
		deadline_ns = now + LOOK_NS;
	deadline_ns = watching_until(r, deadline_ns);
	if (deadline_ns > now) {
		timeout.tv_sec = (deadline_ns - now) / 1000000000;
		timeout.tv_nsec = (deadline_ns - now) % 1000000000;
	}
	for (enum record_end side = END_RX; side <= END_TX; side++) {
		fds[2 * side] = (struct pollfd){.fd = r->part.end[side].out, .events = POLLIN};
		fds[2 * side + 1] = (struct pollfd){.fd = r->part.end[side].err, .events = POLLIN};
	}
	/* END_HOST says nothing but that it is time to stop, and what a person who watches asks for. */
	fds[2 * END_HOST] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
	fds[2 * END_HOST + 1] = (struct pollfd){.fd = watching_fd(r), .events = POLLIN};
	far_fds(r, fds + 2 * END_COUNT);
	if (ppoll(fds, 2 * END_COUNT + FAR_FDS, &timeout, NULL) < 0 && errno != EINTR)
		return run_fail(r, "cannot wait for the ends: %s", strerror(errno));
	if (stop_asked())
		return RUN_STOPPED;
	if (writer_error(r->writer))
		return RUN_NO_OUTPUT;
	result = far_read(r);
	watching_heed(r);
	return result == RUN_DONE ? read_ends(r, fds, wanted_name) : result;
}

/* Both ends say that bytes move, which there can be more of. */
static bool goes_on_moving(struct running *r, uint64_t since_ns)
{
	bool moving = r->moved[END_RX] && r->moved[END_TX];

	if (moving)
		memset(r->moved, 0, sizeof(r->moved));
	return moving && (r->by_bytes ? r->claimed_bytes < r->asked_bytes
				      : clock_ns() < since_ns + MOVING_MS * 1000000ULL);
}

enum run_result run_await(struct running *r, enum record_end side, enum reached wanted,
			  const char *name)
{
	uint64_t began = clock_ns(), deadline = began + r->patience_ms * 1000000ULL;

	memset(r->moved, 0, sizeof(r->moved));
	for (;;) {
		int late = side;
		enum run_result result;

		if (side == BOTH_ENDS)
			late = r->part.end[END_RX].reached < wanted ? END_RX : END_TX;
		if (r->part.end[late].reached >= wanted)
			return RUN_DONE;
		if (clock_ns() >= deadline)
			return run_fail(r, "the %s was not %s after %u s", run_side(late), name,
					r->patience_ms / 1000);
		result = run_follow(r, deadline, name);
		if (result != RUN_DONE)
			return result;
		if (goes_on_moving(r, began))
			deadline = clock_ns() + r->patience_ms * 1000000ULL;
	}
}

enum run_result run_sleep(struct running *r, double seconds)
{
	uint64_t deadline = clock_ns() + (uint64_t)(seconds * 1e9);

	while (clock_ns() < deadline) {
		enum run_result result = run_follow(r, deadline, "told to end");

		if (result != RUN_DONE)
			return result;
		writer_flush(r->writer);
	}
	return RUN_DONE;
}

enum run_result run_tell(struct running *r, const char *word)
{
	int error;

	if (r->x->host[END_TX])
		return far_tell(r, word);
	error = end_tell(&r->part.end[END_TX], word);
	if (!error)
		return RUN_DONE;
	return error == -EPIPE
		       ? gone(r, END_TX, "told to end")
		       : run_fail(r, "cannot tell the sender to %s: %s", word, strerror(-error));
}

static bool goes_on(const struct end *end)
{
	return end->far ? !end->finished : end->out >= 0;
}

/* Of datagrams some may be lost: the receiver's rows say how many. */
static bool counted_alike(const struct running *r)
{
	return r->bytes_life[END_RX] == r->bytes_life[END_TX] ||
	       (r->datagrams && r->bytes_life[END_RX] < r->bytes_life[END_TX]);
}

/* Their last rows, and how they ended. */
enum run_result run_finish_ends(struct running *r)
{
	uint64_t deadline = clock_ns() + r->ending_ms * 1000000ULL;
	enum run_result result;
	char ending[1200];

	while (goes_on(&r->part.end[END_RX]) || goes_on(&r->part.end[END_TX])) {
		if (clock_ns() >= deadline)
			return run_fail(r, "the %s did not end within %u s",
					run_side(goes_on(&r->part.end[END_RX]) ? END_RX : END_TX),
					r->ending_ms / 1000);
		result = run_follow(r, deadline, "closed");
		if (result != RUN_DONE)
			return result;
	}
	for (enum record_end side = END_RX; side <= END_TX; side++)
		if (end_stop(&r->part.end[side], (int)r->patience_ms)) {
			enum record_end first = first_to_go(r, side);

			return run_fail(r, "the %s %s", run_side(first),
					end_ending(&r->part.end[first], ending, sizeof(ending)));
		}
	if (!counted_alike(r))
		return run_fail(r, "the sender counted %.0f bytes and the receiver %.0f",
				r->bytes_life[END_TX], r->bytes_life[END_RX]);
	return RUN_DONE;
}
