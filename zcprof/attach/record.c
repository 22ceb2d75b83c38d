// SPDX-License-Identifier: GPL-2.0-or-later
/* What attach() writes beside the rows of the collectors. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"
#include "zcprof/attach/attaching.h"
#include "zcprof/facts.h"

/* Its bytes are to come from what it says itself. */
static bool reports(const struct attaching *a, const struct subject *s)
{
	return s->is_command && a->reporting.adapter;
}

static void write_origin(struct attaching *a, const struct subject *s, const char *reporter)
{
	char text[100];

	if (reporter)
		snprintf(text, sizeof(text), "report of %s", reporter);
	else if (s->iface)
		snprintf(text, sizeof(text), "device %s, headers included", s->iface);
	else
		snprintf(text, sizeof(text), "tcp_info of its connections");
	if (reporter || s->iface || s->target.kind != TARGET_CPUS)
		writer_fact(a->writer, s->end, METRIC_fact_attached, "bytes", text);
}

static void write_attached(struct attaching *a, const struct subject *s)
{
	char text[600];

	writer_fact(a->writer, s->end, METRIC_fact_attached, NULL,
		    subject_describe(s, text, sizeof(text)));
	if (s->target.kind == TARGET_PROCESS) {
		snprintf(text, sizeof(text), "%d", (int)s->target.pid);
		writer_fact(a->writer, s->end, METRIC_fact_attached, "pid", text);
	}
	if (!reports(a, s))
		write_origin(a, s, NULL);
}

/* As zcpath would have them in its record. */
static void write_given(struct attaching *a)
{
	const struct skip *given = &a->settings->given;
	char value[OPTION_TEXT_MAX], text[OPTION_TEXT_MAX], why[200];
	struct options o;

	options_preset(&o);
	for (size_t i = 0; i < given->count; i++) {
		const struct condition *c = &given->conditions[i];

		snprintf(value, sizeof(value), "%.*s", (int)strcspn(c->values, " \t"), c->values);
		if (options_take(&o, c->id, value, why, sizeof(why)))
			continue;
		for (enum record_end end = END_RX; end <= END_TX; end++)
			if (c->ends & ENDS_OF(end))
				writer_fact(a->writer, end, METRIC_fact_option,
					    option_info(c->id)->name,
					    options_print(&o, c->id, text, sizeof(text)));
	}
}

void attach_record_facts(struct attaching *a)
{
	const char *output = a->settings->output ? a->settings->output : "live";
	const char *slash = strrchr(output, '/');
	char *name = strdup(slash ? slash + 1 : output);
	char *dot = name ? strrchr(name, '.') : NULL;

	if (dot && dot != name)
		*dot = '\0';
	facts_record(a->writer,
		     a->settings->name ? a->settings->name
		     : name	       ? name
				       : "",
		     1, &a->settings->origin);
	free(name);
	facts_machine(a->writer);
	write_given(a);
	for (size_t i = 0; i < a->count; i++)
		write_attached(a, &a->subjects[i]);
	if (a->settings->seconds > 0) {
		char text[32];

		snprintf(text, sizeof(text), "%g", a->settings->seconds);
		writer_fact(a->writer, END_HOST, METRIC_fact_attached, "seconds", text);
	}
	for (size_t i = 0; i < a->count; i++) {
		facts_end(a->writer, &a->run, a->subjects[i].end);
		sockets_look(&a->subjects[i].sockets, &a->run, a->subjects[i].end);
	}
}

static uint64_t bytes_seen(const struct subject *s)
{
	return subject_bytes(s, &s->moved[EDGE_CLOSE]) - subject_bytes(s, &s->moved[EDGE_OPEN]);
}

/* Wholly, to the end. */
static bool was_seen(const struct subject *s)
{
	return !s->traffic.error && !s->traffic.restarted && traffic_any(&s->traffic) &&
	       !s->traffic.unheard;
}

static void say_rate(const struct subject *s, double bytes, const char *by)
{
	uint64_t ns = s->at_ns[EDGE_CLOSE] - s->at_ns[EDGE_OPEN];

	say_info("%s: %.2f Gbit/s over %.2f s, by %s", record_end_name[s->end],
		 8.0 * bytes / (double)ns, (double)ns / 1e9, by);
}

static void not_known(struct attaching *a, const struct subject *s, const char *why)
{
	writer_absent(a->writer, s->end, "throughput", why);
	say_warning("what %s moved is not in the record: %s", s->name, why);
}

/* Of what was seen; less beside it is said, and no more. */
#define OTHERS_MOST 0.01

/* Whether connections that came and went between two looks may be much of what the end moved. */
static bool missed_some(struct attaching *a, const struct subject *s)
{
	const struct traffic *t = &s->traffic;
	uint64_t others = subject_bytes(s, &t->others);
	struct connections_sum nobodys = traffic_nobodys(t);
	struct moved reset = {nobodys.moved.received, nobodys.moved.sent};
	bool much = (double)others > OTHERS_MOST * (double)bytes_seen(s);
	char why[500] = "";

	if (t->restarted)
		snprintf(why, sizeof(why), "%s began to count its bytes anew meanwhile", s->iface);
	else if (t->closes && connections_full(t->closes))
		snprintf(why, sizeof(why),
			 "%" PRIu64 " connections were too many to be followed at once",
			 connections_full(t->closes));
	else if ((double)subject_bytes(s, &reset) > OTHERS_MOST * (double)bytes_seen(s))
		snprintf(why, sizeof(why),
			 "%" PRIu64
			 " connections at its ports were reset by the other side, and moved %" PRIu64
			 " bytes: whether all were its own is not known",
			 (uint64_t)nobodys.count, subject_bytes(s, &reset));
	else if (t->overrun && !t->closes)
		snprintf(why, sizeof(why),
			 "connections ended faster than the kernel could say of each what it moved");
	else if (others && !t->closes && much)
		snprintf(why, sizeof(why),
			 "%zu connections ended that nobody was seen to hold, and moved %" PRIu64
			 " bytes: whose they were is not known (%s)",
			 t->others_count, others, a->why_no_closes);
	else if (others && !t->closes)
		say_warning("%zu connections ended that nobody was seen to hold, and moved %" PRIu64
			    " bytes, which may be missing in what %s moved",
			    t->others_count, others, s->name);
	if (!*why)
		return false;
	not_known(a, s, why);
	return true;
}

static bool by_tcp(const struct subject *s)
{
	return subject_by_tcp(s, bytes_seen(s), s->at_ns[EDGE_CLOSE]);
}

static bool went_otherwise(struct attaching *a, const struct subject *s)
{
	char why[200], kinds[100];

	if (by_tcp(s))
		return false;
	snprintf(why, sizeof(why),
		 "it has %s sockets, whose bytes nobody counts, and by TCP it moved %llu; --iface DEVICE takes those of a device",
		 others_name(&s->others, kinds, sizeof(kinds)), (unsigned long long)bytes_seen(s));
	not_known(a, s, why);
	return true;
}

static void write_seen(struct attaching *a, const struct subject *s)
{
	if (missed_some(a, s) || went_otherwise(a, s))
		return;
	if (s->traffic.error) {
		say_warning("what %s moved is not in the record: %s", s->name,
			    strerror(-s->traffic.error));
	} else if (!traffic_any(&s->traffic)) {
		say_warning("%s had no TCP connection%s, so its throughput is not known; --iface DEVICE takes that of a device",
			    s->name, s->target.kind == TARGET_CPUS ? " of its own" : "");
	} else {
		writer_u64(a->writer, WINDOW, s->end, METRIC_path_bytes, NULL, bytes_seen(s));
		say_rate(s, (double)bytes_seen(s), s->iface ? s->iface : "tcp_info");
	}
	if (s->traffic.unheard)
		say_warning("%zu connections of %s ended without their last figures: its bytes may be too few",
			    s->traffic.unheard, s->name);
}

/* Less of the window than this is worth a word: a program's own report seldom fits to the ms. */
#define REPORTED_LEAST 0.9

/* By another protocol than TCP, as it says itself. */
static bool is_other_protocol(const struct report *r)
{
	return r->protocol && strcmp(r->protocol, "TCP") != 0;
}

/* It did not say what it moved: what was seen of it, where that is what it moved. */
static void write_unreported(struct attaching *a, const struct subject *s)
{
	const struct report *r = &a->reporting.report;
	bool moved_elsewhere = (is_other_protocol(r) && !s->iface) || !by_tcp(s);
	char why[100];

	say_warning("%s did not say what it moved in the window%s%s%s%s",
		    a->reporting.adapter->name, r->why ? ", because " : "", r->why ? r->why : "",
		    moved_elsewhere ? "" : ": its throughput is taken from ",
		    moved_elsewhere ? ""
		    : s->iface	    ? s->iface
				    : "tcp_info");
	if (is_other_protocol(r) && !s->iface) {
		snprintf(why, sizeof(why), "it moved it by %s, whose bytes nobody else counts",
			 r->protocol);
		not_known(a, s, why);
		return;
	}
	write_origin(a, s, NULL);
	write_seen(a, s);
}

/* What its words say of its direction is a guess; its report is not. */
static bool goes_the_other_way(struct attaching *a, const struct subject *s, double received,
			       double sent)
{
	enum record_end other = s->end == END_RX ? END_TX : END_RX;
	char why[120];

	if ((s->end == END_RX ? received : sent) > 0 || !((s->end == END_RX ? sent : received) > 0))
		return false;
	snprintf(why, sizeof(why),
		 "it says that it was the %s, and it was taken for the %s: give --as %s",
		 other == END_RX ? "receiver" : "sender", other == END_RX ? "sender" : "receiver",
		 record_end_name[other]);
	not_known(a, s, why);
	return true;
}

/* As many as a row takes. */
#define MOST 0x1p64

static void write_reported(struct attaching *a, const struct subject *s)
{
	struct report *r = &a->reporting.report;
	const char *name = a->reporting.adapter->name;
	double received, sent, bytes, packets;
	double share = report_total(r, s->at_ns[EDGE_OPEN], s->at_ns[EDGE_CLOSE], &received, &sent);

	if (!(share > 0)) {
		write_unreported(a, s);
		return;
	}
	if (goes_the_other_way(a, s, received, sent))
		return;
	bytes = s->end == END_RX ? received : sent;
	/* Throughput is bytes by the window: of the rest of it, take the same. */
	if (!a->reporting.adapter->says_all)
		bytes /= share;
	if (!(bytes < MOST)) {
		not_known(a, s, "its report has a number of bytes that cannot be");
		return;
	}
	write_origin(a, s, name);
	writer_u64(a->writer, WINDOW, s->end, METRIC_path_bytes, NULL, (uint64_t)(bytes + 0.5));
	writer_f64(a->writer, WINDOW, s->end, METRIC_path_reported, NULL, share);
	packets = report_packets(r, s->end, s->at_ns[EDGE_OPEN], s->at_ns[EDGE_CLOSE]) / share;
	if (packets >= 0 && packets < MOST)
		writer_u64(a->writer, WINDOW, s->end, METRIC_path_datagrams, NULL,
			   (uint64_t)(packets + 0.5));
	/* Beside UDP the connections of TCP are for control. */
	if (was_seen(s) &&
	    (s->iface || (!is_other_protocol(r) && (r->protocol || !others_any(&s->others)))))
		writer_u64(a->writer, WINDOW, s->end, METRIC_path_bytes_seen, NULL, bytes_seen(s));
	say_rate(s, bytes, name);
	if (share < REPORTED_LEAST)
		say_warning("%s spoke of %.0f %% of the window only: %s", name, 100 * share,
			    a->reporting.adapter->says_all
				    ? "in the rest it moved nothing"
				    : "in the rest it is taken to have been as fast");
}

void attach_record_bytes(struct attaching *a)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct subject *s = &a->subjects[i];

		if (reports(a, s))
			write_reported(a, s);
		else
			write_seen(a, s);
	}
}

/* Whether the window was what was asked for. */
bool attach_record_window(struct attaching *a, enum waited waited)
{
	bool command_done = waited == WAITED_ENDED && a->ended->is_command && !a->settings->seconds;
	bool whole = waited == WAITED || command_done;
	double seconds =
		(double)(a->subjects[0].at_ns[EDGE_CLOSE] - a->subjects[0].at_ns[EDGE_OPEN]) / 1e9;
	char text[400];

	if (waited == WAITED_ENDED)
		snprintf(text, sizeof(text), "%s ended after %.2f s", a->ended->name, seconds);
	else
		snprintf(text, sizeof(text), "interrupted after %.2f s", seconds);
	if (!whole) {
		writer_fact(a->writer, END_HOST, METRIC_fact_attached, "ended", text);
		say_warning("%s: the record has what was measured until then", text);
	}
	if (a->settings->seconds > 0 && seconds > 1.1 * a->settings->seconds + 0.2)
		say_warning("the window was %.2f s long and not %.2f: zcprof was held up, as on a machine with more work than CPUs",
			    seconds, a->settings->seconds);
	for (size_t i = 0; i < a->count; i++)
		writer_u64(a->writer, WINDOW, a->subjects[i].end, METRIC_path_window_ns, NULL,
			   a->subjects[i].at_ns[EDGE_CLOSE] - a->subjects[i].at_ns[EDGE_OPEN]);
	attach_look_last(a, seconds);
	return whole;
}
