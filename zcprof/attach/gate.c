// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/gate.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/say.h"
#include "base/stop.h"
#include "zcprof/agent/version.h"

#define BEAT_NS 1000000000ULL

static void answer(struct writer *w, const char *text)
{
	writer_fact(w, END_HOST, METRIC_agent_answer, "0", text);
	writer_flush(w);
}

uint64_t gate_beat(struct writer *w, uint64_t *beaten_ns)
{
	uint64_t now = clock_ns();

	if (now - *beaten_ns >= BEAT_NS) {
		answer(w, "there");
		*beaten_ns = now;
	}
	return *beaten_ns + BEAT_NS;
}

void gate_busy(struct writer *w, uint64_t *beaten_ns)
{
	answer(w, "busy");
	*beaten_ns = 0;
}

void gate_edge(struct writer *w, const char *name, uint64_t at_ns)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %" PRIu64, name, at_ns);
	answer(w, text);
}

/* 1: a whole line; 0: not yet; -1: nobody is there any more. */
static int take_byte(char line[16], size_t *used)
{
	char byte;

	if (read(STDIN_FILENO, &byte, 1) <= 0)
		return -1;
	if (byte != '\n') {
		if (*used < 15)
			line[(*used)++] = byte;
		return 0;
	}
	line[*used] = '\0';
	*used = 0;
	return 1;
}

int gate_wait(struct writer *w)
{
	struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
			       {.fd = stop_fd(), .events = POLLIN}};
	uint64_t beaten_ns = clock_ns();
	size_t used = 0;
	char line[16], hello[HELLO_MAX];

	request_hello(hello);
	writer_fact(w, END_HOST, METRIC_agent_hello, AGENT_PROTOCOL, hello);
	answer(w, "ready");
	while (!stop_asked() && !writer_error(w)) {
		int got = 0, ready = poll(fds, 2, 1000);

		if (ready < 0 && errno != EINTR)
			break;
		gate_beat(w, &beaten_ns);
		/* After a signal there stands what was true before. */
		if (ready > 0 && fds[0].revents)
			got = take_byte(line, &used);
		if (got < 0)
			break;
		if (got && !*line)
			return 0;
		if (got && !strcmp(line, "clock"))
			gate_edge(w, "clock", clock_ns());
		if (got && !strcmp(line, "metrics"))
			version_tell(w);
	}
	say_error("whoever was to open the window has gone");
	return -1;
}
