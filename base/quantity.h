/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quantities as people type them and as machines keep them.
 *
 *   quantity_size()     "256K", "64M", "4096" -> bytes (K, M, G are powers of 1024)
 *   quantity_rate()     "10G", "500M"         -> bits per second (powers of 1000)
 *   quantity_count()    "1000000"             -> a number
 *   quantity_seconds()  "2", "0.5", "1e-3"    -> seconds
 *   quantity_time()     "100us", "0.5ms", "2s", "2" -> seconds
 *   cpulist_parse()     "0,2-3" or "0+2-3"    -> a CPU set
 *   cpulist_print()     a CPU set             -> "0,2-3"
 *
 * Each parser takes the whole text or nothing: it returns 0, or -1 with *why set to a static
 * sentence fragment that fits behind "--option VALUE: ".
 */
#ifndef BASE_QUANTITY_H
#define BASE_QUANTITY_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

int quantity_size(const char *text, uint64_t *bytes, const char **why);
int quantity_rate(const char *text, uint64_t *bits_per_s, const char **why);
int quantity_count(const char *text, uint64_t *count, const char **why);
/* Thirty years: as nanoseconds, and added to a clock, they still fit. */
#define QUANTITY_SECONDS_MOST 1e9
int quantity_seconds(const char *text, double *seconds, const char **why);
int quantity_time(const char *text, double *seconds, const char **why);

int cpulist_parse(const char *text, cpu_set_t *set, const char **why);
/* Room for every list of CPUs there can be: three of them at most for each range of eight characters. */
#define CPULIST_TEXT_MAX 3072
/* Writes as many whole ranges as fit into size bytes with the final NUL; returns text. */
char *cpulist_print(const cpu_set_t *set, char *text, size_t size);

#endif
