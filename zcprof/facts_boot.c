// SPDX-License-Identifier: GPL-2.0-or-later
#include "zcprof/facts_boot.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "collectors/kit/sysfs.h"

/*
 * Of /proc/cmdline what changes what things cost; all else says where a disk is, or is nobody's business.
 * Documentation/admin-guide/kernel-parameters.txt
 */
static const char *const boot_options[] = {
	"amd_iommu*",
	"amd_pstate*",
	"apparmor*",
	"audit*",
	"clearcpuid*",
	"clocksource*",
	"cpufreq*",
	"debug_pagealloc*",
	"default_hugepagesz*",
	"hpet*",
	"hugepage*",
	"idle*",
	"init_on_*",
	"intel_idle*",
	"intel_iommu*",
	"intel_pstate*",
	"iommu*",
	"irqaffinity*",
	"isolcpus*",
	"kasan*",
	"kfence*",
	"kmemleak*",
	"lsm*",
	"maxcpus*",
	"mitigations*",
	"nmi_watchdog*",
	"nohz*",
	"nopti",
	"nosmp",
	"nosmt*",
	"nr_cpus*",
	"numa*",
	"page_owner*",
	"page_poison*",
	"pci*",
	"pcie_aspm*",
	"preempt*",
	"processor.*",
	"pti*",
	"rcu_nocbs*",
	"rcutree.*",
	"rodata*",
	"security*",
	"selinux*",
	"skew_tick*",
	"slab_*",
	"slub_*",
	"spec*",
	"swiotlb*",
	"threadirqs",
	"transparent_hugepage*",
	"tsc*",
	"tsx*",
};

static bool is_boot_option(const char *word)
{
	for (size_t i = 0; i < sizeof(boot_options) / sizeof(*boot_options); i++)
		if (!fnmatch(boot_options[i], word, 0))
			return true;
	return false;
}

void facts_boot(struct writer *w)
{
	char line[2048], told[512] = "", *rest = line;
	size_t used = 0;

	if (sysfs_text(line, sizeof(line), "/proc/cmdline"))
		return;
	/* Behind "--" are words for the first process. */
	for (char *word; (word = strtok_r(rest, " \t\n", &rest)) && strcmp(word, "--") != 0 &&
			 used < sizeof(told);)
		if (is_boot_option(word))
			used += snprintf(told + used, sizeof(told) - used, "%s%s", used ? " " : "",
					 word);
	writer_fact(w, END_HOST, METRIC_fact_kernel, "boot options", used ? told : "none");
}
