/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person sees of a window that goes on, and the keys by which it is chosen. What is said
 * meanwhile (base/say.h) stands on the screen, and behind it when it is left.
 *
 *   screen_open()   NULL: this terminal cannot
 *   screen_title()  what is measured now, anew; the text has to outlive it
 *   screen_device() the bytes of that end are those of a device
 *   screen_absent() a source that does not, at the end of a machine, and why
 *   screen_over()   nothing is measured any more
 *   screen_show()   the figures of the last look
 *   screen_keys()   does what the keys that were pressed ask of the screen itself, and returns what they
 *                   ask of others; also after its size has changed, or something was said
 *   screen_close()  the terminal as it was; NULL is fine
 */
#ifndef ZCPROF_WATCH_SCREEN_H
#define ZCPROF_WATCH_SCREEN_H

#include "zcprof/watch/series.h"

enum screen_wish { WISH_NOTHING, WISH_QUIT, WISH_SAVE };

struct screen;

struct screen *screen_open(void);
void screen_title(struct screen *s, const char *title);
void screen_device(struct screen *s, enum record_end end);
void screen_absent(struct screen *s, enum record_end end, const char *source, const char *why);
void screen_over(struct screen *s);
void screen_show(struct screen *s, const struct series *series);
enum screen_wish screen_keys(struct screen *s);
void screen_close(struct screen *s);

#endif
