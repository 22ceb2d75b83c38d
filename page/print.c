// SPDX-License-Identifier: GPL-2.0-or-later
/* The four formats, and what standard output made of them. */
#include <string.h>

#include "base/standard.h"
#include "page/internal.h"

static const char *const format_words[] = {"text", "csv", "json", "md"};

int format_find(const char *word, enum format *format)
{
	for (int i = FORMAT_TEXT; i <= FORMAT_MD; i++) {
		if (!strcmp(word, format_words[i])) {
			*format = i;
			return 0;
		}
	}
	return -1;
}

int page_print(struct page *page, enum format format)
{
	switch (format) {
	case FORMAT_TEXT:
		print_text(page, stdout);
		break;
	case FORMAT_CSV:
		print_csv(page, stdout);
		break;
	case FORMAT_JSON:
		print_json(page, stdout);
		break;
	case FORMAT_MD:
		print_markdown(page, stdout);
		break;
	}
	return standard_flush();
}
