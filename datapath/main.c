// SPDX-License-Identifier: GPL-2.0-or-later
/* zcpath: moves bytes through one path of the kernel, and counts them. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpus.h"
#include "base/descriptors.h"
#include "base/say.h"
#include "base/standard.h"
#include "built-with/zcpath.h"
#include "nic/device.h"
#include "datapath/config.h"
#include "datapath/limits.h"
#include "datapath/path.h"
#include "datapath/placing.h"
#include "datapath/room.h"
#include "datapath/rules.h"
#include "datapath/session.h"
#include "datapath/sockets.h"
#include "datapath/surroundings.h"
#include "datapath/tls.h"

#include <argp.h>

static const char help[] =
	"Usage: zcpath rx [OPTION...]\n"
	"  or:  zcpath tx --to HOST [OPTION...]\n"
	"  or:  zcpath paths\n"
	"Move bytes over TCP, or UDP with --udp, through one of the kernel's data paths,\n"
	"and count them.\n"
	"\n"
	"Examples:\n"
	"  zcpath paths                           what this machine can run, and why not\n"
	"  zcpath rx --path uring                 listen on 127.0.0.1\n"
	"  zcpath tx --to 127.0.0.1 --seconds 5   send to it for five seconds\n"
	"\n"
	"Figures go to standard output as rows of CSV. Options: 'zcpath rx --help' and\n"
	"'zcpath tx --help'.\n";

static int list_paths(void)
{
	printf("%-4s %-12s %-4s %s\n", "end", "path", "can", "what it is, or why not");
	for (int i = 0; paths[i]; i++) {
		char why[256];
		bool able = !paths[i]->able || paths[i]->able(why, sizeof(why));

		printf("%-4s %-12s %-4s %s\n", record_end_name[paths[i]->end], paths[i]->name,
		       able ? "yes" : "no", able ? paths[i]->what : why);
	}
	return standard_flush() ? EXIT_FAILED : EXIT_DONE;
}

/*
 * The control thread and whatever the kernel starts for it stay on the end's own CPUs. The kernel
 * takes a list of which only a part exists, so each is tried alone first.
 */
static int place(const struct config *config)
{
	const cpu_set_t *cpus = &config->options.cpu.cpus;
	int lacking = cpus_lacking(&config->options.irq_cpu);

	if (lacking >= 0) {
		say_error("--irq-cpu: this machine has no CPU %d; see 'nproc --all'", lacking);
		return -1;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		cpu_set_t one;

		if (!CPU_ISSET(cpu, cpus))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			continue;
		say_error("--cpu: CPU %d is not there for this process; see 'nproc' and /sys/devices/system/cpu/online",
			  cpu);
		return -1;
	}
	return CPU_COUNT(cpus) ? sched_setaffinity(0, sizeof(*cpus), cpus) : 0;
}

/* Would the kernel take the options of a socket, and the settings, too? */
static int check(const struct config *config)
{
	struct options effective;
	struct failure failure;

	if (!socket_effective(config, &effective, &failure) && !surroundings_try(config, &failure))
		return EXIT_DONE;
	say_error("%s", failure.why);
	return failure.unable ? EXIT_UNABLE : EXIT_FAILED;
}

static int run_end(enum record_end end, int argc, char **argv)
{
	struct config config;
	char why[256];

	config_parse(&config, end, argc, argv);
	if (rules_keep(&config))
		return EXIT_USAGE;
	/* By one name for one device: it is claimed, journaled and said by that. One that is not there is said later. */
	if (config.options.set[OPTION_nic])
		device_name(config.options.nic, config.options.nic);
	if (place(&config))
		return EXIT_UNABLE;
	if (config.path->able && !config.path->able(why, sizeof(why))) {
		say_error("cannot run %s %s here: %s", record_end_name[end], config.path->name, why);
		return EXIT_UNABLE;
	}
	if (config.path->check && !config.path->check(&config, why, sizeof(why))) {
		say_error("%s", why);
		return EXIT_UNABLE;
	}
	if (!placing_able(&config.options.cpu, why, sizeof(why))) {
		say_error("%s", why);
		return EXIT_UNABLE;
	}
	if (config.options.tls && !tls_able(why, sizeof(why))) {
		say_error("%s", why);
		return EXIT_UNABLE;
	}
	if (end == END_TX)
		config.flows = config.options.flows;
	if (!room_allowed(&config, config.flows, why, sizeof(why)) ||
	    !limits_allow(&config, config.flows, config_sockets(&config), why, sizeof(why))) {
		say_error("%s", why);
		return EXIT_UNABLE;
	}
	if (config.check)
		return check(&config);
	return end == END_RX ? session_rx(&config) : session_tx(&config);
}

int main(int argc, char **argv)
{
	static char rx_name[] = "zcpath rx";
	static char tx_name[] = "zcpath tx";
	const char *what = argc > 1 ? argv[1] : "";

	standard_begin();
	say_program("zcpath");
	descriptors_raise();
	argp_program_version = "zcpath " VERSION "\nbuilt with " BUILT_WITH "\npaths:"
#define PATH(end, name, ...) " " #end "." #name
#include "record/paths.def"
#undef PATH
		;
	if (!strcmp(what, "rx") || !strcmp(what, "tx")) {
		argv[1] = *what == 'r' ? rx_name : tx_name;
		say_program(argv[1]);
		return run_end(*what == 'r' ? END_RX : END_TX, argc - 1, argv + 1);
	}
	if (!strcmp(what, "paths") && argc == 2)
		return list_paths();
	if (!strcmp(what, "paths"))
		what = argv[2];
	if (!strcmp(what, "--help") || !strcmp(what, "-?")) {
		fputs(help, stdout);
		return EXIT_DONE;
	}
	if (!strcmp(what, "--version") || !strcmp(what, "-V")) {
		puts(argp_program_version);
		return EXIT_DONE;
	}
	if (what == argv[1] || !*what)
		say_error("expected 'rx', 'tx' or 'paths'; see 'zcpath --help'");
	else
		say_error("'%s' is more than zcpath paths takes; see 'zcpath --help'", what);
	return EXIT_USAGE;
}
