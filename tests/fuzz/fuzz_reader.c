// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any bytes as a record: no crash, and the rows and the refusal are the same whether the bytes come
 * as a whole or in pieces, and however many rows wait while more arrives. The first byte of the
 * input chooses the pieces.
 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a reader gives, as one text: the rows and then the sentence of a refusal. */
struct given {
	char *text;
	size_t len;
	FILE *stream;
};

/* Takes that many rows if there are; returns what reader_next() said last. */
static int take(struct reader *r, struct given *given, unsigned int most)
{
	struct row row;
	int got = 1;

	while (most-- && (got = reader_next(r, &row)) == 1) {
		fprintf(given->stream, "%llu %d %d %g %g ", (unsigned long long)row.line, row.end,
			row.id, row.time_s, row.number);
		fwrite(row.key.at, 1, row.key.len, given->stream);
		fputc(0, given->stream);
		fwrite(row.value.at, 1, row.value.len, given->stream);
		fputc(0, given->stream);
	}
	return got;
}

static void finish(struct reader *r, struct given *given)
{
	if (take(r, given, UINT_MAX) < 0)
		fputs(reader_error(r), given->stream);
	fclose(given->stream);
	reader_close(r);
}

static void begin(struct given *given)
{
	given->stream = open_memstream(&given->text, &given->len);
	if (!given->stream)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct given whole;
	struct given pieces;
	struct reader *r;
	uint32_t random;

	if (!size)
		return 0;
	random = data[0] + 1;
	data++;
	size--;

	begin(&whole);
	finish(reader_memory("x", data, size), &whole);

	begin(&pieces);
	r = reader_pieces("x");
	while (size) {
		size_t piece;

		random = random * 1664525 + 1013904223;
		piece = 1 + (random >> 16) % (random & 0x10000000 ? 200 : 3);
		if (piece > size)
			piece = size;
		reader_push(r, data, piece);
		take(r, &pieces, random >> 8 & 3);
		data += piece;
		size -= piece;
	}
	reader_end(r);
	finish(r, &pieces);

	if (whole.len != pieces.len || memcmp(whole.text, pieces.text, whole.len))
		abort();
	free(whole.text);
	free(pieces.text);
	return 0;
}
