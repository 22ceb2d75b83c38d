/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Figures of a run that no metric holds and that say what held it up. Each is of one end, and NAN
 * where the record does not tell.
 *
 *   figure_busiest()      % of the window for which the busiest of the end's CPUs was busy
 *   figure_idle()         100 less that
 *   figure_waited()       % of the window for which a thread of the end could run and waited for a CPU that did not run
 *                         ksoftirqd, which does the network's own work, nor the end's other threads
 *   figure_slowed()       how many times as long a thread took, of those that waited most so, for it had to
 *                         share its CPU: run and wait by run
 *   figure_asleep()       % of the window for which the busiest thread of the end neither ran nor waited for a CPU
 *   figure_stopped()      % of the window for which the thread that was stopped longest was stopped
 *   figure_others()       % of the window for which the end's CPUs ran neither its threads nor softirqs
 *   figure_throughput()   Gbit/s
 *   figure_paced()        throughput in % of what --pacing, or the program itself, allows all flows together
 *   figure_shaped()       throughput in % of the rate of the sender's queueing discipline (of htb its widest class)
 *   figure_pacing_rate()  what --pacing allows all flows together, in Gbit/s; NAN where throughput is far below it
 *   figure_shaping_rate() the rate of the sender's queueing discipline, in the same way
 *   figure_tracing()      % of the window that the end's CPUs took for BPF, perf and tracepoints
 *   figure_answers()      answers a second, of --rpc
 *   figure_asked_for()    answers in % of the requests that --rate says; 0 where it says none
 *   figure_asked()        these requests; NAN where it says none, or far more than were answered
 *   figure_receive()      bytes that one receive brought
 *   figure_send_calls()   sends per GB: system calls that move data, or completions of io_uring
 *   figure_packet()       bytes in a packet that left the sender's device
 *   figure_batch()        segments that GRO merged to one skb
 *   figure_polled()       packets that one NAPI poll of the end's CPUs took in
 *   figure_cpus()         how many CPUs the end has; NAN where it may run on any
 *   figure_allowed()      on how many CPUs the end's threads may run, all together, when the window closes
 *   figure_moved()        % of them that were put on other CPUs in the window
 *   figure_shared()       % of the end's CPUs that are the other end's too
 *   figure_release()      ns of a call that gives buffers of device memory back (setsockopt)
 *   figure_delay()        ns from the protocols to the first copy to the receiver
 *   figure_zc_send()      bytes given to one send of a zero-copy path; NAN of others
 *   figure_leaving_idle() % of the window that the CPUs take to leave their idle states, by what the kernel expects
 *   figure_retransmitted()  segments sent again in a million
 *   figure_delaying_retransmits()  the same, and 0 where they held nothing up: a few of a sender whose CPU was busy all
 *                         the time, or so few that far more would get through, and none waited for a timer
 *   figure_header_pages() pages per GB that came back through the ring of a pool beside that of payload in memory of a
 *                         device or of io_uring; NAN where there is no such payload
 *   figure_rx_buf_len()   bytes in a buffer of zcrx, as the kernel says; NAN where it does not
 *   figure_enters()       calls of io_uring_enter per GB, in a record that other tools made: ours know more of a ring
 *   figure_iowait()       % of the window that the end's CPUs were billed for as iowait, in such a record
 *   figure_copied()       % of the bytes of a zero-copy path that were copied
 *   figure_zcrx_copied()  the same of a receiver with zcrx, and 0 of any other
 *   figure_is_of_path()   whether a metric that is counted by CPU is of a mechanism that the end's path uses: else what
 *                         was counted is another program's
 *   figure_is_far()       whether the rate of the end's queueing discipline is far above what its busy CPU brings: HTB waits
 *                         for a tick after a burst, and says so in overlimits, without holding anything up
 */
#ifndef ANALYZE_CAUSES_FIGURES_H
#define ANALYZE_CAUSES_FIGURES_H

#include "analyze/load/run.h"

double figure_busiest(const struct run *run, enum record_end end);
double figure_idle(const struct run *run, enum record_end end);
double figure_waited(const struct run *run, enum record_end end);
double figure_slowed(const struct run *run, enum record_end end);
double figure_asleep(const struct run *run, enum record_end end);
double figure_stopped(const struct run *run, enum record_end end);
double figure_others(const struct run *run, enum record_end end);
double figure_throughput(const struct run *run, enum record_end end);
double figure_paced(const struct run *run, enum record_end end);
double figure_pacing_rate(const struct run *run, enum record_end end);
double figure_shaped(const struct run *run, enum record_end end);
double figure_shaping_rate(const struct run *run, enum record_end end);
double figure_tracing(const struct run *run, enum record_end end);
double figure_answers(const struct run *run, enum record_end end);
double figure_asked(const struct run *run, enum record_end end);
double figure_asked_for(const struct run *run, enum record_end end);
double figure_receive(const struct run *run, enum record_end end);
double figure_send_calls(const struct run *run, enum record_end end);
double figure_packet(const struct run *run, enum record_end end);
double figure_batch(const struct run *run, enum record_end end);
double figure_polled(const struct run *run, enum record_end end);
double figure_cpus(const struct run *run, enum record_end end);
double figure_moved(const struct run *run, enum record_end end);
double figure_allowed(const struct run *run, enum record_end end);
double figure_shared(const struct run *run, enum record_end end);
double figure_release(const struct run *run, enum record_end end);
double figure_delay(const struct run *run, enum record_end end);
double figure_zc_send(const struct run *run, enum record_end end);
double figure_leaving_idle(const struct run *run, enum record_end end);
double figure_retransmitted(const struct run *run, enum record_end end);
double figure_delaying_retransmits(const struct run *run, enum record_end end);
double figure_header_pages(const struct run *run, enum record_end end);
double figure_rx_buf_len(const struct run *run, enum record_end end);
double figure_enters(const struct run *run, enum record_end end);
double figure_iowait(const struct run *run, enum record_end end);
double figure_copied(const struct run *run, enum record_end end);
double figure_zcrx_copied(const struct run *run, enum record_end end);
bool figure_is_far(const struct run *run, enum record_end end);
bool figure_is_of_path(const struct run *run, enum record_end end, enum metric_id id);

#endif
