/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cause is tested by its remedy: the worse set's configuration with the one option that is said to
 * be the cause as the better set has it, side by side with the better set's configuration again and, where one option's list
 * can say so, with the worse set's as it was. If the figure does not return, the cause is withdrawn.
 *
 *   confirm_command()  what to run for it, ready for a shell, or why no command is given
 *   confirm_judge()    what came of it, of the directory that the command wrote
 */
#ifndef ANALYZE_CAUSES_CONFIRM_H
#define ANALYZE_CAUSES_CONFIRM_H

#include "analyze/causes/causes.h"

/*
 * CONFIRMING_NONE where the remedy is no option, or text has no room for the command; CONFIRMING_REFUSED, and why,
 * where the records or their plan say which program runs: they may be a stranger's, and who runs it may be root.
 */
enum confirming { CONFIRMING_NONE, CONFIRMING_COMMAND, CONFIRMING_REFUSED };

enum confirming confirm_command(const struct causes *c, const struct cause *cause, char *text,
				size_t size);

/*
 * CONFIRM_RETURNED where at least half of the change is gone, and some of it for sure; CONFIRM_WITHDRAWN where less
 * than half is for sure; CONFIRM_OPEN where these runs do not tell; CONFIRM_MOVED where the machine
 * moved so that too little of the difference is left to bring back; CONFIRM_UNFIT for other runs than that experiment's.
 * tested: an experiment of two configurations, of which one is the better set's again, or of three, of which another has
 * the option as the worse set had it: then all is compared as of now. *returned: the part of the change that went away
 * with the remedy.
 */
enum confirmed confirm_judge(const struct causes *c, const struct experiment *tested,
			     struct interval *returned);

#endif
