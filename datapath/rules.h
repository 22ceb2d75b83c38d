/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules_keep(): the rules between the options of one end; it settles what follows from others. */
#ifndef DATAPATH_RULES_H
#define DATAPATH_RULES_H

#include "datapath/config.h"

/* 0, or -1 after saying which option contradicts what. */
int rules_keep(struct config *config);

#endif
