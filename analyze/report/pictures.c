// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/report/pictures.h"

#include <string.h>

#include "analyze/plot/picture.h"
#include "base/memory.h"
#include "base/say.h"
#include "page/embed.h"

struct pictures {
	struct drawn {
		const struct plot *plot;
		struct picture picture;
	} * at;
	size_t count, left_out;
	char why[256];
};

/* Charts of many configurations are as high as a person scrolls. */
#define PICTURE_LINES 60

struct pictures *pictures_draw(const struct lines *lines, const struct common *common)
{
	struct pictures *all = must_calloc(1, sizeof(*all));
	struct lines some = *lines;
	struct plotting p = {.lines = &some, .common = common};
	const struct plot *plot;

	some.count = some.count < PICTURE_LINES ? some.count : PICTURE_LINES;
	all->left_out = lines->count - some.count;
	for (size_t i = 0; !*all->why && (plot = plot_number_of(i)); i++) {
		struct picture picture;
		int result = picture_of(&picture, plot, &p, PICTURE_SVG);

		if (result && !picture.empty)
			memcpy(all->why, picture.why, sizeof(all->why));
		if (result)
			picture_free(&picture);
		else
			ARRAY_ADD(all->at, all->count) = (struct drawn){plot, picture};
	}
	return all;
}

/* A data: URL, of RFC 3986's unreserved characters and what it need not escape in such a place. */
static void put_url(FILE *out, const char *bytes, size_t size)
{
	fputs("data:image/svg+xml;charset=utf-8,", out);
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    (c && strchr("-_.~/:;=,()!* ", c)))
			fputc(c, out);
		else
			fprintf(out, "%%%02X", c);
	}
}

void pictures_html(FILE *out, const struct pictures *pictures, const char *name)
{
	for (size_t i = 0; pictures && i < pictures->count; i++) {
		const struct drawn *d = &pictures->at[i];

		if (*pictures->why || strcmp(d->plot->name, name) != 0)
			continue;
		fputs("<figure class=\"chart\"><img class=\"picture\" alt=\"", out);
		html_text(out, d->plot->what);
		fputs(". The tables below have its figures.\" src=\"", out);
		put_url(out, d->picture.bytes, d->picture.size);
		fputs("\"></figure>\n", out);
	}
}

size_t pictures_left_out(const struct pictures *pictures)
{
	return pictures->left_out;
}

const char *pictures_why(const struct pictures *pictures)
{
	return pictures && *pictures->why ? pictures->why : NULL;
}

void pictures_free(struct pictures *pictures)
{
	if (!pictures)
		return;
	for (size_t i = 0; i < pictures->count; i++)
		picture_free(&pictures->at[i].picture);
	free(pictures->at);
	free(pictures);
}
