// SPDX-License-Identifier: GPL-2.0-or-later
/* Options that have a meaning for some paths only; what is not here has one for all. */
#include <string.h>

#include "record/options.h"

#define PATHS_MAX 3

static const struct belongs {
	enum option_id option;
	const char *paths[PATHS_MAX];
} belongs[] = {
	{OPTION_blocking, {"copy", "devmem"}},
	{OPTION_singleshot, {"uring"}},
	{OPTION_no_iowait, {"uring", "send_zc", "zcrx"}},
	{OPTION_min_wait, {"uring", "zcrx"}},
	{OPTION_nodev, {"zcrx"}},
	{OPTION_share_queue, {"zcrx"}},
	{OPTION_rx_buf_len, {"zcrx"}},
	{OPTION_refill, {"zcrx"}},
	{OPTION_completions, {"zcrx"}},
	{OPTION_buffers, {"uring"}},
	{OPTION_nic, {"devmem", "zcrx"}},
	{OPTION_queues, {"devmem", "zcrx"}},
	{OPTION_area, {"devmem", "zcrx"}},
	{OPTION_memory, {"devmem", "zcrx"}},
	{OPTION_control, {"devmem"}},
	{OPTION_batch, {"devmem"}},
	{OPTION_in_flight, {"zerocopy", "devmem"}},
	{OPTION_depth, {"uring", "send_zc"}},
	{OPTION_plain_buffers, {"send_zc"}},
	{OPTION_flush_every, {"send_zc"}},
};

bool option_for(enum option_id id, const char *path)
{
	for (size_t i = 0; i < sizeof(belongs) / sizeof(belongs[0]); i++) {
		if (belongs[i].option != id)
			continue;
		for (int p = 0; p < PATHS_MAX && belongs[i].paths[p]; p++)
			if (!strcmp(belongs[i].paths[p], path))
				return true;
		return false;
	}
	return true;
}
