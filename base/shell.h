/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands that a person is told to run: what a file system or a record says in them may be anything, and a
 * shell is to take it as one word.
 *
 *   shell_quoted()  the text between single quotes, to be freed
 */
#ifndef BASE_SHELL_H
#define BASE_SHELL_H

char *shell_quoted(const char *text);

#endif
