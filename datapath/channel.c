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
	if (sent == (ssize_t)size)
		return 0;
	if (sent >= 0)
		errno = EAGAIN; /* half a line, and no room for the rest */
	return -1;
}

int channel_read(struct channel *channel)
{
	struct control_lines *lines = &channel->lines;
	ssize_t got;

	/* More than a line without its end: channel_next() says so. */
	if (lines->used == sizeof(lines->bytes))
		return 0;
	do {
		got = read(channel->fd, lines->bytes + lines->used,
			   sizeof(lines->bytes) - lines->used);
	} while (got < 0 && errno == EINTR);
	if (got > 0) {
		lines->used += got;
		return 1;
	}
	if (!got)
		return CHANNEL_ENDED;
	return errno == EAGAIN ? 0 : -1;
}

int channel_next(struct channel *channel, struct control_message *m, char *why, size_t why_size)
{
	return control_next(&channel->lines, m, why, why_size);
}
