// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/planfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/say.h"

struct words {
	char **at;
	int count;
};

static int add(struct words *words, char *word)
{
	char **grown = reallocarray(words->at, words->count + 2, sizeof(*grown));

	if (!grown || !word) {
		free(word);
		if (grown)
			words->at = grown;
		say_error("no memory left for the arguments");
		return -1;
	}
	words->at = grown;
	grown[words->count++] = word;
	grown[words->count] = NULL;
	return 0;
}

/*
 * Where a comment begins: at a '#' that nothing but white space stands before, so that a file's or a
 * device's name may hold one. In a meter's command all is the shell's, its comments too.
 */
static size_t length(const char *line)
{
	size_t len = strcspn(line, "\r\n");
	const char *value = line + strcspn(line, " \t=");

	value += strspn(value, " \t=");
	if (!strncmp(line, "power", 5) && !strncmp(value, "cmd:", 4))
		return len;
	for (size_t i = 0; i < len; i++)
		if (line[i] == '#' && (!i || line[i - 1] == ' ' || line[i - 1] == '\t'))
			return i;
	return len;
}

static void trim(char *line)
{
	size_t len = length(line);

	while (len && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	line[len] = '\0';
}

/* "read 4K,64K", "--read 4K,64K" and "read=4K,64K" are the same; "control" alone is a flag. */
static int add_line(struct words *words, char *line)
{
	char *name = line + strspn(line, " \t");
	char *value;
	char *word;

	if (!strncmp(name, "--", 2))
		name += 2;
	trim(name);
	if (!*name)
		return 0;
	value = name + strcspn(name, " \t=");
	if (*value) {
		*value++ = '\0';
		value += strspn(value, " \t");
	}
	if (asprintf(&word, "--%s%s%s", name, *value ? "=" : "", value) < 0)
		word = NULL;
	return add(words, word);
}

static int add_file(struct words *words, const char *path)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	int result = 0;

	if (!in) {
		say_error("cannot read the plan %s: %s", path, strerror(errno));
		return -1;
	}
	while (!result && getline(&line, &room, in) > 0)
		result = add_line(words, line);
	if (ferror(in)) {
		say_error("cannot read the plan %s: %s", path, strerror(errno));
		result = -1;
	}
	free(line);
	fclose(in);
	return result;
}

char **planfile_expand(int argc, char *const argv[], int *count)
{
	struct words words = {0};
	int result = 0;

	for (int i = 0; i < argc && !result; i++)
		result = i && argv[i][0] == '@' ? add_file(&words, argv[i] + 1)
						: add(&words, strdup(argv[i]));
	*count = words.count;
	if (!result)
		return words.at;
	for (char **w = words.at; w && *w; w++)
		free(*w);
	free(words.at);
	return NULL;
}
