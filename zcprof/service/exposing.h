/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures of all windows of each rule, added up, for Prometheus.
 *
 *   exposing_open()     *to stays NULL where nobody asked for it; 0, or -1 after saying why
 *   exposing_record()   add those of a record, whose window was so long
 *   exposing_failed()   count a window without one
 *   exposing_publish()  what is read from now on
 *   exposing_close()
 *
 * All but exposing_open() may be given NULL. Of a thread its name is kept and its number is not, which
 * another has after a restart. At most 5,000 figures of a rule are kept; of how many there was no room is told
 * too. Functions of the profile are none of them.
 */
#ifndef ZCPROF_SERVICE_EXPOSING_H
#define ZCPROF_SERVICE_EXPOSING_H

#include "zcprof/service/settings.h"

struct exposing;

int exposing_open(struct exposing **to, const struct service_settings *settings);
void exposing_record(struct exposing *e, size_t rule, const char *path, double seconds);
void exposing_failed(struct exposing *e, size_t rule);
void exposing_publish(struct exposing *e);
void exposing_close(struct exposing *e);

#endif
