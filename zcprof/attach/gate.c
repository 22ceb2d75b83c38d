// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/gate.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "base/say.h"
#include "base/stop.h"

int gate_wait(struct writer *w)
{
	struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
			       {.fd = stop_fd(), .events = POLLIN}};
	char byte = 0;

	writer_fact(w, END_HOST, METRIC_agent_answer, "0", "ready");
	writer_flush(w);
	while (!stop_asked() && byte != '\n') {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[0].revents && read(STDIN_FILENO, &byte, 1) <= 0)
			break;
	}
	if (byte == '\n')
		return 0;
	say_error("whoever was to open the window has gone");
	return -1;
}
