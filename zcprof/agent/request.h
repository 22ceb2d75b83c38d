/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What whoever runs an experiment and the agent of a host say to each other. The agent says rows; what it is
 * asked is lines of words with tabs between them, the first of them being what to do:
 *
 *   check WORD…          zcpath with these words, which answers and ends
 *   run NAME=VALUE…      a run begins: what its ends and its sources are
 *   start END WORD…      zcpath with these words; from now on its rows come, and how it ended
 *   watch                the ends are ready: their facts, and open the sources
 *   tell WORD            to the sender's gate
 *   open                 the first snapshot
 *   look                 within the window: what the sources have so far, as rows before the answer
 *   close                the last
 *   finish               the ends have closed: the rows of all sources
 *   drop                 the run is over, however far it came
 *   clock                what the clock says
 *   metrics              a row agent.metric of each that there is
 *
 * To each there is one row agent.answer, in their order. An empty line says that somebody is there, and so does
 * one that the agent writes on its standard error, each once a second.
 *
 *   request_join()   a line of words
 *   request_split()  the words of a line
 *   request_hello()  what both say that they are
 *   request_metric() what a metric is: of two versions the same rows have the same text
 */
#ifndef ZCPROF_AGENT_REQUEST_H
#define ZCPROF_AGENT_REQUEST_H

#include <stddef.h>

#include "record/record.h"

#define AGENT_PROTOCOL	  "2"
#define PUSH_FOLDER	  "/tmp/zcprof-" /* and what mktemp(1) makes of Xs */
#define REQUEST_MAX	  32768
#define REQUEST_WORDS_MAX 512
#define HELLO_MAX	  96
#define METRIC_NAME_MAX	  96
#define METRIC_TEXT_MAX	  48

/* 0, or -1: a word holds what a line cannot, or all of them are too long. words: NULL at the end. */
int request_join(char line[REQUEST_MAX], char *const words[]);
/* Cuts the line up. How many, or -1: too many. Behind the last is NULL. */
int request_split(char *line, char *words[REQUEST_WORDS_MAX + 1]);
/* Program, version, and a number of all metrics there are: of equal ones the rows are the same. */
void request_hello(char text[HELLO_MAX]);
/* name: "source/name"; text: "kind unit". */
void request_metric(enum metric_id id, char name[METRIC_NAME_MAX], char text[METRIC_TEXT_MAX]);

#endif
