// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/surroundings.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "nic/settings/settings.h"

/* A NIC that is named, else the device of the address. */
static int find_device(const struct config *config, char iface[IF_NAMESIZE], struct failure *failure)
{
	if (config->end == END_RX && config->options.set[OPTION_nic]) {
		snprintf(iface, IF_NAMESIZE, "%.15s", config->options.nic);
		return 0;
	}
	const char *to = config->away ? config->away : config->to;

	if (config->end == END_TX && socket_device_to(to, iface))
		return failure_of(failure, true,
				  "no device leads to %.64s, so there is none to set", to);
	if (config->end == END_RX && socket_device_at(config->bind, iface))
		return failure_of(failure, true,
				  "no device has the address %.64s, so there is none to set; give that of the device with --bind",
				  config->bind);
	return 0;
}

int surroundings_set(const struct config *config, struct journal *j, struct options *effective,
		     struct failure *failure)
{
	enum settings_asked asked = settings_asked(&config->options);
	char iface[IF_NAMESIZE] = "";

	failure->unable = true;
	if (asked == SETTINGS_NONE)
		return 0;
	if (asked == SETTINGS_OF_DEVICE && find_device(config, iface, failure))
		return -1;
	return settings_apply(j, *iface ? iface : NULL, effective, failure->why,
			      sizeof(failure->why));
}

int surroundings_try(const struct config *config, struct failure *failure)
{
	struct journal *j = journal_open(JOURNAL_DIR);
	struct options effective = config->options;
	sigset_t ending, before;
	int result;

	if (!j)
		return failure_of(failure, false, "no memory left to try the settings");
	/* Whoever ends this waits until everything is back. */
	sigemptyset(&ending);
	sigaddset(&ending, SIGINT);
	sigaddset(&ending, SIGTERM);
	sigaddset(&ending, SIGHUP);
	sigprocmask(SIG_BLOCK, &ending, &before);
	result = surroundings_set(config, j, &effective, failure);
	if (journal_close(j) && !result)
		result = failure_of(failure, false,
				    "a setting that was tried could not be put back");
	sigprocmask(SIG_SETMASK, &before, NULL);
	return result;
}
