/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of zcprof/run/far.h share.
 *
 *   far_host()   the first or the second of the hosts; NULL: there is none
 *   far_side()   the end that one runs, rx of both
 *   far_hears()  where its rows and its warnings go
 *   far_lost()   it is gone: the record says so, and the run failed
 */
#ifndef ZCPROF_RUN_FAR_WITHIN_H
#define ZCPROF_RUN_FAR_WITHIN_H

#include "zcprof/reach/host.h"
#include "zcprof/run/far.h"

struct host *far_host(const struct experiment *x, int i);
enum record_end far_side(const struct experiment *x, const struct host *h);
struct host_hears far_hears(struct running *r);
enum run_result far_lost(struct running *r, struct host *h);

#endif
