/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of a function: of the kernel (collectors/kit/kallsyms.h) and of processes (collectors/kit/symbols.h). */
#ifndef COLLECTORS_KIT_SYMBOL_H
#define COLLECTORS_KIT_SYMBOL_H

#include "record/components.h"

struct symbol {
	const char *name;	  /* "[unknown]" where there is none */
	const char *object;	  /* "[kernel]", "[veth]", "libc.so.6", "[user]", … */
	enum component component; /* what it says by itself; COMPONENT_user in user space */
	enum context context;
};

#endif
