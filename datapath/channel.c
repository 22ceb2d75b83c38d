// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/channel.h"

#include <errno.h>
#include <unistd.h>

int channel_send(struct channel *channel, const struct control_message *m)
{
	char line[CONTROL_LINE_MAX];
	size_t size = control_print(m, line);
	ssize_t sent;

	do {
		sent = write(channel->fd, line, size);
	} while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)size ? 0 : -1;
}

int channel_read(struct channel *channel)
{
	struct control_lines *lines = &channel->lines;
	ssize_t got;

	do {
		got = read(channel->fd, lines->bytes + lines->used,
			   sizeof(lines->bytes) - lines->used);
	} while (got < 0 && errno == EINTR);
	if (got > 0) {
		lines->used += got;
		return 1;
	}
	return got < 0 && errno == EAGAIN ? 0 : -1;
}

int channel_next(struct channel *channel, struct control_message *m, char *why, size_t why_size)
{
	return control_next(&channel->lines, m, why, why_size);
}
