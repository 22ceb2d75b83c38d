// SPDX-License-Identifier: GPL-2.0-or-later
#include "analyze/import/input.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/say.h"
#include "record/number.h"

static int input_of(struct input *in, const char *path, FILE *file)
{
	*in = (struct input){.path = path, .file = file};
	in->buffer = must_malloc(INPUT_LINE_MAX + 1);
	in->line = must_malloc(INPUT_LINE_MAX + 1);
	*in->line = '\0';
	return 0;
}

int input_open(struct input *in, const char *path)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct stat st;

	if (file && !fstat(fd, &st) && S_ISDIR(st.st_mode)) {
		fclose(file);
		errno = EISDIR;
		file = NULL;
	}
	if (!file) {
		say_error("cannot read %s: %s; give what a tool printed, as a file", path,
			  strerror(errno));
		return -1;
	}
	return input_of(in, standard ? "standard input" : path, file);
}

int input_memory(struct input *in, const char *path, const void *bytes, size_t len)
{
	static const char nothing[1];
	/* To be read only, but fmemopen() takes no const. */
	void *from =
		(void *)(uintptr_t)(len ? bytes : nothing); // NOLINT(performance-no-int-to-ptr)
	FILE *file = fmemopen(from, len ? len : 1, "r");

	if (!file)
		return -1;
	if (!len)
		fgetc(file);
	return input_of(in, path, file);
}

void input_close(struct input *in)
{
	if (in->file)
		fclose(in->file);
	free(in->buffer);
	free(in->line);
	free(in->rest);
}

static void fill(struct input *in)
{
	memmove(in->buffer, in->buffer + in->at, in->len - in->at);
	in->len -= in->at;
	in->at = 0;
	in->len += fread(in->buffer + in->len, 1, INPUT_LINE_MAX - in->len, in->file);
	in->buffer[in->len] = '\0';
}

const char *input_head(struct input *in)
{
	fill(in);
	/* Editors put a mark of the order of bytes before UTF-8. */
	if (in->len >= 3 && !memcmp(in->buffer, "\xef\xbb\xbf", 3))
		in->at = 3;
	return in->buffer + in->at;
}

bool input_on(struct input *in)
{
	size_t before = in->at;

	/* Half: what a table says of itself stands right above it. */
	while (in->len == INPUT_LINE_MAX && in->at < INPUT_LINE_MAX / 2 &&
	       in->buffer[in->at] == '#') {
		const char *end = memchr(in->buffer + in->at, '\n', in->len - in->at);

		if (!end)
			break;
		in->at = (size_t)(end - in->buffer) + 1;
		in->number++;
	}
	if (in->at == before)
		return false;
	fill(in);
	return true;
}

bool input_again(struct input *in)
{
	if (fseek(in->file, 0, SEEK_SET))
		return false;
	in->at = in->len = 0;
	in->number = 0;
	input_head(in);
	return true;
}

static char *refused(struct input *in, const char *what)
{
	in->line[0] = '\0';
	input_refuse(in, in->line, "%s", what);
	return NULL;
}

/* Colours that a tool gave to a terminal, whose text was kept (ECMA-48: ESC, '[', parameters, 'm' or 'K'). */
static size_t plain(char *line, size_t len)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		size_t end = i + 2;

		if (line[i] == '\x1b' && i + 1 < len && line[i + 1] == '[') {
			while (end < len && (isdigit((unsigned char)line[end]) || line[end] == ';'))
				end++;
			if (end < len && (line[end] == 'm' || line[end] == 'K')) {
				i = end;
				continue;
			}
		}
		line[used++] = line[i];
	}
	return used;
}

char *input_line(struct input *in)
{
	char *end;
	size_t len;

	if (in->failed)
		return NULL;
	end = memchr(in->buffer + in->at, '\n', in->len - in->at);
	if (!end) {
		fill(in);
		end = memchr(in->buffer, '\n', in->len);
	}
	if (ferror(in->file)) {
		say_error("cannot read %s: %s", in->path, strerror(errno));
		in->failed = true;
		return NULL;
	}
	if (in->at == in->len)
		return NULL;
	in->number++;
	if (!end && in->len - in->at == INPUT_LINE_MAX)
		return refused(in, "the line is longer than 65536 bytes, as no line of a table is");
	len = end ? (size_t)(end - in->buffer) - in->at : in->len - in->at;
	memcpy(in->line, in->buffer + in->at, len);
	in->at += len + (end != NULL);
	if (memchr(in->line, '\0', len))
		return refused(in,
			       "found a NUL byte, which no text holds; is this what a tool printed?");
	len = plain(in->line, len);
	if (len && in->line[len - 1] == '\r')
		len--;
	in->line[len] = '\0';
	in->line_len = len;
	return in->line;
}

static const char *input_rest(struct input *in, size_t *len)
{
	size_t used = 0, room = 0;

	for (;;) {
		size_t here;

		if (in->at == in->len)
			fill(in);
		here = in->len - in->at;
		if (!here)
			break;
		if (used + here > INPUT_REST_MAX) {
			in->number = 1;
			refused(in, "the text is longer than 64 MiB");
			return NULL;
		}
		if (used + here + 1 > room) {
			char *grown;

			room = 2 * (used + here + 1);
			grown = must_malloc(room);
			if (used)
				memcpy(grown, in->rest, used);
			free(in->rest);
			in->rest = grown;
		}
		memcpy(in->rest + used, in->buffer + in->at, here);
		used += here;
		in->at = in->len;
	}
	if (!in->rest)
		in->rest = must_calloc(1, 1);
	in->rest[used] = '\0';
	*len = used;
	return in->rest;
}

int input_refuse(struct input *in, const char *at, const char *format, ...)
{
	char sentence[512];
	/* A word that was copied out of the line has no place of its own. */
	bool inside = at >= in->line && at <= in->line + INPUT_LINE_MAX;
	size_t column = !at ? in->line_len + 1 : inside ? (size_t)(at - in->line) + 1 : 1;
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	say_error("%s:%llu:%zu: %s", in->path, (unsigned long long)(in->number ? in->number : 1),
		  column, sentence);
	in->failed = true;
	return -1;
}

json_t *input_json(struct input *in)
{
	size_t len;
	const char *text = input_rest(in, &len);
	json_error_t error;
	json_t *json = text ? json_loadb(text, len, 0, &error) : NULL;
	int column;

	if (!text)
		return NULL;
	in->number = 1;
	if (json)
		return json;
	in->number = error.line > 0 ? (uint64_t)error.line : 1;
	column = error.column > 0 && error.column < INPUT_LINE_MAX ? error.column - 1 : 0;
	input_refuse(in, in->line + column, "broken JSON: %s", error.text);
	return NULL;
}

size_t input_words(char *line, char **words, size_t max)
{
	size_t count = 0;

	for (;;) {
		line += strspn(line, " \t");
		if (!*line || count == max)
			return count;
		words[count++] = line;
		if (count == max)
			return count;
		line += strcspn(line, " \t");
		if (*line)
			*line++ = '\0';
	}
}

/*
 * "0,96", as sysstat and cpupower print where decimals stand behind a comma. With three digits behind it, it could
 * be thousands as well, and is refused.
 */
static int comma_parse(const char *word, double *number)
{
	const char *comma = strchr(word, ',');
	char text[64];
	size_t len = strlen(word);

	if (!comma || strlen(comma + 1) == 3 || len >= sizeof(text) ||
	    word[strspn(word, "0123456789,")])
		return -1;
	memcpy(text, word, len + 1);
	text[comma - word] = '.';
	return number_parse(text, len, number);
}

int input_number(struct input *in, const char *word, double *number)
{
	if (number_parse(word, strlen(word), number) && comma_parse(word, number))
		return input_refuse(in, word, "expected a number, found \"%.40s\"", word);
	if (!(*number >= 0) || isinf(*number))
		return input_refuse(in, word,
				    "expected a number that is not below zero, found \"%.40s\"",
				    word);
	return 0;
}
