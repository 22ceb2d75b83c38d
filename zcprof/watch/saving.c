// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/watch/saving.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/say.h"
#include "record/reader.h"

static void name_file(char *path, size_t size)
{
	time_t now = time(NULL);
	struct tm utc;
	char at[32];

	gmtime_r(&now, &utc);
	strftime(at, sizeof(at), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(path, size, "zcprof-%s.csv", at);
	for (int n = 2; !access(path, F_OK) && n < 100; n++)
		snprintf(path, size, "zcprof-%s-%d.csv", at, n);
}

/* 0, or -1 after saying why. */
static int copy(struct writer *from, struct writer *to)
{
	char path[32];
	struct reader *r;
	struct row row;

	writer_flush(from);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", writer_fd(from));
	r = reader_open_regular(path);
	while (r && reader_next(r, &row) == 1)
		writer_row(to, &row);
	reader_close(r);
	return r ? 0 : -1;
}

bool saving_begin(struct saving *s, struct writer *so_far)
{
	if (writer_is_stream(so_far) && lseek(writer_fd(so_far), 0, SEEK_CUR) < 0) {
		say_error("no record can be written now: that of -o is not kept in a file");
		return false;
	}
	name_file(s->path, sizeof(s->path));
	s->writer = writer_create(s->path);
	if (s->writer && copy(so_far, s->writer))
		saving_drop(s);
	return s->writer;
}

void saving_end(struct saving *s, double at_s)
{
	char text[80];

	snprintf(text, sizeof(text), "saved after %.2f s, while it went on", at_s);
	writer_machine(s->writer, END_HOST);
	writer_fact(s->writer, END_HOST, METRIC_fact_attached, "ended", text);
	if (!writer_finish(s->writer))
		say_info("the window until now is in %s", s->path);
	s->writer = NULL;
}

void saving_drop(struct saving *s)
{
	if (s->writer)
		writer_discard(s->writer);
	s->writer = NULL;
}
