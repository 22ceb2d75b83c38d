// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/unique.h"

#include <stdio.h>
#include <string.h>

void unique_name(char *name, size_t size, unsigned int nth, unique_taken_fn taken, const void *data)
{
	size_t len = strlen(name);

	for (unsigned int n = nth; n > 1 || taken(data, name); n++) {
		char behind[16];
		size_t more = n > 1 ? (size_t)snprintf(behind, sizeof(behind), "#%u", n) : 0;
		size_t at = len + more < size ? len : size - 1 - more;

		if (!more)
			continue;
		memcpy(name + at, behind, more + 1);
		if (!taken(data, name))
			return;
	}
}
