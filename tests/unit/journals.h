/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests of the journal share: a directory with two files that are settings, and journals of them in another.
 *
 *   journals_prepare()  and journals_clean(): before and after each test
 *   put()         what a file is to hold
 *   holds()       it does, or the test fails
 *   left()        a journal as a process left it, by that name
 *   taken_away()  it is
 *   journals()    how many there are
 *   put_back()    what the dead left: how many; what else there was is an error of the test
 */
#ifndef TESTS_UNIT_JOURNALS_H
#define TESTS_UNIT_JOURNALS_H

/* Where all of it is, where the journals are, and the settings: "4096\t87380\t6291456\n" and "\n". */
extern char base[64];
extern char dir[96];
extern char first[96];
extern char second[96];

int journals_prepare(void **state);
int journals_clean(void **state);
void put(const char *path, const char *text);
void holds(const char *path, const char *text);
void left(const char *name, const char *format, ...) __attribute__((format(printf, 2, 3)));
void taken_away(const char *name);
int journals(void);
int put_back(void);

#endif
