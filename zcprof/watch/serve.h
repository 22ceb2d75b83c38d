/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One text, served by HTTP on 127.0.0.1: GET /metrics. A thread of its own answers, up to 32 clients
 * at a time; each has five seconds for all of its request, however it spreads them, and serve_close()
 * waits for none.
 *
 *   serve_open()   listen; NULL with why filled in
 *   serve_text()   what is answered from now on; takes the text
 *   serve_close()  safe at any time
 */
#ifndef ZCPROF_WATCH_SERVE_H
#define ZCPROF_WATCH_SERVE_H

#include <stddef.h>
#include <stdint.h>

struct serve;

/* port 0: any that is free, see serve_port(). */
struct serve *serve_open(uint16_t port, char *why, size_t why_size);
uint16_t serve_port(const struct serve *s);
void serve_text(struct serve *s, char *text, size_t len);
void serve_close(struct serve *s);

#endif
