// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/run/planfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/outfile.h"
#include "base/say.h"
#include "base/visible.h"

struct words {
	char **at;
	int count;
};

#define INCLUDES_MAX 8
/* Plans come from others, too: a few lines that include or repeat one another tenfold would fill any memory. */
#define FILES_MAX     64
#define FILE_MAX      (1 << 20)
#define WORDS_MAX     65536
#define VARIABLES_MAX 1024
#define VALUE_MAX     65536

struct variables {
	struct variable {
		char *text; /* "NAME=VALUE" */
		size_t name_len;
		bool used;
	} * at;
	size_t count;
	unsigned int files; /* that were read so far */
};

/* A plan that is being read. */
struct file {
	const char *path;
	int depth;
	unsigned int line;
	struct variables *variables; /* of all plans of the command line */
};

static int add(struct words *words, char *word)
{
	char **grown;

	if (words->count == WORDS_MAX) {
		free(word);
		say_error("the command line and its plans hold more than %d words: give fewer",
			  WORDS_MAX);
		return -1;
	}
	grown = reallocarray(words->at, words->count + 2, sizeof(*grown));
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

static bool is_command(const char *name, const char *value)
{
	return !strncmp(name, "power", 5) && !strncmp(value, "cmd:", 4);
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
	if (is_command(line, value))
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

/* ---- variables ---- */

static bool is_name(const char *name, size_t len)
{
	return len &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") >=
		       len;
}

static struct variable *find_variable(const struct file *in, const char *name, size_t len)
{
	for (size_t i = 0; i < in->variables->count; i++) {
		struct variable *v = &in->variables->at[i];

		if (v->name_len == len && !memcmp(v->text, name, len))
			return v;
	}
	return NULL;
}

/* "NAME=VALUE" or "NAME VALUE"; the one who asks before the one who is asked: the first value stays. */
static int set_variable(struct variables *variables, const char *text, bool by_file)
{
	size_t len = strcspn(text, "= \t");
	struct variable *grown;

	if (!is_name(text, len) || !text[len]) {
		say_error("set %s: expected NAME=VALUE, a name of letters, digits and '_'", text);
		return -1;
	}
	if (variables->count == VARIABLES_MAX) {
		say_error("more than %d values are set: give fewer", VARIABLES_MAX);
		return -1;
	}
	grown = reallocarray(variables->at, variables->count + 1, sizeof(*grown));
	if (grown)
		variables->at = grown;
	if (!grown || !(grown[variables->count].text = strdup(text))) {
		say_error("no memory left for the arguments");
		return -1;
	}
	grown[variables->count].name_len = len;
	grown[variables->count].used = by_file;
	variables->count++;
	return 0;
}

static const char *value_of(const struct variable *v)
{
	const char *value = v->text + v->name_len + 1;

	return value + strspn(value, " \t");
}

static char *drop(FILE *out, char *const *made)
{
	fclose(out);
	free(*made);
	return NULL;
}

/* ${NAME} becomes its value; NULL after saying what is wrong. To be freed. */
static char *substitute(const struct file *in, const char *text)
{
	char *made = NULL;
	size_t size, used = 0;
	FILE *out = open_memstream(&made, &size);
	const char *dollar;

	while (out && (dollar = strstr(text, "${"))) {
		size_t len = strcspn(dollar + 2, "}");
		struct variable *v = find_variable(in, dollar + 2, len);

		fprintf(out, "%.*s", (int)(dollar - text), text);
		if (!v || !dollar[2 + len]) {
			say_error("the plan %s, line %u: ${%.*s} has no value: give --set %.*s=VALUE",
				  in->path, in->line, (int)len, dollar + 2, (int)len, dollar + 2);
			return drop(out, &made);
		}
		used += (size_t)(dollar - text) + strlen(value_of(v));
		if (used > VALUE_MAX) {
			say_error("the plan %s, line %u: with its values it is longer than %d bytes: give shorter ones",
				  in->path, in->line, VALUE_MAX);
			return drop(out, &made);
		}
		v->used = true;
		fputs(value_of(v), out);
		text = dollar + 2 + len + 1;
	}
	if (out)
		fputs(text, out);
	if (out && !fclose(out))
		return made;
	say_error("no memory left for the arguments");
	return NULL;
}

/* ---- lines ---- */

static int add_file(struct words *words, const struct file *from, const char *path);

/* A name without a directory before it is beside the plan that includes it. */
static int include(struct words *words, const struct file *in, const char *name)
{
	const char *slash = strrchr(in->path, '/');
	int beside = slash && *name != '/' ? (int)(slash + 1 - in->path) : 0;
	char *path;
	int result;

	if (in->depth == INCLUDES_MAX) {
		say_error("the plan %s, line %u: more than %d plans include one another", in->path,
			  in->line, INCLUDES_MAX);
		return -1;
	}
	if (asprintf(&path, "%.*s%s", beside, in->path, name) < 0) {
		say_error("no memory left for the arguments");
		return -1;
	}
	result = add_file(words, in, path);
	free(path);
	return result;
}

/* "read 4K,64K", "--read 4K,64K" and "read=4K,64K" are the same; "control" alone is a flag. */
static int add_option(struct words *words, const char *name, const char *value)
{
	char *word;

	if (asprintf(&word, "--%s%s%s", name, *value ? "=" : "", value) < 0)
		word = NULL;
	return add(words, word);
}

static int add_line(struct words *words, const struct file *in, char *line)
{
	char *name = line + strspn(line, " \t");
	char *value, *whole;
	int result;

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
	/* In a meter's command all is the shell's, its variables too. */
	whole = is_command(name, value) ? strdup(value) : substitute(in, value);
	if (!whole)
		return -1;
	if (!strcmp(name, "set"))
		result = set_variable(in->variables, whole, true);
	else if (!strcmp(name, "include"))
		result = include(words, in, whole);
	else
		result = add_option(words, name, whole);
	free(whole);
	return result;
}

/* A file that ends: what a FIFO, a device or another's link holds is not read as root. NULL after saying so. */
static FILE *open_plan(const struct file *from, const char *path)
{
	FILE *file = NULL;
	struct stat st;

	if (from->variables->files++ == FILES_MAX) {
		say_error("more than %d plans are read: let them include fewer", FILES_MAX);
		return NULL;
	}
	file = outfile_read(path);
	if (file && (fstat(fileno(file), &st) || st.st_size > FILE_MAX)) {
		fclose(file);
		file = NULL;
		errno = EFBIG;
	}
	if (!file)
		say_error("cannot read the plan %s: %s", path,
			  errno == EFBIG    ? "it is longer than 1 MiB, as no plan is"
			  : errno == ELOOP  ? "it is a symbolic link; name the file itself"
			  : errno == EINVAL ? "it is no regular file"
					    : strerror(errno));
	return file;
}

/*
 * What stands behind a byte of value zero is seen by some programs and not by others; and what moves a cursor would do so
 * wherever a value is said, by argp and getopt too.
 */
static bool is_text(const struct file *in, const char *line, size_t len)
{
	const char *wrong = memchr(line, '\0', len)
				    ? "a byte of value zero, as no text does"
				    : "what nobody sees, such as an escape, or what is no UTF-8";
	bool seen = true;

	while (len && (line[len - 1] == '\n' || line[len - 1] == '\r'))
		len--;
	for (size_t at = 0, part; at < len && seen; at += part + 1) {
		const char *tab = memchr(line + at, '\t', len - at);

		part = tab ? (size_t)(tab - line) - at : len - at;
		seen = visible(line + at, part);
	}
	if (!seen)
		say_error("the plan %s, line %u: it holds %s: take it out", in->path, in->line,
			  wrong);
	return seen;
}

static int add_file(struct words *words, const struct file *from, const char *path)
{
	struct file in = {path, from->depth + 1, 0, from->variables};
	FILE *file = open_plan(from, path);
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int result = 0;

	if (!file)
		return -1;
	while (!result && (len = getline(&line, &room, file)) > 0) {
		in.line++;
		result = is_text(&in, line, (size_t)len) ? add_line(words, &in, line) : -1;
	}
	if (ferror(file)) {
		say_error("cannot read the plan %s: %s", path, strerror(errno));
		result = -1;
	}
	free(line);
	fclose(file);
	return result;
}

/* ---- the command line ---- */

/* "--set NAME=VALUE" in one word or two; how many words it was. */
static int take_set(struct variables *variables, char *const argv[], int *taken)
{
	const char *text = NULL;

	*taken = 0;
	if (!strncmp(argv[0], "--set=", 6)) {
		text = argv[0] + 6;
		*taken = 1;
	} else if (!strcmp(argv[0], "--set") && argv[1]) {
		text = argv[1];
		*taken = 2;
	}
	return text ? set_variable(variables, text, false) : 0;
}

/* Wherever they stand, they are for every plan. What is left are the other words. */
static int take_sets(struct variables *variables, struct words *rest, int argc, char *const argv[])
{
	int result = 0, taken;

	for (int i = 0; i < argc && !result; i += taken ? taken : 1) {
		result = take_set(variables, argv + i, &taken);
		if (!result && !taken)
			result = add(rest, strdup(argv[i]));
	}
	return result;
}

static int refuse_unused(const struct variables *variables)
{
	for (size_t i = 0; i < variables->count; i++)
		if (!variables->at[i].used) {
			say_error("--set %s: no plan that was given has a use for it, as ${%.*s}",
				  variables->at[i].text, (int)variables->at[i].name_len,
				  variables->at[i].text);
			return -1;
		}
	return 0;
}

static void free_words(struct words *words)
{
	for (char **w = words->at; w && *w; w++)
		free(*w);
	free(words->at);
}

char **planfile_expand(int argc, char *const argv[], int *count)
{
	struct words given = {0}, words = {0};
	struct variables variables = {0};
	struct file none = {"", 0, 0, &variables};
	int result = take_sets(&variables, &given, argc, argv);

	for (int i = 0; i < given.count && !result; i++)
		result = i && given.at[i][0] == '@' ? add_file(&words, &none, given.at[i] + 1)
						    : add(&words, strdup(given.at[i]));
	if (!result)
		result = refuse_unused(&variables);
	for (size_t i = 0; i < variables.count; i++)
		free(variables.at[i].text);
	free(variables.at);
	free_words(&given);
	*count = words.count;
	if (!result)
		return words.at;
	free_words(&words);
	return NULL;
}
