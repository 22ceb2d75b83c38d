/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zcprof agent: one machine's part of an experiment, for whoever runs it from another (request.h). It runs that
 * machine's ends and sources, with that machine's clock. When whoever asked is gone, or says nothing in a run,
 * it ends what it started, which puts back what it set.
 *
 *   agent_command()  the command; an exit code
 */
#ifndef ZCPROF_AGENT_AGENT_H
#define ZCPROF_AGENT_AGENT_H

int agent_command(int argc, char **argv);

#endif
