/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers as a record holds them: decimal, with a point and an exponent if need be, and nothing
 * else ("inf", "nan", hexadecimal, signs other than '-' and spaces are refused).
 *
 *   number_parse()   the text as the nearest double: 0, or -1
 *   number_print()   the shortest text that number_parse() turns back into the same double
 *   number_counts()  whether it can be a figure: finite, and neither so large nor so small that what is
 *                    made of a few of them (sums, squares, ratios) is not
 */
#ifndef RECORD_NUMBER_H
#define RECORD_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* The text needs no final NUL. */
int number_parse(const char *text, size_t len, double *number);

#define NUMBER_TEXT 32
char *number_print(double number, char text[NUMBER_TEXT]);

#define NUMBER_MOST  1e36
#define NUMBER_LEAST 1e-36 /* nearer to 0 is 0 alone */
bool number_counts(double number);

#endif
