// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/shell.h"

#include <string.h>

#include "base/memory.h"

/* Between single quotes a shell takes all as it stands, but for the quote itself. */
#define QUOTE "'\\''"

char *shell_quoted(const char *text)
{
	char *quoted = must_malloc(strlen(text) * strlen(QUOTE) + sizeof("''"));
	char *to = quoted;

	*to++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			to = stpcpy(to, QUOTE);
		else
			*to++ = *text;
	}
	*to++ = '\'';
	*to = '\0';
	return quoted;
}
