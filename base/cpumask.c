// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/cpumask.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

char *cpumask_print(const cpu_set_t *cpus, char text[CPUMASK_TEXT_MAX])
{
	size_t used = 0;

	text[0] = '\0';
	for (int word = CPU_SETSIZE / 32 - 1; word >= 0; word--) {
		unsigned int bits = 0;

		for (int bit = 0; bit < 32; bit++)
			if (CPU_ISSET(word * 32 + bit, cpus))
				bits |= 1U << bit;
		if (!used && !bits && word)
			continue;
		used += (size_t)snprintf(text + used, CPUMASK_TEXT_MAX - used,
					 used ? ",%08x" : "%x", bits);
	}
	return text;
}

int cpumask_parse(const char *text, cpu_set_t *cpus)
{
	int cpu = 0;

	CPU_ZERO(cpus);
	for (size_t at = strlen(text); at--;) {
		char digit = (char)tolower((unsigned char)text[at]);
		int bits = digit >= 'a' ? digit - 'a' + 10 : digit - '0';

		if (digit == ',')
			continue;
		if (!isxdigit((unsigned char)digit))
			return -1;
		for (int bit = 0; bit < 4; bit++, cpu++)
			if (bits & (1 << bit)) {
				if (cpu >= CPU_SETSIZE)
					return -1;
				CPU_SET(cpu, cpus);
			}
	}
	return *text ? 0 : -1;
}

int cpumask_nth(const cpu_set_t *cpus, unsigned int n)
{
	unsigned int skip = n % (unsigned int)CPU_COUNT(cpus);

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, cpus) && !skip--)
			return cpu;
	return -1;
}
