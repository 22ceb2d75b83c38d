// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/attach/settings.h"

#include <argp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpus.h"
#include "base/outfile.h"
#include "base/quantity.h"
#include "base/say.h"
#include "nic/device.h"
#include "reports/adapter.h"
#include "zcprof/collecting.h"

/* For each of these the key of the plain spelling; those of rx and tx follow it. */
enum {
	KEY_PID = 0x100,
	KEY_CGROUP = KEY_PID + END_COUNT,
	KEY_NETNS = KEY_CGROUP + END_COUNT,
	KEY_IFACE = KEY_NETNS + END_COUNT,
	KEY_CPU = KEY_IFACE + END_COUNT,
	KEY_AS = KEY_CPU + END_COUNT,
	KEY_SECONDS,
	KEY_GATE,
	KEY_PAIR,
	KEY_WARMUP,
	KEY_COLLECT,
	KEY_NO_COLLECT,
	KEY_EXACT,
	KEY_POWER,
	KEY_ADAPTER,
	KEY_TERMINATE,
	KEY_INTERVAL,
	KEY_NAME,
	KEY_GIVEN,
	KEY_LIVE,
	KEY_OPENMETRICS,
};

/* Of one of two ends: as without "rx-" or "tx-". */
#define OF_ENDS(name, key, value)                                                                  \
	{"rx-" name, (key) + END_RX, value, OPTION_HIDDEN, NULL, 0},                               \
	{                                                                                          \
		"tx-" name, (key) + END_TX, value, OPTION_HIDDEN, NULL, 0                          \
	}

static const struct argp_option options[] = {
	{NULL, 0, NULL, 0, "What to measure:", 1},
	{"pid", KEY_PID, "PID", 0, "This process; what it moves in the warm-up tells its end", 0},
	{"rx-pid", KEY_PID + END_RX, "PID", 0, "This process is the receiver", 0},
	{"tx-pid", KEY_PID + END_TX, "PID", 0, "This process is the sender", 0},
	{"cgroup", KEY_CGROUP, "CGROUP", 0,
	 "All processes of this cgroup (version 2) and those below it, also those that come later",
	 0},
	OF_ENDS("cgroup", KEY_CGROUP, "CGROUP"),
	{"netns", KEY_NETNS, "NETNS", 0,
	 "All processes and connections of this network namespace: a name of 'ip netns', a path, or the number of a process",
	 0},
	OF_ENDS("netns", KEY_NETNS, "NETNS"),
	{"as", KEY_AS, "END", 0, "The one end that there is, is rx or tx, whatever it moves", 0},
	{"cpu", KEY_CPU, "LIST", 0,
	 "The end's work, softirqs included, is done on these CPUs; without any of the above, the end is whatever runs there",
	 0},
	OF_ENDS("cpu", KEY_CPU, "LIST"),
	{"iface", KEY_IFACE, "DEVICE", 0,
	 "Count the bytes of this device of the process's namespace, in place of those of its TCP connections, and its statistics; alone, the end is this machine",
	 0},
	OF_ENDS("iface", KEY_IFACE, "DEVICE"),
	{"adapter", KEY_ADAPTER, "NAME", 0,
	 "COMMAND says itself what it moves, as this program does: iperf3, neper, netperf, testpmd; none: it does not (by the name of its program)",
	 0},
	{"collect", KEY_COLLECT, "LIST", 0, "Only these collectors", 0},
	{"no-collect", KEY_NO_COLLECT, "LIST", 0, "All collectors but these", 0},
	{"exact", KEY_EXACT, NULL, 0,
	 "Count every event and sample 999 times a second, where collectors would take less to cost less",
	 0},
	{"power", KEY_POWER, "cmd:COMMAND", 0, METER_HELP, 0},
	{NULL, 0, NULL, 0, "When:", 2},
	{"warmup", KEY_WARMUP, "SECONDS", 0, "Time before the window opens (0.5)", 0},
	{"seconds", KEY_SECONDS, "SECONDS", 0,
	 "Length of the window (10; with COMMAND: until it ends; with --live or --openmetrics: until it is stopped)",
	 0},
	{"terminate", KEY_TERMINATE, NULL, 0,
	 "COMMAND is told to end (SIGTERM) when the window has closed", 0},
	{"gate", KEY_GATE, NULL, OPTION_HIDDEN, NULL, 0},
	{NULL, 0, NULL, 0, "On two machines:", 5},
	{"host", KEY_PAIR, "USER@HOST", 0,
	 "One end runs there, by the options behind this up to --peer-host; \".\": here. What stands before it is of both",
	 0},
	{"peer-host", KEY_PAIR, "USER@HOST", 0,
	 "The other end runs there, by the options behind this", 0},
	{"ssh", KEY_PAIR, "COMMAND", 0, "How a host is reached (ssh)", 0},
	{"zcprof", KEY_PAIR, "PATH", 0, "The zcprof there (zcprof, by its PATH)", 0},
	{NULL, 0, NULL, 0, "Where to:", 3},
	{"output", 'o', "FILE", 0, "The record; needed, unless --live or --openmetrics is given", 0},
	{"name", KEY_NAME, "NAME", 0,
	 "The configuration that the record repeats (the name of FILE): records of one name, in one directory, are repeats",
	 0},
	{"given", KEY_GIVEN, "OPTIONS", 0,
	 "What COMMAND or the others were given, as options of a plan, such as 'rx=dpdk udp=18': by them the record stands in the tables of 'zcprof run'",
	 0},
	{"interval", KEY_INTERVAL, "SECONDS", 0,
	 "Write what every source counted in each such time into the record too", 0},
	{"live", KEY_LIVE, NULL, 0,
	 "Show on a screen what is going on; where standard output is no terminal, a line each second (--interval)",
	 0},
	{"openmetrics", KEY_OPENMETRICS, "FILE|:PORT", 0,
	 "Keep all figures in this file, as node exporter's textfile collector reads it, or serve them at http://127.0.0.1:PORT/metrics (0: any port)",
	 0},
	{"verbose", 'v', NULL, 0, "Say what is done", 0},
	{0},
};

static const char documentation[] =
	"Measure processes that are already there, or COMMAND, over one window. The record is like "
	"one of 'zcprof run', without what only zcpath can know."
	"\v"
	"Examples:\n"
	"  zcprof attach --pid 1234 -o db.csv\n"
	"  zcprof attach --rx-pid 12 --tx-pid 34 --rx-cpu 0 --tx-cpu 1 -o pair.csv\n"
	"  zcprof attach --pid 1234 --iface eth0 -o device.csv\n"
	"  zcprof attach --cgroup system.slice/nginx.service --seconds 5 -o nginx.csv\n"
	"  zcprof attach --rx-netns server --tx-netns client -o pods.csv\n"
	"  zcprof attach --cpu 4-7 --iface eth0 --as rx -o cpus.csv\n"
	"  zcprof attach -o iperf3.csv -- iperf3 -c server -t 20\n"
	"  zcprof attach --netns server --live\n"
	"  zcprof attach --cpu 0-3 --interval 15 --openmetrics :9464\n"
	"  zcprof attach --seconds 5 --terminate -o pmd.csv -- dpdk-testpmd -l 0,1\n"
	"\n"
	"--cpu and --iface are those of the one end that there is; --rx-cpu, --tx-cpu, --rx-iface "
	"and --tx-iface give them to one of two. Beside --rx-pid or --tx-pid, COMMAND is the other "
	"end. Threads of a process are measured with it, processes that it forks are not: --cgroup "
	"and --netns measure those too, from when they begin. --cgroup and --netns, too, have forms "
	"for one of two ends: --rx-cgroup, --tx-netns.\n"
	"Exit status: 0 done, 1 it ended before the window did or was interrupted, or COMMAND "
	"failed, 2 wrong usage, 3 this machine cannot.";

static double seconds_option(struct argp_state *state, const char *name, const char *text)
{
	const char *why;
	double seconds;

	if (quantity_seconds(text, &seconds, &why))
		argp_error(state, "--%s %s: %s", name, text, why);
	return seconds;
}

/* Of an end there is one value of each, as zcroi check insists. */
static bool is_given_before(const struct skip *given, size_t n)
{
	const struct condition *c = given->conditions;

	for (size_t i = 0; i < n; i++)
		if (c[i].id == c[n].id && c[i].ends & c[n].ends)
			return true;
	return false;
}

static void given_option(struct argp_state *state, struct attach_settings *s, const char *text)
{
	char why[200];

	if (s->given.count)
		argp_error(state, "--given is there twice, '%s' and '%s': give all options in one",
			   s->given.text, text);
	if (skip_parse(&s->given, text, why, sizeof(why)))
		argp_error(state, "--given '%s': %s", text, why);
	for (size_t i = 0; i < s->given.count; i++)
		if (s->given.conditions[i].differs || is_given_before(&s->given, i) ||
		    s->given.conditions[i].values[strcspn(s->given.conditions[i].values, ", \t")] ==
			    ',')
			argp_error(state,
				   "--given '%s': expected one value for each option, such as rx=dpdk",
				   text);
}

static const char *openmetrics_option(struct argp_state *state, const char *text)
{
	uint64_t port;
	const char *why;

	if (!*text)
		argp_error(state, "--openmetrics: expected a file, or ':' and a port");
	if (*text == ':' && (quantity_count(text + 1, &port, &why) || port > 65535))
		argp_error(state,
			   "--openmetrics %s: expected a port from 0 to 65535 behind the colon",
			   text);
	return text;
}

/* An end is one of its kind: the last of several would be it in silence. */
static void take_once(struct argp_state *state, const char **value, char *text, const char *name)
{
	if (*value)
		argp_error(state, "--%s is there twice, %s and %s: give one", name, *value, text);
	*value = text;
}

static void cpu_option(struct argp_state *state, const char **list, char *text)
{
	const char *why;
	cpu_set_t cpus;
	int lacking;

	if (cpulist_parse(text, &cpus, &why))
		argp_error(state, "--cpu %s: %s", text, why);
	lacking = cpus_lacking(&cpus);
	if (lacking >= 0)
		argp_failure(state, EXIT_UNABLE, 0,
			     "--cpu %s: this machine has no CPU %d; see 'nproc --all'", text,
			     lacking);
	take_once(state, list, text, "cpu");
}

static void end_option(struct attach_settings *s, int key, char *text, struct argp_state *state)
{
	enum record_end end = (key - KEY_PID) % END_COUNT;
	uint64_t number;
	const char *why;

	if (key < KEY_CGROUP) {
		if (quantity_count(text, &number, &why) || !number || number > INT_MAX)
			argp_error(state, "--pid %s: expected the number of a process", text);
		if (s->pid[end])
			argp_error(state,
				   "--pid is there twice, %d and %s: give one, or a --cgroup of both",
				   (int)s->pid[end], text);
		s->pid[end] = (pid_t)number;
	} else if (key < KEY_IFACE) {
		if (!*text)
			argp_error(state, "--cgroup and --netns: expected a name");
		if (key < KEY_NETNS)
			take_once(state, &s->cgroup[end], text, "cgroup");
		else
			take_once(state, &s->netns[end], text, "netns");
	} else if (key < KEY_CPU) {
		if (!*text || strlen(text) > DEVICE_NAME_MAX)
			argp_error(state, "--iface %s: expected the name of a device", text);
		take_once(state, &s->iface[end], text, "iface");
	} else {
		cpu_option(state, &s->cpus[end], text);
	}
}

/* Ways in which an end was named. */
static int named(const struct attach_settings *s, enum record_end end)
{
	return !!s->pid[end] + !!s->cgroup[end] + !!s->netns[end];
}

/* Where nothing says which processes: whatever runs on the CPUs that were given, or on all. */
static void take_cpus(struct attach_settings *s)
{
	for (int end = END_HOST; end < END_COUNT; end++)
		if (s->command || named(s, end))
			return;
	for (int end = END_HOST; end < END_COUNT; end++)
		s->by_cpu[end] = s->cpus[end];
	if (!s->cpus[END_HOST] && !s->cpus[END_RX] && !s->cpus[END_TX])
		s->by_cpu[END_HOST] = s->iface[END_HOST];
}

static void check_ends(const struct attach_settings *s, struct argp_state *state, int ends,
		       int others)
{
	for (int end = END_HOST; end < END_COUNT; end++)
		if (named(s, end) > 1)
			argp_error(state,
				   "an end is a process, a cgroup or a network namespace: give one of --pid, --cgroup and --netns");
	if (!ends && !others)
		argp_error(state,
			   "expected --pid, --cgroup, --netns, --cpu or --iface, or those of --rx-… and --tx-…, or a command after --");
	if (others == 2 || (others && !s->command && ends) || (s->command && ends == 2))
		argp_error(state,
			   "a record has two ends at most: give both, as by --rx-pid and --tx-pid, or one of them and a command");
	if (s->pid[END_RX] && s->pid[END_RX] == s->pid[END_TX])
		argp_error(state, "one process cannot be both ends");
	if (s->as && (!others || ends))
		argp_error(state,
			   "--as is for the one end that there is, where its option or its command does not say which");
}

/* "run.csv" has "run.folded" beside it. */
char *attach_sidecar(const char *output)
{
	size_t len = output ? strlen(output) : 0;

	if (!output)
		return NULL;
	if (len > strlen(".csv") && !strcmp(output + len - strlen(".csv"), ".csv"))
		len -= strlen(".csv");
	return strndup(output, len);
}

/* What would be written over what is written or read beside it, at the end, and be lost. */
static void check_files(const struct attach_settings *s, struct argp_state *state)
{
	const char *metrics = s->openmetrics && *s->openmetrics != ':' ? s->openmetrics : NULL;
	char *sidecar = attach_sidecar(s->output), *folded = NULL;

	if (sidecar && asprintf(&folded, "%s.folded", sidecar) < 0)
		folded = NULL;
	const struct {
		const char *name, *path;
	} file[] = {{"-o", s->output},
		    {"the folded stacks beside -o", folded},
		    {"--openmetrics", metrics},
		    {"the meter's log", s->meter.log}};

	for (size_t i = 0; i < sizeof(file) / sizeof(*file); i++)
		for (size_t k = 0; k < i; k++)
			if (file[i].path && file[k].path && outfile_same(file[i].path, file[k].path))
				argp_error(state,
					   "%s and %s are the same file, or one is what the other is called while it is written: give two names",
					   file[k].name, file[i].name);
	free(folded);
	free(sidecar);
}

/* What is asked has to fit together. */
static void check(struct attach_settings *s, struct argp_state *state)
{
	int ends, others;
	char why[160];

	if (s->of_pair)
		argp_error(state, "--ssh and --zcprof are of --host and --peer-host");
	if (collecting_refuse(s->collect, s->no_collect, meter_named(&s->meter), why, sizeof(why)))
		argp_error(state, "%s", why);
	take_cpus(s);
	ends = (named(s, END_RX) || s->by_cpu[END_RX]) + (named(s, END_TX) || s->by_cpu[END_TX]);
	others = (named(s, END_HOST) || s->by_cpu[END_HOST]) + !!s->command;
	check_ends(s, state, ends, others);
	if (ends + others == 2 && (s->cpus[END_HOST] || s->iface[END_HOST]))
		argp_error(state,
			   "there are two ends: give each its own by --rx-cpu and --tx-cpu, or --rx-iface and --tx-iface");
	for (enum record_end end = END_RX; end <= END_TX; end++) {
		bool known =
			named(s, end) || s->by_cpu[end] || s->as == end || (ends && s->command);

		if (!known && (s->cpus[end] || s->iface[end]))
			argp_error(state,
				   "--%s-cpu and --%s-iface need --%s-pid; --cpu and --iface are for whichever end it will be",
				   record_end_name[end], record_end_name[end], record_end_name[end]);
	}
	if (!s->command && (s->adapter || s->terminate))
		argp_error(state, "--adapter and --terminate are for a command after --");
	if (s->terminate && !s->seconds)
		argp_error(state,
			   "--terminate needs --seconds: without it the window closes when the command ends");
	if (s->meter.idle_s > 0 && (ends || !s->command))
		argp_error(state,
			   "--power idle:measure is for a command alone: what is there already does not idle; give idle:WATTS");
	if (!s->output && !s->live && !s->openmetrics)
		argp_error(state, "-o FILE is needed: the record goes there");
	if (!s->output && s->interval > 0 && !s->live && !s->openmetrics)
		argp_error(state, "--interval writes into the record: give -o FILE");
	check_files(s, state);
}

/* A switch, or a text that is what it is. */
static error_t plain_option(struct attach_settings *s, int key, char *text)
{
	switch (key) {
	case KEY_PAIR:
		s->of_pair = true;
		return 0;
	case KEY_GATE:
		s->gate = true;
		return 0;
	case KEY_COLLECT:
		s->collect = text;
		return 0;
	case KEY_EXACT:
		s->exact = true;
		return 0;
	case KEY_NO_COLLECT:
		s->no_collect = text;
		return 0;
	case KEY_LIVE:
		s->live = true;
		return 0;
	case KEY_TERMINATE:
		s->terminate = true;
		return 0;
	case 'o':
		s->output = text;
		return 0;
	case 'v':
		say_verbose(true);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct attach_settings *s = state->input;
	const char *why;

	if (key >= KEY_PID && key < KEY_AS) {
		end_option(s, key, text, state);
		return 0;
	}
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &s->origin;
		return 0;
	case KEY_AS:
		if (strcmp(text, "rx") && strcmp(text, "tx"))
			argp_error(state, "--as %s: expected rx or tx", text);
		s->as = *text == 'r' ? END_RX : END_TX;
		return 0;
	case KEY_SECONDS:
		s->seconds = seconds_option(state, "seconds", text);
		if (!(s->seconds > 0))
			argp_error(state, "--seconds %s: expected more than 0", text);
		return 0;
	case KEY_WARMUP:
		s->warmup = seconds_option(state, "warmup", text);
		return 0;
	case KEY_POWER:
		if (meter_option(&s->meter, text, &why))
			argp_error(state, "--power %s: %s", text, why);
		return 0;
	case KEY_ADAPTER:
		if (strcmp(text, "none") && !adapter_named(text))
			argp_error(state, "--adapter %s: expected one of %s, or none", text,
				   adapter_names());
		s->adapter = text;
		return 0;
	case KEY_NAME:
		if (!*text)
			argp_error(state, "--name: expected a name");
		s->name = text;
		return 0;
	case KEY_GIVEN:
		given_option(state, s, text);
		return 0;
	case KEY_INTERVAL:
		s->interval = seconds_option(state, "interval", text);
		if (s->interval < 0.05)
			argp_error(state, "--interval %s: expected 0.05 seconds or more", text);
		return 0;
	case KEY_OPENMETRICS:
		s->openmetrics = openmetrics_option(state, text);
		return 0;
	case ARGP_KEY_ARGS:
		s->command = state->argv + state->next;
		return 0;
	case ARGP_KEY_END:
		check(s, state);
		return 0;
	default:
		return plain_option(s, key, text);
	}
}

void attach_settings_parse(struct attach_settings *settings, int argc, char **argv)
{
	static const struct argp_child children[] = {
		{&origin_argp, 0, "What the record says of itself:", 3}, {0}};
	static const struct argp argp = {
		options, parse, "[-- COMMAND [ARGUMENT...]]", documentation, children, NULL, NULL};

	*settings = (struct attach_settings){.warmup = 0.5};
	/* In order: what stands behind COMMAND is its own. */
	argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, settings);
	/* Who watches does so until he has seen enough. */
	if (!settings->seconds && !settings->command && !settings->live && !settings->openmetrics)
		settings->seconds = 10;
}
