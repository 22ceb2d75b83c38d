// SPDX-License-Identifier: GPL-2.0-or-later
/* zcroi: what each way of moving bytes cost, where the cost went, and what moved. */
#include <argp.h>
#include <gsl/gsl_errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/commands.h"
#include "base/say.h"
#include "base/standard.h"
#include "built-with/zcroi.h"

const char *argp_program_version = "zcroi " VERSION "\nbuilt with " BUILT_WITH;

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
} commands[] = {
	{"table", command_table},     {"show", command_show},	  {"diff", command_diff},
	{"explain", command_explain}, {"whatif", command_whatif}, {"history", command_history},
	{"check", command_check},     {"report", command_report}, {"plot", command_plot},
	{"import", command_import},
};

static const char doc[] =
	"Answer questions about records of zcprof: which way of moving bytes pays best, where the "
	"time went, and what moved between two sets of runs. Needs no privilege and nothing but "
	"the CSV files.\v"
	"Commands:\n"
	"  table   one line per configuration: throughput, CPU, power and their ROI\n"
	"  show    one part of runs: system calls, symbols, components, facts …\n"
	"  diff    what moved between two sets of runs, and by how much\n"
	"  explain why one of two sets is slower or dearer, the evidence, the remedy\n"
	"  whatif  the bound if a part cost nothing; sizes for a rate and a round trip\n"
	"  history where a configuration changed in many experiments over time, and why\n"
	"  check   whether a record is whole and agrees with itself\n"
	"  report  all of an experiment in one page to send on\n"
	"  plot    one chart alone, as SVG, PNG or PDF\n"
	"  import  a record of what other tools printed: perf, strace, iperf3 …\n"
	"\n"
	"Examples:\n"
	"  zcroi table out                            what pays best\n"
	"  zcroi show components out/CONFIG           where its CPU time went\n"
	"  zcroi diff out/CONFIG-A out/CONFIG-B       what moved\n"
	"  zcroi explain out/CONFIG-A out/CONFIG-B    why\n"
	"  zcroi report out -o report.html            all of it, to look at in a browser\n"
	"  zcroi table --format csv out > roi.csv\n"
	"\n"
	"'zcroi COMMAND --help' tells more about a command. Exit codes: 0 done, 1 failed, 2 wrong "
	"usage.";

static error_t parse(int key, char *arg, struct argp_state *state)
{
	int *command_at = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		*command_at = state->next - 1;
		state->next = state->argc; /* the rest is the command's */
		return 0;
	case ARGP_KEY_NO_ARGS:
		say_error("which question? Give table, show, diff, explain, whatif, history, check, report, plot or import, or --help");
		exit(EXIT_USAGE);
	default:
		(void)arg;
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	const struct argp argp = {NULL, parse, "COMMAND [ARG…]", doc, NULL, NULL, NULL};
	char name[32];
	int at = 0;

	standard_begin();
	say_program("zcroi");
	/* A file that may grow no more is an error that can be told. */
	signal(SIGXFSZ, SIG_IGN);
	/* What a record makes of a function is no number, and nothing to end by. */
	gsl_set_error_handler_off();
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &at);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(argv[at], commands[i].name))
			continue;
		snprintf(name, sizeof(name), "zcroi %s", commands[i].name);
		argv[at] = name;
		return commands[i].run(argc - at, argv + at);
	}
	say_error("there is no command '%s'; give table, show, diff, explain, whatif, history, check, report, plot or import",
		  argv[at]);
	return EXIT_USAGE;
}
