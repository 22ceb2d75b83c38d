/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A then, A now and B now on one page: whether the configuration moved a figure since, or the machine.
 *
 *   then_now_page()
 *
 * A now and B now were measured in the same rounds (zcprof run --against A), so that only the
 * configuration is between them; between A then and A now is only what is around it.
 */
#ifndef ANALYZE_PAGES_THEN_NOW_H
#define ANALYZE_PAGES_THEN_NOW_H

#include "analyze/load/group.h"
#include "analyze/options.h"

/* 0, or -1 after saying that standard output refused it. */
int then_now_page(const struct configuration *then, const struct configuration *a_now,
		  const struct configuration *b_now, const struct common *common);

#endif
