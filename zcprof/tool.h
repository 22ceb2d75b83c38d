/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command that answers and ends.
 *
 *   tool_run()     run it, and keep what it says
 *   tool_run_in()  in a network namespace, with a /sys that shows its devices
 *   tool_run_anyway()  also after zcprof was asked to stop: for what puts something back
 *   tool_reason()  why it did not do what it should, in its own words where it has any
 */
#ifndef ZCPROF_TOOL_H
#define ZCPROF_TOOL_H

struct tool_result {
	int exit_code; /* -1: could not be run, was killed, or took too long; reason says which */
	char out[512]; /* the first line of each */
	char err[512];
	char reason[600];
};

/* in: its standard input, the caller's; -1: nothing. */
void tool_run_from(char *const argv[], int in, int patience_ms, struct tool_result *result);
void tool_run(char *const argv[], int patience_ms, struct tool_result *result);
/* netns: a descriptor; -1: here. */
void tool_run_in(int netns, char *const argv[], int patience_ms, struct tool_result *result);
void tool_run_anyway(char *const argv[], int patience_ms, struct tool_result *result);
const char *tool_reason(struct tool_result *result);

#endif
