// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/files.h"

#include <sched.h>

#include "datapath/file_table.h"

void files_own(struct flow *f, int beside)
{
	const int fds[] = {f->fd, f->datagrams_fd, f->all->news_fd, beside};

	/* Before Linux 5.9 a copy could not be emptied. */
	if (flows_many(f->all) || !file_table_can_keep() || unshare(CLONE_FILES))
		return;
	f->owns_files = true;
	file_table_keep(fds, sizeof(fds) / sizeof(*fds));
}
