// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/conduct.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/say.h"
#include "base/visible.h"
#include "zcprof/run/against.h"
#include "zcprof/run/far.h"
#include "zcprof/run/output.h"
#include "zcprof/run/pace.h"
#include "zcprof/run/refused.h"
#include "collectors/power/power.h"
#include "zcprof/run/preflight.h"
#include "collectors/kit/privileges.h"
#include "zcprof/run/run.h"
#include "zcprof/run/watching.h"
#include "base/stop.h"
#include "nic/journal.h"

/* As asked, else the one that was built or installed with this zcprof, else by PATH. */
static char *find_zcpath(const struct settings *s)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - sizeof("/zcpath"));
	char *slash;

	if (s->zcpath)
		return strdup(s->zcpath);
	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash) {
		strcpy(slash, "/zcpath");
		if (!access(self, X_OK))
			return strdup(self);
	}
	return strdup("zcpath");
}

/* ---- the link ---- */

/* A payload of 4096 bytes, and its headers; --mtu is set in each run. */
#define VETH_MTU 4148

static int open_namespaces(struct experiment *x, char *why, size_t why_size)
{
	char rx[256];
	char tx[256];

	if (sscanf(x->settings->link, "netns:%255[^,],%255s", rx, tx) == 2)
		return link_namespaces(&x->link, rx, tx, why, why_size);
	snprintf(why, why_size, "expected netns:RX,TX, two names as 'ip netns' lists them");
	return -1;
}

static int open_device(struct experiment *x, char *why, size_t why_size)
{
	const struct settings *s = x->settings;

	if (!s->host[END_RX] && !s->host[END_TX]) {
		snprintf(why, why_size,
			 "both ends would be on this machine, and then the kernel takes loopback and not %s: give --rx-host or --tx-host, or move a device of each end to a namespace and give --link netns:RX,TX",
			 s->link);
		return -1;
	}
	if (s->host[END_RX] && s->host[END_TX])
		return 0; /* it is a device of theirs */
	return link_device(&x->link, s->host[END_RX] ? END_TX : END_RX, s->link, why, why_size);
}

static int open_named_link(struct experiment *x, char *why, size_t why_size)
{
	const struct settings *s = x->settings;
	bool veth = !strcmp(s->link, "veth");
	bool loopback = !strcmp(s->link, "loopback");
	bool dummy = !strcmp(s->link, "dummy");
	bool forward = !strcmp(s->link, "forward");
	bool namespaces = !strncmp(s->link, "netns:", 6);

	if ((veth || forward || dummy || loopback || namespaces) &&
	    (s->host[END_RX] || s->host[END_TX])) {
		snprintf(why, why_size,
			 "both its sides are on this machine, and an end is to run on a host: give the device that leads there with --link");
		return -1;
	}
	if (veth)
		return link_veth(&x->link, VETH_MTU, why, why_size);
	if (forward)
		return link_forward(&x->link, VETH_MTU, why, why_size);
	if (dummy)
		return link_dummy(&x->link, VETH_MTU, why, why_size);
	if (loopback)
		return link_loopback(&x->link, why, why_size);
	return namespaces ? open_namespaces(x, why, why_size) : open_device(x, why, why_size);
}

static int find_address(struct experiment *x, char *why, size_t why_size)
{
	const struct settings *s = x->settings;
	const struct link_side *rx = &x->link.side[END_RX];
	const char *address = s->address;

	if (!address && s->host[END_RX]) {
		const char *at = strchr(s->host[END_RX], '@');

		address = at ? at + 1 : s->host[END_RX];
	}
	if (!address)
		address = s->ipv6 || !rx->ipv4[0] ? rx->ipv6 : rx->ipv4;
	if (!*address) {
		snprintf(why, why_size, "the receiver's side has no %s address",
			 s->ipv6 ? "IPv6" : "IPv4");
		return -1;
	}
	/* Cut off, it would be another's. */
	if (strlen(address) >= sizeof(x->address)) {
		snprintf(why, why_size,
			 "the receiver's address may have %zu bytes, and %.60s... has more: give a number with --address",
			 sizeof(x->address) - 1, address);
		return -1;
	}
	snprintf(x->address, sizeof(x->address), "%s", address);
	return 0;
}

static bool makes_namespaces(const struct settings *s)
{
	return !strcmp(s->link, "veth") || !strcmp(s->link, "forward") ||
	       !strcmp(s->link, "dummy") || !strncmp(s->link, "netns:", 6);
}

static int open_link(struct experiment *x)
{
	char why[400];
	char missing[80];

	link_init(&x->link);
	if (!open_named_link(x, why, sizeof(why)) && !find_address(x, why, sizeof(why)))
		return EXIT_DONE;
	privileges_missing(PRIVILEGES_FOR_NETNS, missing, sizeof(missing));
	if (*missing && makes_namespaces(x->settings))
		say_error("--link %s: %s (%s missing); run as root, or with --link loopback, which needs no privilege",
			  x->settings->link, why, missing);
	else
		say_error("--link %s: %s", x->settings->link, why);
	return EXIT_UNABLE;
}

/* ---- the runs ---- */

/* Until a run was seen, what is left is reckoned by this. */
static double mean_seconds(const struct plan *plan)
{
	double sum = 0;

	for (size_t i = 0; i < plan->configuration_count; i++)
		sum += run_seconds(&plan->configurations[i]);
	return sum / plan->configuration_count;
}

/* An ssh may have to be answered by hand; one that was lost is not waited for as long. */
#define PATIENCE_S	60
#define PATIENCE_LOST_S 20

/* An end that was killed may have left its device as it had set it up: an agent that starts puts that back. */
static int start_over(struct experiment *x)
{
	int result;

	journal_recover(JOURNAL_DIR);
	far_close(x);
	link_close(&x->link);
	result = open_link(x);
	return result ? result : far_open(x, PATIENCE_LOST_S);
}

/* Until there is nothing left to do, or no time for it; EXIT_FAILED has said why. */
static int run_each(struct experiment *x, struct pace *pace, size_t *failed, size_t *unable)
{
	const struct plan *plan = &x->settings->plan;
	size_t slot;

	while (pace_next(pace, &slot)) {
		enum run_result result = RUN_STOPPED;

		if (output_begin(x->directory,
				 &plan->configurations[plan->slots[slot].configuration]))
			return EXIT_FAILED;
		if (!stop_asked())
			result = run_once(x, &plan->slots[slot]);
		*failed += result == RUN_FAILED;
		if (result == RUN_UNABLE) {
			++*unable;
			pace_unable(pace, slot);
		}
		if ((result == RUN_FAILED || result == RUN_UNABLE) && start_over(x))
			return EXIT_FAILED;
		if (result != RUN_STOPPED && result != RUN_NO_OUTPUT)
			continue;
		progress_clear(&x->progress);
		say_error("%s; %zu of %zu runs are whole and kept in %s; the same command with -o %s goes on",
			  result == RUN_STOPPED ? "interrupted" : "stopped", pace_finished(x),
			  plan->slot_count, x->directory, x->directory);
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}

static int run_all(struct experiment *x)
{
	const struct plan *plan = &x->settings->plan;
	size_t finished = pace_finished(x);
	size_t failed = 0, unable = 0;
	struct pace pace;
	int result;

	if (pace_open(&pace, x))
		return EXIT_FAILED;
	progress_open(&x->progress, plan->slot_count, finished, mean_seconds(plan));
	x->once.progress = &x->progress;
	watching_open(x);
	if (finished)
		say_info("%zu of %zu runs are in %s already; going on", finished, plan->slot_count,
			 x->directory);
	result = run_each(x, &pace, &failed, &unable);
	finished = pace_finished(x);
	if (result == EXIT_DONE && failed) {
		say_error("%zu of %zu runs failed; what they had is in %s as .part files", failed,
			  plan->slot_count, x->directory);
		pace_end(&pace);
		result = EXIT_FAILED;
	} else if (result == EXIT_DONE) {
		say_info("%zu run%s in %s", finished, finished == 1 ? " is" : "s are", x->directory);
		pace_end(&pace);
		if (unable && !finished)
			result = EXIT_UNABLE;
	}
	pace_close(&pace);
	return result;
}

/* What it will take, as far as that can be known before. */
static void print_time(const struct experiment *x)
{
	const struct settings *s = x->settings;
	double seconds = pace_seconds(x);
	size_t finished = pace_finished(x);
	char text[48];

	if (s->within_s > 0 && seconds > s->within_s)
		seconds = s->within_s;
	printf("# %zu configuration%s, %zu run%s", s->plan.configuration_count,
	       s->plan.configuration_count == 1 ? "" : "s", s->plan.slot_count,
	       s->plan.slot_count == 1 ? "" : "s");
	if (s->plan.skipped)
		printf(", %zu skipped by the plan", s->plan.skipped);
	if (finished)
		printf(", %zu of them %s in %s already", finished, finished == 1 ? "is" : "are",
		       x->directory);
	printf("; %s %s, less for what cannot run here\n",
	       s->until > 0 || s->within_s > 0 ? "at most about" : "about",
	       progress_duration(seconds, text, sizeof(text)));
}

/* What the plan of a directory says may be anybody's. */
static int print_lines(const char *text)
{
	for (size_t len; *text; text += len + (text[len] == '\n')) {
		char *line;

		len = strcspn(text, "\n");
		line = malloc(len * (VISIBLE_BYTE - 1) + 1);
		if (!line)
			return -1;
		visible_copy(line, len * (VISIBLE_BYTE - 1) + 1, text, len);
		puts(line);
		free(line);
	}
	return 0;
}

static int print_order(const struct experiment *x)
{
	const struct settings *s = x->settings;
	const struct plan *plan = &s->plan;
	char *kept = output_plan(s);
	int error = kept ? print_lines(kept) : -1;

	free(kept);
	if (error) {
		say_error("no memory left for the plan");
		return EXIT_FAILED;
	}
	print_time(x);
	for (size_t i = 0; i < plan->slot_count; i++)
		printf("# %zu: %s %s %u\n", i + 1,
		       plan->configurations[plan->slots[i].configuration].name,
		       plan->slots[i].control ? "control" : "run", plan->slots[i].repeat);
	return EXIT_DONE;
}

static int run_in(struct experiment *x, struct settings *s)
{
	int result = open_link(x);

	if (result == EXIT_DONE)
		result = far_open(x, PATIENCE_S);
	if (result == EXIT_DONE)
		result = preflight(x, &s->plan);
	if (result == EXIT_DONE &&
	    (output_open(x->directory, s) || plan_order(&s->plan, s->repeats, s->control, s->seed)))
		result = EXIT_FAILED;
	if (result == EXIT_DONE && refused_plan(x))
		result = EXIT_FAILED;
	/* Before any traffic; what it finds goes into every run. */
	if (result == EXIT_DONE && power_idle(&s->meter))
		result = EXIT_UNABLE;
	if (result == EXIT_DONE)
		result = run_all(x);
	watching_close(x);
	far_close(x);
	link_close(&x->link);
	once_free(&x->once);
	return result;
}

static int run_plan(struct experiment *x, struct settings *settings)
{
	int error = stop_prepare();
	int result;

	if (error) {
		say_error("cannot take signals: %s", strerror(-error));
		return EXIT_FAILED;
	}
	x->zcpath = find_zcpath(settings);
	if (!x->zcpath) {
		say_error("no memory left for the name of zcpath");
		return EXIT_FAILED;
	}
	if (journal_recover(JOURNAL_DIR).failed)
		say_warning("this machine may not be as it was before an earlier run");
	collecting_choose(x->chosen, settings->collect, settings->no_collect);
	result = run_in(x, settings);
	free(x->zcpath);
	return result;
}

int experiment_run(struct settings *settings)
{
	struct watching watching = {.asked = false};
	struct experiment x = {.settings = settings, .watching = &watching};
	char *directory = output_name(settings);
	int result = EXIT_FAILED;

	x.directory = directory;
	if (!directory)
		say_error("no memory left for the name of the directory");
	if (!directory || output_take_up(directory, settings))
		goto out;
	if (!settings->seed_given)
		settings->seed = time(NULL);
	if (plan_expand(&settings->plan) ||
	    (settings->against && against_add(&settings->plan, settings->against)))
		goto out;
	if (!settings->dry_run) {
		result = run_plan(&x, settings);
	} else if (!plan_order(&settings->plan, settings->repeats, settings->control,
			       settings->seed)) {
		result = print_order(&x);
	}
out:
	free(directory);
	return result;
}
