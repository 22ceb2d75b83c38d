/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of others (names of threads, cgroups and devices, what a far end, a child or a file says) as
 * it may reach a record, a page or a terminal: valid UTF-8 without control characters, without marks
 * that turn the direction of writing, and without characters that nobody sees. Every other byte is
 * written as \xNN.
 *
 *   visible_character()   how many bytes the character at the start of a text has; 0: it may not be
 *                         shown, and its first byte is to be written as \xNN
 *   visible()             may all of it be shown as it is?
 *   visible_copy()        a copy that may be
 *   visible_is_escape()   does it begin with what looks like such a byte? Whoever writes a text for
 *                         the first time writes that backslash as a byte too, so that \xNN always
 *                         means one; a text that is handed on is left as it is.
 *   visible_undo()        the text of which a record holds that: each \xNN the byte that it means
 *   visible_is_formula()  would a spreadsheet compute it?
 */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>

/* Of one byte, and a NUL. */
#define VISIBLE_BYTE 5

size_t visible_character(const char *text, size_t len);
bool visible(const char *text, size_t len);
bool visible_is_escape(const char *text, size_t len);
bool visible_is_formula(const char *text, size_t len);

/* A byte as \xNN. Returns to. */
char *visible_byte(char byte, char to[VISIBLE_BYTE]);

/* What does not fit is left out, in whole characters. Returns the length of the copy, which ends in NUL. */
size_t visible_copy(char *to, size_t size, const char *text, size_t len);

/* A NUL stays as it is written. Returns the length of the copy, which ends in NUL; what does not fit is left out. */
size_t visible_undo(char *to, size_t size, const char *text, size_t len);

#endif
