// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/table.h"

#include <bpf/bpf.h>
#include <errno.h>

int table_next(int fd, const void *before, void *key, void *value)
{
	int error;

	do {
		error = bpf_map_get_next_key(fd, before, key);
		if (error)
			return error == -ENOENT ? 0 : error;
		error = bpf_map_lookup_elem(fd, key, value);
		before = key;
	} while (error == -ENOENT); /* it was deleted in between */
	return error ? error : 1;
}
