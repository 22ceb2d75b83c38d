/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of records in memory share: a directory of their own, and records in it as text.
 *
 *   records_begin(), records_end()  before and after a group of tests
 *   path_of()      of a file in it
 *   write_file()   one that holds this
 *   load()         a record, in memory; its file is gone
 *   outcome()      what a record of these rows, behind HEADER, comes to
 *   near()         equal, but for rounding, or the test fails
 */
#ifndef TESTS_UNIT_RECORDS_H
#define TESTS_UNIT_RECORDS_H

#include <stddef.h>

#include "analyze/figures/roi.h"

#define HEADER RECORD_HEADER "\n,host,fact,record_version,,1,\n"

int records_begin(void **state);
int records_end(void **state);
void path_of(const char *name, char *path, size_t size);
void write_file(const char *name, const char *text);
struct run *load(const char *text);
struct outcome outcome(const char *rows);
void near(double value, double expected);

#endif
