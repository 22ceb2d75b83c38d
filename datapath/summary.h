/* SPDX-License-Identifier: GPL-2.0-or-later */
/* summary_say(): the run in one line, for a person who watches; rows are for programs. */
#ifndef DATAPATH_SUMMARY_H
#define DATAPATH_SUMMARY_H

#include "datapath/session.h"

void summary_say(const struct session *s);

#endif
