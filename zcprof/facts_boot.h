/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the kernel was started.
 *
 *   facts_boot()  those of its boot options that change what things cost; "none" where there is none of them
 */
#ifndef ZCPROF_FACTS_BOOT_H
#define ZCPROF_FACTS_BOOT_H

#include "record/writer.h"

void facts_boot(struct writer *w);

#endif
