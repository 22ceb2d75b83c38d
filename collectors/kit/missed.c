// SPDX-License-Identifier: GPL-2.0-or-later
#include "collectors/kit/missed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

void missed_read(struct missed *m, const struct bpf_object *object, enum edge edge)
{
	struct bpf_program *program = NULL;

	m->runs[edge] = 0;
	m->known[edge] = true;
	while ((program = bpf_object__next_program(object, program))) {
		struct bpf_prog_info info = {0};
		__u32 size = sizeof(info);

		if (!bpf_program__autoload(program))
			continue;
		if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size))
			m->known[edge] = false;
		else
			m->runs[edge] += info.recursion_misses;
	}
}

void missed_row(const struct missed *m, struct writer *w, enum metric_id lost, uint64_t beside,
		double scale)
{
	double missed = (double)(m->runs[EDGE_CLOSE] - m->runs[EDGE_OPEN]);

	if (m->known[EDGE_OPEN] && m->known[EDGE_CLOSE])
		writer_u64(w, WINDOW, END_HOST, lost, NULL,
			   beside + (uint64_t)(missed * scale + 0.5));
	else
		writer_absent_metric(w, END_HOST, lost,
				     "how often the kernel turned its programs away could not be read at an edge of the window");
}
