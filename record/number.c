// SPDX-License-Identifier: GPL-2.0-or-later
#include "record/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any double needs: 2^-1074 has 767 digits, and no record has it. */
#define LONGEST 128

/* 19 digits always fit into 64 bits. */
#define MOST_DIGITS 19

/* Where digits end; the value of the first MOST_DIGITS of them goes on in *mantissa. */
static const char *take_digits(const char *at, const char *end, uint64_t *mantissa)
{
	for (; at < end && (unsigned char)(*at - '0') <= 9; at++)
		*mantissa = *mantissa * 10 + (unsigned char)(*at - '0');
	return at;
}

/* Any length, any exponent. The form is known to be right; only the size can still be wrong. */
static int parse_slowly(const char *text, size_t len, double *number)
{
	char copy[LONGEST + 1];

	if (len > LONGEST)
		return -1;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*number = strtod(copy, NULL);
	return isfinite(*number) ? 0 : -1;
}

/*
 * Quick where it is exact: an integer of 64 bits, which the conversion rounds right, or a mantissa
 * below 2^53 divided by a power of ten that a double holds exactly, which rounds once (Clinger,
 * "How to read floating point numbers accurately", 1990).
 */
int number_parse(const char *text, size_t len, double *number)
{
	static const double power_of_ten[] = {1e0,  1e1,  1e2,	1e3,  1e4,  1e5,  1e6,	1e7,
					      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
					      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	const char *end = text + len;
	const char *whole = text + (len && *text == '-');
	uint64_t mantissa = 0;
	const char *at = take_digits(whole, end, &mantissa);
	size_t digits = at - whole;
	size_t decimals = 0;
	bool quick;

	if (at == whole)
		return -1;
	if (at < end && *at == '.') {
		const char *fraction = at + 1;

		at = take_digits(fraction, end, &mantissa);
		decimals = at - fraction;
		if (!decimals)
			return -1;
		digits += decimals;
	}
	quick = digits <= MOST_DIGITS && (!decimals || mantissa < 1ULL << 53);
	if (at < end) {
		uint64_t exponent = 0;
		const char *first;

		if (*at != 'e' && *at != 'E')
			return -1;
		first = at + 1;
		first += first < end && (*first == '-' || *first == '+');
		at = take_digits(first, end, &exponent);
		if (at == first || at < end)
			return -1;
		quick = false;
	}
	if (!quick)
		return parse_slowly(text, len, number);
	*number = decimals ? (double)mantissa / power_of_ten[decimals] : (double)mantissa;
	if (whole != text)
		*number = -*number;
	return 0;
}

char *number_print(double number, char text[NUMBER_TEXT])
{
	/* 15 digits come back as they were typed, 17 as the very same double. */
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, NUMBER_TEXT, "%.*g", digits, number);
		if (strtod(text, NULL) == number)
			break;
	}
	return text;
}

bool number_counts(double number)
{
	double size = fabs(number);

	return size <= NUMBER_MOST && (size >= NUMBER_LEAST || number == 0);
}
