// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/visible.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Characters that move the cursor, turn the text around them, or cannot be seen. */
static const struct {
	uint32_t first, last;
} hidden[] = {
	{0x0000, 0x001f},   {0x007f, 0x009f},	/* control */
	{0x00ad, 0x00ad},   {0x034f, 0x034f},	/* soft hyphen, joiner */
	{0x061c, 0x061c},   {0x115f, 0x1160},	/* direction; fillers */
	{0x17b4, 0x17b5},   {0x180b, 0x180f},	/* inherent vowels, selectors */
	{0x200b, 0x200f},   {0x2028, 0x202e},	/* widths of none, direction, line ends */
	{0x2060, 0x206f},   {0x3164, 0x3164},	/* direction; filler */
	{0xd800, 0xdfff},   {0xfdd0, 0xfdef},	/* halves of pairs, no characters */
	{0xfe00, 0xfe0f},   {0xfeff, 0xfeff},	/* selectors, byte order */
	{0xffa0, 0xffa0},   {0xfff0, 0xfffb},	/* filler, annotations */
	{0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, /* shorthand and music */
	{0xe0000, 0xe0fff},			/* tags */
};

static bool is_hidden(uint32_t c)
{
	if ((c & 0xfffe) == 0xfffe)
		return true;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

size_t visible_character(const char *text, size_t len)
{
	/* The least character that needs so many bytes: a longer form of it is not valid. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char first = len ? (unsigned char)*text : 0;
	size_t size = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t c;

	if (size == 1)
		return first >= 0x20 && first != 0x7f;
	if (!size || size > len || first > 0xf4)
		return 0;
	c = first & (0x7f >> size);
	for (size_t i = 1; i < size; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	}
	return c < least[size] || c > 0x10ffff || is_hidden(c) ? 0 : size;
}

bool visible(const char *text, size_t len)
{
	for (size_t at = 0, size; at < len; at += size) {
		size = visible_character(text + at, len - at);
		if (!size)
			return false;
	}
	return true;
}

bool visible_is_escape(const char *text, size_t len)
{
	return len >= 4 && text[0] == '\\' && text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
	       isxdigit((unsigned char)text[3]);
}

bool visible_is_formula(const char *text, size_t len)
{
	size_t at = 1;

	if (len < 2 || !text[0] || !strchr("=+-@", text[0]))
		return false;
	/* A signed number is what it says. */
	while (text[0] != '=' && text[0] != '@' && at < len &&
	       (isdigit((unsigned char)text[at]) || text[at] == '.'))
		at++;
	return at == 1 || (at < len && !(len - at == 2 && !memcmp(text + at, " %", 2)));
}

char *visible_byte(char byte, char to[VISIBLE_BYTE])
{
	snprintf(to, VISIBLE_BYTE, "\\x%02x", (unsigned char)byte);
	return to;
}

size_t visible_copy(char *to, size_t size, const char *text, size_t len)
{
	size_t used = 0;

	for (size_t at = 0, part; at < len; at += part ? part : 1) {
		char byte[VISIBLE_BYTE];
		const char *from = text + at;
		size_t room;

		part = visible_character(from, len - at);
		if (!part)
			from = visible_byte(*from, byte);
		room = part ? part : VISIBLE_BYTE - 1;
		if (used + room >= size)
			break;
		memcpy(to + used, from, room);
		used += room;
	}
	if (size)
		to[used] = '\0';
	return used;
}

static char nibble(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

size_t visible_undo(char *to, size_t size, const char *text, size_t len)
{
	size_t used = 0;

	for (size_t at = 0; at < len && used + 1 < size;) {
		char byte = text[at];
		bool escaped = visible_is_escape(text + at, len - at);

		if (escaped)
			byte = (char)(nibble(text[at + 2]) << 4 | nibble(text[at + 3]));
		at += escaped && byte ? 4 : 1;
		to[used++] = escaped && !byte ? '\\' : byte;
	}
	if (size)
		to[used] = '\0';
	return used;
}
