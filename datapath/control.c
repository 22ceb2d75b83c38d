// SPDX-License-Identifier: GPL-2.0-or-later
#include "datapath/control.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const control_verb_name[CONTROL_VERB_COUNT] = {
#define X(verb, fields) #verb,
	CONTROL_VERBS(X)
#undef X
};

static const unsigned int verb_fields[CONTROL_VERB_COUNT] = {
#define X(verb, fields) fields,
	CONTROL_VERBS(X)
#undef X
};

static const struct number_field {
	enum control_field bit;
	const char *name;
	size_t offset;
	uint64_t least;
	uint64_t most;
} number_fields[] = {
#define NUMBER(bit, name, member, least, most)                                                     \
	{                                                                                          \
		bit, name, offsetof(struct control_message, member), least, most                   \
	}
	NUMBER(FIELD_VERSION, "version", version, 1, 9999),
	NUMBER(FIELD_FLOWS, "flows", flows, 1, CONTROL_FLOWS_MAX),
	NUMBER(FIELD_MSG, "msg", msg, 1, CONTROL_MSG_MAX),
	NUMBER(FIELD_LIMIT, "limit", limit, 0, CONTROL_BYTES_MAX),
	NUMBER(FIELD_VERIFY, "verify", verify, 0, 1),
	NUMBER(FIELD_UDP, "udp", udp, 0, 65507),
	NUMBER(FIELD_AWAY, "away", away, 0, 1),
	NUMBER(FIELD_MIXED, "mixed", mixed, 0, CONTROL_FLOWS_MAX),
	NUMBER(FIELD_TLS, "tls", tls, 0, 1),
	NUMBER(FIELD_RECONNECT, "reconnect", reconnect, 0, 1),
	NUMBER(FIELD_RESPONSE, "response", response, 0, CONTROL_MSG_MAX),
	NUMBER(FIELD_STAMP, "stamp", stamp, 0, 2),
	NUMBER(FIELD_KERNEL, "kernel", kernel, 0, UINT64_MAX),
	NUMBER(FIELD_CLOCK, "ns", clock, 0, UINT64_MAX),
	NUMBER(FIELD_BYTES, "bytes", bytes, 0, UINT64_MAX),
	NUMBER(FIELD_BAD, "bad", bad, 0, UINT64_MAX),
	NUMBER(FIELD_BAD_FLOW, "bad_flow", bad_flow, 0, CONTROL_FLOWS_MAX - 1),
	NUMBER(FIELD_BAD_AT, "bad_at", bad_at, 0, UINT64_MAX),
#undef NUMBER
};

#define NUMBER_FIELDS (sizeof(number_fields) / sizeof(number_fields[0]))

static int refuse(char *why, size_t why_size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int refuse(char *why, size_t why_size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, why_size, format, args);
	va_end(args);
	return -1;
}

static void print_key(const unsigned char key[RUN_KEY_SIZE], char hex[2 * RUN_KEY_SIZE + 1])
{
	for (int i = 0; i < RUN_KEY_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", key[i]);
}

static int hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? at - digits : -1;
}

static int parse_key(const char *hex, size_t len, unsigned char key[RUN_KEY_SIZE])
{
	if (len != 2 * RUN_KEY_SIZE)
		return -1;
	for (int i = 0; i < RUN_KEY_SIZE; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		key[i] = high << 4 | low;
	}
	return 0;
}

size_t control_print(const struct control_message *m, char line[CONTROL_LINE_MAX])
{
	unsigned int fields = verb_fields[m->verb];
	size_t used = snprintf(line, CONTROL_LINE_MAX, "zcpath %s", control_verb_name[m->verb]);

	for (size_t i = 0; i < NUMBER_FIELDS; i++) {
		const struct number_field *field = &number_fields[i];
		uint64_t number;

		if (!(fields & field->bit))
			continue;
		memcpy(&number, (const char *)m + field->offset, sizeof(number));
		used += snprintf(line + used, CONTROL_LINE_MAX - used, " %s=%llu", field->name,
				 (unsigned long long)number);
	}
	if (fields & FIELD_PATH)
		used += snprintf(line + used, CONTROL_LINE_MAX - used, " path=%s", m->path);
	if (fields & FIELD_KEY) {
		char hex[2 * RUN_KEY_SIZE + 1];

		print_key(m->key, hex);
		used += snprintf(line + used, CONTROL_LINE_MAX - used, " key=%s", hex);
	}
	/* The last field, and the only one with spaces in it. */
	if (fields & FIELD_REASON) {
		used += snprintf(line + used, CONTROL_LINE_MAX - used, " reason=");
		for (const char *c = m->reason; *c; c++)
			line[used++] = isprint((unsigned char)*c) ? *c : '?';
	}
	line[used++] = '\n';
	return used;
}

static int parse_number(const char *text, size_t len, uint64_t *number)
{
	*number = 0;
	if (!len || len > 20)
		return -1;
	for (size_t i = 0; i < len; i++) {
		unsigned int digit = (unsigned char)text[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, digit, number))
			return -1;
	}
	return 0;
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && !memcmp(text, word, len);
}

static int parse_path(const char *text, size_t len, char path[CONTROL_NAME_MAX + 1])
{
	if (!len || len > CONTROL_NAME_MAX)
		return -1;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return -1;
	memcpy(path, text, len);
	path[len] = '\0';
	return 0;
}

/* One "name=value"; the bit of its field, or -1. */
static int parse_field(const char *name, size_t name_len, const char *value, size_t len,
		       struct control_message *m)
{
	if (is_word(name, name_len, "path"))
		return parse_path(value, len, m->path) ? -1 : FIELD_PATH;
	if (is_word(name, name_len, "key"))
		return parse_key(value, len, m->key) ? -1 : FIELD_KEY;
	for (size_t i = 0; i < NUMBER_FIELDS; i++) {
		const struct number_field *field = &number_fields[i];
		uint64_t number;

		if (!is_word(name, name_len, field->name))
			continue;
		if (parse_number(value, len, &number) || number < field->least ||
		    number > field->most)
			return -1;
		memcpy((char *)m + field->offset, &number, sizeof(number));
		return field->bit;
	}
	return -1;
}

static int parse_reason(const char *text, size_t len, struct control_message *m, char *why,
			size_t why_size)
{
	static const char name[] = "reason=";

	if (len < sizeof(name) - 1 || memcmp(text, name, sizeof(name) - 1))
		return refuse(why, why_size, "'fail' without a reason");
	text += sizeof(name) - 1;
	len -= sizeof(name) - 1;
	if (len > CONTROL_REASON_MAX)
		return refuse(why, why_size, "a reason of %zu bytes, where at most %d may stand",
			      len, CONTROL_REASON_MAX);
	for (size_t i = 0; i < len; i++)
		m->reason[i] = isprint((unsigned char)text[i]) ? text[i] : '?';
	m->reason[len] = '\0';
	return 0;
}

/* Cuts the next word off the front of *text. */
static size_t next_word(const char **text, size_t *len, const char **word)
{
	size_t used = 0;

	*word = *text;
	while (used < *len && (*text)[used] != ' ')
		used++;
	*text += used < *len ? used + 1 : used;
	*len -= used < *len ? used + 1 : used;
	return used;
}

static int parse_fields(const char *text, size_t len, struct control_message *m, char *why,
			size_t why_size)
{
	unsigned int missing = verb_fields[m->verb];

	while (len) {
		const char *word;
		size_t word_len = next_word(&text, &len, &word);
		const char *equals = memchr(word, '=', word_len);
		int bit = -1;

		if (equals)
			bit = parse_field(word, equals - word, equals + 1,
					  word_len - (equals + 1 - word), m);
		/* Another version may have other fields: the version comes first and ends it. */
		if (bit == FIELD_VERSION && m->version != CONTROL_VERSION)
			return 0;
		if (bit < 0 || !(missing & bit))
			return refuse(why, why_size,
				      "'%s' with a field that is unknown, doubled or out of bounds",
				      control_verb_name[m->verb]);
		missing &= ~bit;
	}
	if (missing)
		return refuse(why, why_size, "'%s' without all of its fields",
			      control_verb_name[m->verb]);
	return 0;
}

int control_parse(const char *line, size_t len, struct control_message *m, char *why,
		  size_t why_size)
{
	const char *word;
	size_t word_len;

	memset(m, 0, sizeof(*m));
	word_len = next_word(&line, &len, &word);
	if (!is_word(word, word_len, "zcpath"))
		return refuse(why, why_size, "a line that is no zcpath's");
	word_len = next_word(&line, &len, &word);
	for (int verb = 0; verb < CONTROL_VERB_COUNT; verb++)
		if (is_word(word, word_len, control_verb_name[verb])) {
			m->verb = verb;
			if (verb == CONTROL_fail)
				return parse_reason(line, len, m, why, why_size);
			return parse_fields(line, len, m, why, why_size);
		}
	return refuse(why, why_size, "a verb that version %d does not know", CONTROL_VERSION);
}

int control_next(struct control_lines *lines, struct control_message *m, char *why, size_t why_size)
{
	char *newline = memchr(lines->bytes, '\n', lines->used);
	size_t len;
	int result;

	if (!newline) {
		if (lines->used < sizeof(lines->bytes))
			return 0;
		return refuse(why, why_size, "more than %d bytes without a line break",
			      CONTROL_LINE_MAX - 1);
	}
	len = newline - lines->bytes;
	result = control_parse(lines->bytes, len, m, why, why_size);
	lines->used -= len + 1;
	memmove(lines->bytes, newline + 1, lines->used);
	return result ? -1 : 1;
}

void preamble_print(const unsigned char key[RUN_KEY_SIZE], unsigned int flow,
		    char bytes[PREAMBLE_SIZE])
{
	char hex[2 * RUN_KEY_SIZE + 1];
	char text[PREAMBLE_SIZE + 1];

	print_key(key, hex);
	/* 12 + 32 + 1 + 10 and spaces: always PREAMBLE_SIZE bytes, so that one read takes it. */
	snprintf(text, sizeof(text), "zcpath flow %s %-*u\n", hex,
		 PREAMBLE_SIZE - 12 - 2 * RUN_KEY_SIZE - 2, flow);
	memcpy(bytes, text, PREAMBLE_SIZE);
}

int preamble_parse(const char bytes[PREAMBLE_SIZE], const unsigned char key[RUN_KEY_SIZE])
{
	char expected[PREAMBLE_SIZE];
	const char *digits = bytes + 12 + 2 * RUN_KEY_SIZE + 1;
	uint64_t flow;
	size_t len = 0;

	while (digits + len < bytes + PREAMBLE_SIZE && isdigit((unsigned char)digits[len]))
		len++;
	if (parse_number(digits, len, &flow) || flow >= CONTROL_FLOWS_MAX)
		return -1;
	preamble_print(key, flow, expected);
	return memcmp(bytes, expected, PREAMBLE_SIZE) ? -1 : (int)flow;
}
