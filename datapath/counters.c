// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/counters.h"

/* Every member is a uint64_t, so the struct is an array of them. */
_Static_assert(sizeof(struct counters) % sizeof(uint64_t) == 0, "counters are uint64_t alone");

void counters_copy(struct counters *to, const struct counters *from)
{
	uint64_t *t = (uint64_t *)to;
	const uint64_t *f = (const uint64_t *)from;

	for (unsigned int i = 0; i < sizeof(*to) / sizeof(*t); i++)
		t[i] = counter_read(&f[i]);
}
