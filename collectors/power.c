// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Electrical power over the window: by the meter that --power names, else by RAPL's energy counters
 * as powercap shows them (Documentation/power/powercap/powercap.rst).
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/say.h"
#include "collectors/list.h"
#include "collectors/rapl.h"

struct power {
	const struct run *run;
	enum record_end end; /* whose machine this is */
	struct rapl rapl;
	struct readings readings; /* the thread's until it is joined */
	double edge_s[EDGE_COUNT];
	/* The meter's command. */
	pid_t shell;
	int lines;
	int stop;
	bool started;
	pthread_t thread;
	char odd[80]; /* the latest line that was no number */
	char line[256];
	size_t len;
};

/* A meter's log knows the time of day only. */
static double now_s(const struct power *p)
{
	struct timespec t;

	clock_gettime(p->run->meter.log ? CLOCK_REALTIME : CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- a command that prints watts ---- */

static void take_line(struct power *p)
{
	struct reading reading = {.at_s = now_s(p)};

	p->line[p->len] = '\0';
	p->len = 0;
	if (meter_watts(p->line, &reading.watts) || readings_add(&p->readings, reading))
		snprintf(p->odd, sizeof(p->odd), "%.79s", p->line);
}

/* False where it has ended. */
static bool take_lines(struct power *p)
{
	char block[512];
	ssize_t n = read(p->lines, block, sizeof(block));

	for (ssize_t i = 0; i < n; i++) {
		if (block[i] == '\n')
			take_line(p);
		else if (p->len < sizeof(p->line) - 1)
			p->line[p->len++] = block[i];
	}
	return n > 0 || (n < 0 && errno == EINTR);
}

static void *follow(void *argument)
{
	struct power *p = argument;
	struct pollfd fds[2] = {{.fd = p->lines, .events = POLLIN},
				{.fd = p->stop, .events = POLLIN}};

	while (!fds[1].revents) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents && !take_lines(p))
			fds[0].fd = -1;
	}
	return NULL;
}

/* In the child; it and all that it starts are one group, to be ended as one. */
static void become_shell(const char *script, int out, pid_t parent)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		execl("/bin/sh", "sh", "-c", script, (char *)NULL);
	_exit(127);
}

static int start_command(struct power *p, const char *command)
{
	sigset_t all, before;
	pid_t parent = getpid();
	int pipe_of[2];
	char *script;
	int error;

	if (pipe2(pipe_of, O_CLOEXEC))
		return errno;
	p->lines = pipe_of[0];
	p->stop = eventfd(0, EFD_CLOEXEC);
	if (p->stop < 0 || asprintf(&script, "while :; do\n(%s\n)\nsleep 1\ndone", command) < 0) {
		close(pipe_of[1]);
		return ENOMEM;
	}
	p->shell = fork();
	error = errno;
	if (!p->shell)
		become_shell(script, pipe_of[1], parent);
	close(pipe_of[1]);
	free(script);
	if (p->shell < 0)
		return error;
	setpgid(p->shell, p->shell); /* whichever of the two comes first */
	/* Signals stay with the thread that calls the collectors. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&p->thread, NULL, follow, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	p->started = !error;
	return error;
}

static void stop_command(struct power *p)
{
	if (p->started) {
		eventfd_write(p->stop, 1);
		pthread_join(p->thread, NULL);
		p->started = false;
	}
	if (p->shell > 0) {
		kill(-p->shell, SIGKILL);
		while (waitpid(p->shell, NULL, 0) < 0 && errno == EINTR)
			;
		p->shell = 0;
	}
}

/* ---- the collector ---- */

/* A meter here measures this machine: both ends, or the one that is here. */
static enum record_end end_of_machine(const struct run *run)
{
	bool rx = target_here(&run->target[END_RX]);
	bool tx = target_here(&run->target[END_TX]);

	if (rx == tx)
		return END_HOST;
	return rx ? END_RX : END_TX;
}

static int power_open(void **state, const struct run *run, const char **means, char *why,
		      size_t why_size)
{
	struct power *p = calloc(1, sizeof(*p));
	int error;

	*state = p;
	if (!p) {
		snprintf(why, why_size, "no memory left");
		return -1;
	}
	p->run = run;
	p->end = end_of_machine(run);
	p->lines = p->stop = -1;
	if (run->meter.log) {
		*means = "a meter's log, joined by time";
		return 0;
	}
	if (run->meter.command) {
		*means = "a meter's command";
		error = start_command(p, run->meter.command);
		if (error)
			snprintf(why, why_size, "cannot start the meter's command: %s",
				 strerror(error));
		return error ? -1 : 0;
	}
	if (run->elsewhere) {
		snprintf(why, why_size,
			 "both ends run on other machines, whose RAPL cannot be read from here; "
			 "name "
			 "a meter with --power");
		return -1;
	}
	*means = "RAPL by powercap: packages and memory, not the rest of the machine";
	return rapl_open(&p->rapl, why, why_size);
}

static int power_snapshot(void *state, enum edge edge)
{
	struct power *p = state;

	p->edge_s[edge] = now_s(p);
	return rapl_read(&p->rapl, edge);
}

static void emit_mean(const struct power *p, struct writer *w, const char *key, double watts)
{
	double idle_w = p->run->meter.idle_w;

	writer_f64(w, WINDOW, p->end, METRIC_power_mean, key, watts);
	writer_f64(w, WINDOW, p->end, METRIC_power_energy, key,
		   watts * (p->edge_s[EDGE_CLOSE] - p->edge_s[EDGE_OPEN]));
	if (!idle_w)
		return;
	writer_f64(w, WINDOW, p->end, METRIC_power_idle, key, idle_w);
	writer_f64(w, WINDOW, p->end, METRIC_power_above_idle, key, watts - idle_w);
}

/* Whoever named a meter wants to know in time that it does not measure. */
static void say_unread(struct writer *w, const char *why)
{
	writer_absent(w, END_HOST, "power", why);
	say_warning("the record has no power: %s", why);
}

static void emit_readings(const struct power *p, struct writer *w)
{
	const char *key = p->run->meter.log ? "csv" : "cmd";
	size_t inside;
	double watts =
		readings_mean(&p->readings, p->edge_s[EDGE_OPEN], p->edge_s[EDGE_CLOSE], &inside);
	char why[300];

	if (!isnan(watts)) {
		emit_mean(p, w, key, watts);
		writer_u64(w, WINDOW, p->end, METRIC_power_readings, key, inside);
		return;
	}
	if (p->readings.count)
		snprintf(why, sizeof(why),
			 "the meter's readings span less than half of the window: %zu of %zu lie "
			 "in it",
			 inside, p->readings.count);
	else if (p->odd[0])
		snprintf(why, sizeof(why),
			 "the meter's command printed '%s', which is no number "
			 "of watts",
			 p->odd);
	else
		snprintf(why, sizeof(why), "the meter said nothing; run its command by hand");
	say_unread(w, why);
}

static void emit_rapl(const struct power *p, struct writer *w)
{
	double seconds = p->edge_s[EDGE_CLOSE] - p->edge_s[EDGE_OPEN];
	double joules = 0;

	for (size_t i = 0; i < p->rapl.count; i++) {
		const struct rapl_zone *z = &p->rapl.zones[i];
		double own =
			1e-6 * (double)rapl_uj(z->uj[EDGE_OPEN], z->uj[EDGE_CLOSE], z->range_uj);

		writer_f64(w, WINDOW, p->end, METRIC_power_part, z->name, own / seconds);
		joules += z->adds ? own : 0;
	}
	emit_mean(p, w, "rapl", joules / seconds);
}

static void power_emit(void *state, struct writer *w)
{
	struct power *p = state;
	char why[400];

	stop_command(p);
	if (p->run->meter.log && meter_log(&p->readings, p->run->meter.log, why, sizeof(why)))
		say_unread(w, why);
	else if (p->run->meter.log || p->run->meter.command)
		emit_readings(p, w);
	else
		emit_rapl(p, w);
}

static void power_close(void *state)
{
	struct power *p = state;

	if (!p)
		return;
	stop_command(p);
	if (p->lines >= 0)
		close(p->lines);
	if (p->stop >= 0)
		close(p->stop);
	rapl_close(&p->rapl);
	readings_free(&p->readings);
	free(p);
}

const struct collector_ops power_collector = {
	.source = "power",
	.what = "electrical power, by RAPL or by the meter of --power",
	.hardware = true,
	.open = power_open,
	.snapshot = power_snapshot,
	.emit = power_emit,
	.close = power_close,
};
