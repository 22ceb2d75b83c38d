/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A meter's command: run by sh, again whenever it has ended; each line that it prints is a reading
 * of the moment when it comes.
 *
 *   meter_command_start()
 *   meter_command_stop()   the command and all that it started are gone, readings are whole
 *   meter_command_mean()   over a window, by the readings so far: readings_mean()
 *   meter_command_close()  after start, successful or not
 */
#ifndef COLLECTORS_POWER_COMMAND_H
#define COLLECTORS_POWER_COMMAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "collectors/power/meter.h"

struct meter_command {
	struct readings readings; /* by CLOCK_MONOTONIC */
	pthread_mutex_t lock;	  /* of them until stop */
	char odd[80];		  /* the latest line that was no number; how many there were: */
	size_t odd_count;

	pid_t shell;
	int lines;
	int stop;
	bool started;
	pthread_t thread;
	char line[256];
	size_t len; /* of it so far, also of what has no room */
};

int meter_command_start(struct meter_command *m, const char *command); /* 0 or an errno */
void meter_command_stop(struct meter_command *m);
double meter_command_mean(struct meter_command *m, double from_s, double to_s);
void meter_command_close(struct meter_command *m);

#endif
