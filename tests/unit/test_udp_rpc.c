// SPDX-License-Identifier: GPL-2.0-or-later
/* needs: datapath/udp_rpc.c datapath/verify.c */
/* link: -Wl,--wrap=clock_ns */
/* What became of each request in datagrams, by a clock of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/udp_rpc.h"

#define TIMEOUT_NS 1000000000ULL
#define SIZE	   64

static uint64_t now = 5 * TIMEOUT_NS;
static uint64_t completed, last_completed;

uint64_t __wrap_clock_ns(void);

uint64_t __wrap_clock_ns(void)
{
	return now;
}

int flow_fail(struct flow *f, const char *format, ...)
{
	(void)f;
	(void)format;
	return -1;
}

int flow_unable(struct flow *f, const char *format, ...)
{
	(void)f;
	(void)format;
	return -1;
}

int memory_get(struct memory *m, size_t size, bool hugepages, char *why, size_t why_size)
{
	(void)hugepages;
	(void)why;
	(void)why_size;
	m->at = calloc(1, size);
	m->size = size;
	return m->at ? 0 : -1;
}

bool rpc_may_begin(const struct flow *f, uint64_t at)
{
	(void)at;
	return f->rpc->begun - f->rpc->done < f->rpc->depth;
}

void rpc_completed(struct flow *f, uint64_t number, uint64_t sent_ns, uint64_t at)
{
	assert_true(at - sent_ns <= TIMEOUT_NS);
	f->rpc->done++;
	completed++;
	last_completed = number;
}

uint64_t rpc_patience(const struct flow *f)
{
	(void)f;
	return UINT64_MAX;
}

/* Both ends of a run. */
struct ends {
	struct config config[2];
	struct flows all[2];
	struct flow flow[2];
	struct rpc rpc[2];
	uint64_t next; /* of the server */
};

static struct flow *client_of(struct ends *e)
{
	return &e->flow[1];
}

static int begin(void **state)
{
	static const unsigned char pattern[SIZE];
	struct ends *e = calloc(1, sizeof(*e));

	assert_non_null(e);
	for (int i = 0; i < 2; i++) {
		struct flow *f = &e->flow[i];

		e->config[i].end = i ? END_TX : END_RX;
		e->config[i].options.rpc_timeout = TIMEOUT_NS / 1000000;
		e->all[i].datagram = SIZE;
		memcpy(e->all[i].key, "0123456789abcdef", 16);
		e->rpc[i].request = e->rpc[i].response = SIZE;
		e->rpc[i].depth = UINT64_MAX;
		e->rpc[i].answer = pattern;
		f->config = &e->config[i];
		f->all = &e->all[i];
		f->rpc = &e->rpc[i];
		assert_int_equal(udp_rpc_open(f), 0);
	}
	completed = 0;
	*state = e;
	return 0;
}

static int end(void **state)
{
	struct ends *e = *state;

	udp_rpc_close(&e->flow[0]);
	udp_rpc_close(&e->flow[1]);
	free(e->rpc[0].buffer.at);
	free(e);
	return 0;
}

static uint64_t events(struct ends *e, int end, enum event which)
{
	return e->flow[end].counters.event[which];
}

static void ask(struct ends *e, unsigned char request[SIZE])
{
	assert_true(udp_ask(client_of(e), request));
	udp_asked(client_of(e));
}

/* What the server says to it. */
static void served(struct ends *e, const unsigned char request[SIZE], unsigned char answer[SIZE])
{
	memset(answer, 0, SIZE);
	assert_true(udp_request(&e->flow[0], request, SIZE, &e->next, answer));
}

static void answers_count_once_in_any_order(void **state)
{
	struct ends *e = *state;
	unsigned char request[3][SIZE] = {{0}}, answer[3][SIZE];

	for (int i = 0; i < 3; i++) {
		ask(e, request[i]);
		served(e, request[i], answer[i]);
	}
	for (int i = 2; i >= 0; i--) {
		udp_answered(client_of(e), answer[i], SIZE);
		assert_int_equal(last_completed, i);
	}
	udp_answered(client_of(e), answer[1], SIZE);
	assert_int_equal(completed, 3);
	assert_int_equal(e->rpc[1].done, 3);
	assert_int_equal(events(e, 1, EVENT_answers_duplicate), 1);
	assert_int_equal(events(e, 1, EVENT_requests_lost), 0);
	assert_int_equal(events(e, 1, EVENT_answers_late), 0);
	assert_int_equal(udp_patience(client_of(e)), UINT64_MAX);
}

static void what_has_no_answer_in_time_is_lost_and_then_late(void **state)
{
	struct ends *e = *state;
	unsigned char request[2][SIZE] = {{0}}, answer[2][SIZE];

	ask(e, request[0]);
	now += TIMEOUT_NS / 2;
	ask(e, request[1]);
	served(e, request[0], answer[0]);
	served(e, request[1], answer[1]);
	assert_int_equal(udp_patience(client_of(e)), TIMEOUT_NS / 2 + 1);
	now += TIMEOUT_NS / 2;
	udp_give_up(client_of(e)); /* to the nanosecond */
	assert_int_equal(events(e, 1, EVENT_requests_lost), 0);
	now += 1;
	/* Nobody gave it up before its answer came. */
	udp_answered(client_of(e), answer[0], SIZE);
	assert_int_equal(completed, 0);
	assert_int_equal(events(e, 1, EVENT_requests_lost), 1);
	assert_int_equal(events(e, 1, EVENT_answers_late), 1);
	udp_answered(client_of(e), answer[0], SIZE);
	assert_int_equal(events(e, 1, EVENT_answers_late), 1);
	assert_int_equal(events(e, 1, EVENT_answers_duplicate), 1);
	udp_answered(client_of(e), answer[1], SIZE);
	assert_int_equal(completed, 1);
	assert_int_equal(e->rpc[1].done, 2);
}

static void refused(struct ends *e, int end, const unsigned char *at, size_t size)
{
	uint64_t before = events(e, end, EVENT_datagrams_refused);
	unsigned char answer[SIZE];

	if (end)
		udp_answered(&e->flow[1], at, size);
	else
		assert_false(udp_request(&e->flow[0], at, size, &e->next, answer));
	assert_int_equal(events(e, end, EVENT_datagrams_refused), before + 1);
}

static void only_the_other_end_of_the_run_is_believed(void **state)
{
	struct ends *e = *state;
	unsigned char request[SIZE] = {0}, answer[SIZE], other[SIZE];

	ask(e, request);
	served(e, request, answer);
	for (int bit = 0; bit < 8 * UDP_HEAD; bit++) {
		memcpy(other, answer, SIZE);
		other[bit / 8] ^= 1U << bit % 8;
		refused(e, 1, other, SIZE);
		memcpy(other, request, SIZE);
		other[bit / 8] ^= 1U << bit % 8;
		refused(e, 0, other, SIZE);
	}
	/* Turned round, cut off, too long, empty. */
	refused(e, 1, request, SIZE);
	refused(e, 0, answer, SIZE);
	refused(e, 1, answer, SIZE - 1);
	refused(e, 0, request, SIZE - 1);
	refused(e, 1, answer, SIZE + 1);
	refused(e, 0, request, 0);
	/* Of another flow, of another run. */
	e->flow[1].number = 1;
	refused(e, 1, answer, SIZE);
	e->flow[1].number = 0;
	e->all[1].key[15] ^= 1;
	refused(e, 1, answer, SIZE);
	e->all[1].key[15] ^= 1;
	/* What was not asked for yet. */
	e->rpc[1].begun = 0;
	refused(e, 1, answer, SIZE);
	e->rpc[1].begun = 1;
	udp_answered(client_of(e), answer, SIZE);
	assert_int_equal(completed, 1);
}

static void an_open_loop_gives_up_what_is_too_far_behind(void **state)
{
	struct ends *e = *state;
	unsigned char request[SIZE] = {0}, first[SIZE], second[SIZE], answer[SIZE];

	ask(e, request);
	served(e, request, first);
	ask(e, request);
	served(e, request, second);
	for (unsigned int i = 2; i < UDP_ASKED; i++)
		ask(e, request);
	assert_int_equal(events(e, 1, EVENT_requests_lost), 0);
	ask(e, request);
	served(e, request, answer);
	assert_int_equal(events(e, 1, EVENT_requests_lost), 1);
	/* Its place is another's now. */
	udp_answered(client_of(e), first, SIZE);
	assert_int_equal(events(e, 1, EVENT_answers_late), 1);
	assert_int_equal(completed, 0);
	udp_answered(client_of(e), answer, SIZE);
	assert_int_equal(last_completed, UDP_ASKED);
	udp_answered(client_of(e), second, SIZE);
	assert_int_equal(last_completed, 1);
	assert_int_equal(completed, 2);
	now += TIMEOUT_NS + 1;
	udp_give_up(client_of(e));
	assert_int_equal(events(e, 1, EVENT_requests_lost), UDP_ASKED - 1);
	assert_int_equal(e->rpc[1].done, e->rpc[1].begun);
}

static void what_a_full_socket_took_not_has_nobodys_place(void **state)
{
	struct ends *e = *state;
	unsigned char request[SIZE] = {0}, first[SIZE], second[SIZE];

	ask(e, request);
	served(e, request, first);
	udp_answered(client_of(e), first, SIZE);
	ask(e, request);
	served(e, request, second);
	for (unsigned int i = 2; i < UDP_ASKED; i++)
		ask(e, request);
	assert_true(udp_ask(client_of(e),
			    request)); /* and is asked for again: it was not handed over */
	udp_answered(client_of(e), first, SIZE);
	assert_int_equal(completed, 1);
	assert_int_equal(events(e, 1, EVENT_answers_duplicate), 1);
	ask(e, request);
	assert_true(udp_ask(client_of(e), request)); /* for which the second is given up */
	udp_answered(client_of(e), second, SIZE);
	assert_int_equal(completed, 1);
	assert_int_equal(events(e, 1, EVENT_requests_lost), 1);
	assert_int_equal(events(e, 1, EVENT_answers_late), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_count_once_in_any_order, begin, end),
		cmocka_unit_test_setup_teardown(what_has_no_answer_in_time_is_lost_and_then_late,
						begin, end),
		cmocka_unit_test_setup_teardown(only_the_other_end_of_the_run_is_believed, begin,
						end),
		cmocka_unit_test_setup_teardown(an_open_loop_gives_up_what_is_too_far_behind, begin,
						end),
		cmocka_unit_test_setup_teardown(what_a_full_socket_took_not_has_nobodys_place,
						begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
