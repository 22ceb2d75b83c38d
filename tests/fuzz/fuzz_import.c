// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: analyze page reports -analyze/main.c */
/* libs: gsl jansson */
/*
 * Any bytes as what a tool printed: no crash, and what is taken becomes a record that the reader takes.
 * The first byte chooses the format, or that it is told by what the file holds, and what is known besides.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "analyze/import/import.h"
#include "record/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_readable(struct import *im)
{
	int fd = memfd_create("record", MFD_CLOEXEC);
	struct writer *w = writer_stream(fd, "fuzz");
	char path[32];
	struct reader *r;
	struct row row;
	int got;

	import_write(im, w);
	if (writer_finish(w))
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = reader_open(path);
	if (!r)
		abort();
	do
		got = reader_next(r, &row);
	while (got == 1);
	if (got < 0) {
		fprintf(stderr, "%s\n", reader_error(r));
		abort();
	}
	reader_close(r);
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const files[] = {"fuzz"};
	static const char *const sides[] = {NULL, "left", "right"};
	unsigned int choice = size ? data[0] : 0, formats = 0;
	struct import im = {
		.known = {NAN, NAN, NAN, NULL, false, false}, .end = END_RX, .files = files};
	const struct import_format *format;
	struct input in;
	int result = -1;

	while (import_formats[formats])
		formats++;
	if (input_memory(&in, "fuzz", size ? data + 1 : data, size ? size - 1 : 0))
		return 0;
	if (choice & 128) {
		im.known.seconds = 10;
		im.known.busy = 50;
		im.known.from_zero = true;
		im.known.wall = true;
	}
	im.side = sides[choice / 32 % 4 % 3];
	format = import_told(input_head(&in));
	if (choice % 32 < formats)
		format = import_formats[choice % 32];
	import_fact(&im, END_HOST, METRIC_fact_record_version, "", "1");
	if (format)
		result = format->read(&im, &in);
	if (!result)
		must_be_readable(&im);
	input_close(&in);
	import_free(&im);
	return 0;
}
