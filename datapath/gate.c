// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/gate.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *const gate_word_name[GATE_WORDS] = {"start", "open", "close"};

void gate_open(struct gate *g, int fd)
{
	g->fd = fd;
	g->used = 0;
}

static int refuse(const struct gate *g, size_t len, char *why, size_t why_size)
{
	char said[sizeof(g->bytes) + 1];

	for (size_t i = 0; i < len; i++)
		said[i] = isprint((unsigned char)g->bytes[i]) ? g->bytes[i] : '?';
	said[len] = '\0';
	snprintf(why, why_size, "the gate said '%s', where 'start', 'open' or 'close' is expected",
		 said);
	return -1;
}

int gate_next(struct gate *g, enum gate_word *word, char *why, size_t why_size)
{
	const char *newline = memchr(g->bytes, '\n', g->used);
	size_t len = newline ? (size_t)(newline - g->bytes) : g->used;

	if (!newline && g->used < sizeof(g->bytes))
		return 0;
	for (int i = 0; i < GATE_WORDS && newline; i++)
		if (len == strlen(gate_word_name[i]) && !memcmp(gate_word_name[i], g->bytes, len)) {
			g->used -= len + 1;
			memmove(g->bytes, newline + 1, g->used);
			*word = i;
			return 1;
		}
	return refuse(g, len, why, why_size);
}

int gate_read(struct gate *g, enum gate_word *word, char *why, size_t why_size)
{
	ssize_t got = read(g->fd, g->bytes + g->used, sizeof(g->bytes) - g->used);

	if (got > 0) {
		g->used += got;
		return gate_next(g, word, why, why_size);
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	snprintf(why, why_size,
		 "the gate ended before it said 'close'; whoever led this run has died");
	return -1;
}
