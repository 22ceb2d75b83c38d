// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/plot/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/memory.h"
#include "base/say.h"

/* How gnuplot is told. */
static const char *const terminals[] = {
	[PICTURE_SVG] = "",
	[PICTURE_PNG] =
		"set terminal pngcairo noenhanced size 1440,800 fontscale 1.2\nterm_is_set = 1\n",
	[PICTURE_PDF] = "set terminal pdfcairo noenhanced size 9in,6in\nterm_is_set = 1\n",
};

/* For one chart, on a machine that has much else to do. */
#define PATIENCE_MS 60000

static int take(struct picture *picture, int fd)
{
	struct stat st;

	if (fstat(fd, &st) || !st.st_size)
		return -1;
	picture->bytes = must_malloc(st.st_size);
	picture->size = st.st_size;
	return pread(fd, picture->bytes, st.st_size, 0) == st.st_size ? 0 : -1;
}

/* The script that picture holds becomes what gnuplot draws. */
static int draw(struct picture *picture, enum picture_format format)
{
	int in = memfd_create("script", MFD_CLOEXEC), out = memfd_create("picture", MFD_CLOEXEC);
	char *argv[] = {"gnuplot", "-d", "-", NULL}, *script = picture->bytes;
	const struct child gnuplot = {.argv = argv, .fds = {in, out, -1}};
	ssize_t size = (ssize_t)picture->size;
	int result = EXIT_FAILED, error, status = -1;
	pid_t pid;

	picture->bytes = NULL;
	picture->size = 0;
	/* In the C locale it warns that it has no degree sign, of which there is none in a chart; nobody else is run. */
	setenv("LC_ALL", "C.UTF-8", 1);
	if (in < 0 || out < 0 || dprintf(in, "%s", terminals[format]) < 0 ||
	    write(in, script, size) != size || lseek(in, 0, SEEK_SET)) {
		snprintf(picture->why, sizeof(picture->why), "cannot hand the chart to gnuplot: %s",
			 strerror(errno));
	} else if ((error = child_start(&gnuplot, &pid))) {
		snprintf(picture->why, sizeof(picture->why),
			 "cannot run gnuplot, which draws the chart: %s; install gnuplot-nox",
			 strerror(-error));
		result = EXIT_UNABLE;
	} else if ((error = child_wait_for(pid, &status, PATIENCE_MS)) == -ETIMEDOUT) {
		snprintf(picture->why, sizeof(picture->why),
			 "gnuplot did not draw the chart within %d s, and was ended",
			 PATIENCE_MS / 1000);
	} else if (error || status || take(picture, out)) {
		snprintf(picture->why, sizeof(picture->why),
			 "gnuplot drew nothing: what it said stands above");
	} else {
		result = EXIT_DONE;
	}
	free(script);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return result;
}

int picture_of(struct picture *picture, const struct plot *plot, struct plotting *p,
	       enum picture_format format)
{
	int none;

	*picture = (struct picture){.bytes = NULL};
	p->out = open_memstream(&picture->bytes, &picture->size);
	if (!p->out) {
		snprintf(picture->why, sizeof(picture->why), "cannot make the chart: %s",
			 strerror(errno));
		return EXIT_FAILED;
	}
	none = p->lines->count ? plot->write(p) : plot_none(p, "there are no runs");
	fclose(p->out);
	if (none) {
		picture->empty = true;
		snprintf(picture->why, sizeof(picture->why), "%s", p->why);
		return EXIT_FAILED;
	}
	return format == PICTURE_SCRIPT ? EXIT_DONE : draw(picture, format);
}

void picture_free(struct picture *picture)
{
	free(picture->bytes);
	picture->bytes = NULL;
}
