/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What bpf/skb.bpf.c counts, as collectors/skb.c reads it. */
#ifndef BPF_SKB_H
#define BPF_SKB_H

#include "bpf/tally.h"

enum skb_counter { SKB_RECEIVED, SKB_BYTES, SKB_LINEAR, SKB_SEGMENTS };
enum skb_histogram { SKB_SIZE, SKB_FRAGS };

#endif
