/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread's own table of open files, as a process of one thread has it. With one that others share each call on a
 * descriptor takes a reference to its file and gives it back, by locked instructions, some 50 in all (fs/file.c,
 * __fget_light()): half a percent of a request and its answer, which are four calls.
 *
 *   files_own()    from now on this thread has its connections open alone, and the descriptor beside them (-1: none);
 *                  of many flows, and where that is forbidden, all stays as it was
 *
 * So whatever the control thread closes is closed, as it would be with one table, and so is a connection that it closes
 * when the flow's thread has ended.
 */
#ifndef DATAPATH_FILES_H
#define DATAPATH_FILES_H

#include "datapath/flow.h"

void files_own(struct flow *f, int beside);

#endif
