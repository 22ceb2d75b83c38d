// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/end.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/say.h"
#include "nic/netns.h"

/* In the child; what is said on its standard error, the parent keeps. */
static int enter(void *netns)
{
	int error = netns_join(*(int *)netns);

	if (error != -EXDEV)
		return error;
	dprintf(2,
		"warning: /sys shows the devices of another namespace, so queues cannot be set up there\n");
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int end_start(struct end *end, enum record_end which, char *const argv[], int netns, char *why,
	      size_t why_size)
{
	return end_start_as(end, which, argv, netns >= 0 ? enter : NULL, &netns, why, why_size);
}

int end_start_as(struct end *end, enum record_end which, char *const argv[],
		 int (*prepare)(void *data), void *data, char *why, size_t why_size)
{
	/* A group of its own, so that Ctrl-C reaches zcprof alone, and zcprof decides. */
	const struct child child = {.argv = argv,
				    .fds = {CHILD_PIPE, CHILD_PIPE, CHILD_PIPE},
				    .own_group = true,
				    .prepare = prepare,
				    .data = data};
	int here[3] = {-1, -1, -1};
	int error = 0;

	*end = (struct end){.which = which};
	end->reader = reader_pieces(which == END_RX ? "rx" : "tx");
	error = end->reader ? child_start_piped(&child, &end->pid, here) : -ENOMEM;
	end->in = here[0];
	end->out = here[1];
	end->err = here[2];
	if (!error)
		return 0;
	end_stop(end, 0);
	snprintf(why, why_size, "cannot start %s: %s", argv[0], strerror(-error));
	return -1;
}

void end_read_messages(struct end *end)
{
	char block[512];
	ssize_t n;

	if (end->err < 0)
		return;
	while ((n = read(end->err, block, sizeof(block))) > 0) {
		size_t room = sizeof(end->said) - 1;

		/* The latest is what matters: it says why it ended. */
		if (end->said_len + n > room) {
			size_t drop = end->said_len + n - room;

			memmove(end->said, end->said + drop, end->said_len - drop);
			end->said_len -= drop;
		}
		memcpy(end->said + end->said_len, block, n);
		end->said_len += n;
		end->said[end->said_len] = '\0';
	}
	if (!n)
		close_fd(&end->err);
}

void end_note(struct end *end, const struct row *row)
{
	static const char *const words[] = {"", "listening", "ready", "open", "closed"};

	if (row->id != METRIC_path_state)
		return;
	for (int i = REACHED_LISTENING; i <= REACHED_CLOSED; i++)
		if (row->value.len == strlen(words[i]) &&
		    !memcmp(row->value.at, words[i], row->value.len))
			end->reached = i;
	if (end->reached >= REACHED_OPEN && !end->opened_ns)
		end->opened_ns = clock_ns();
	if (end->reached == REACHED_CLOSED && !end->closed_ns)
		end->closed_ns = clock_ns();
}

int end_read(struct end *end, end_row_fn on_row, void *data, char *why, size_t why_size)
{
	char block[16384];
	struct row row;
	ssize_t n;
	int got;

	while ((n = read(end->out, block, sizeof(block))) > 0) {
		if (reader_push(end->reader, block, n)) {
			snprintf(why, why_size, "%s", reader_error(end->reader));
			return -1;
		}
		while ((got = reader_next(end->reader, &row)) == 1) {
			end_note(end, &row);
			on_row(data, end, &row);
		}
		if (got < 0) {
			snprintf(why, why_size, "said what is no row: %s",
				 reader_error(end->reader));
			return -1;
		}
	}
	if (!n)
		close_fd(&end->out);
	return n ? 1 : 0;
}

int end_tell(struct end *end, const char *word)
{
	char line[16];
	int len = snprintf(line, sizeof(line), "%s\n", word);

	return write(end->in, line, len) == len ? 0 : -errno;
}

bool end_await(struct end *end, int ms)
{
	struct pollfd wait = {.fd = -1, .events = POLLIN};
	bool ended;

	/* Its number may be another's by now. */
	if (end->finished)
		return true;
	wait.fd = (int)syscall(SYS_pidfd_open, end->pid, 0);
	if (wait.fd < 0)
		return false;
	while (poll(&wait, 1, ms) < 0 && errno == EINTR)
		;
	close(wait.fd);
	ended = waitpid(end->pid, &end->status, WNOHANG) == end->pid;
	end->finished = ended;
	return ended;
}

int end_stop(struct end *end, int patience_ms)
{
	bool by_itself = true;

	close_fd(&end->in);
	if (end->pid > 0 && !end->finished) {
		by_itself = end_await(end, patience_ms);
		if (!by_itself && !kill(end->pid, SIGTERM) && !end_await(end, 3000))
			end->finished = !child_kill(end->pid, &end->status);
	}
	end_read_messages(end);
	close_fd(&end->out);
	close_fd(&end->err);
	reader_close(end->reader);
	end->reader = NULL;
	if (end->far && !end->finished)
		return -1;
	return by_itself && WIFEXITED(end->status) && !WEXITSTATUS(end->status) ? 0 : -1;
}

bool end_was_killed(const struct end *end)
{
	if (!end->finished)
		return false;
	/* What a shell says of it, and ssh of what it cannot tell. */
	return WIFSIGNALED(end->status) || WEXITSTATUS(end->status) > 128;
}

/* Its last words, and how long they are: "zcpath rx: why" without whose they are, which stands in the sentence already. */
static const char *last_words(const struct end *end, size_t *words_len)
{
	const char *last = end->said;
	size_t len = end->said_len;
	const char *colon;

	while (len && end->said[len - 1] == '\n')
		len--;
	for (size_t i = 0; i < len; i++)
		if (end->said[i] == '\n')
			last = end->said + i + 1;
	len = end->said + len - last;
	colon = len > 8 && !strncmp(last, "zcpath", 6) ? memmem(last, len, ": ", 2) : NULL;
	if (colon) {
		len -= colon + 2 - last;
		last = colon + 2;
	}
	*words_len = len;
	return last;
}

bool end_unable(const struct end *end, char *why, size_t size)
{
	size_t len;
	const char *words = last_words(end, &len);

	if (!end->finished || !WIFEXITED(end->status) || WEXITSTATUS(end->status) != EXIT_UNABLE ||
	    !len)
		return false;
	snprintf(why, size, "%.*s", (int)len, words);
	return true;
}

char *end_ending(const struct end *end, char *text, size_t size)
{
	char how[64] = "is still there";
	size_t len;
	const char *last = last_words(end, &len);

	if (end->finished && WIFEXITED(end->status))
		snprintf(how, sizeof(how), "ended with exit code %d", WEXITSTATUS(end->status));
	else if (end->finished)
		snprintf(how, sizeof(how), "was ended by signal %d (%s)", WTERMSIG(end->status),
			 strsignal(WTERMSIG(end->status)));
	snprintf(text, size, "%s%s%.*s", how, len ? ": " : " and said nothing", (int)len, last);
	return text;
}
