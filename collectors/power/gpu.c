// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The meters of GPUs: those that hwmon knows, and NVIDIA's by their management library, which is
 * loaded when it is there and never needed to build.
 */
#include <dlfcn.h>
#include <stdio.h>

#include "base/say.h"
#include "collectors/power/own.h"

/* The part of NVML's stable interface that is used: nvml.h of CUDA 8 and later. */
typedef struct nvml_device *nvml_device;
enum { NVML_SUCCESS = 0 };

static struct {
	void *library;
	int (*init)(void);
	int (*shutdown)(void);
	int (*count)(unsigned int *count);
	int (*device)(unsigned int index, nvml_device *device);
	int (*power_mw)(nvml_device device, unsigned int *milliwatts);
	int (*energy_mj)(nvml_device device, unsigned long long *millijoules);
} nvml;

static bool find_symbols(void)
{
	const struct {
		const char *name;
		void *into;
	} wanted[] = {
		{"nvmlInit_v2", &nvml.init},
		{"nvmlShutdown", &nvml.shutdown},
		{"nvmlDeviceGetCount_v2", &nvml.count},
		{"nvmlDeviceGetHandleByIndex_v2", &nvml.device},
		{"nvmlDeviceGetPowerUsage", &nvml.power_mw},
		/* Since CUDA 9.2; GPUs before Volta do not support it. */
		{"nvmlDeviceGetTotalEnergyConsumption", &nvml.energy_mj},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		*(void **)wanted[i].into = dlsym(nvml.library, wanted[i].name);
		if (!*(void **)wanted[i].into)
			return false;
	}
	return true;
}

static int read_energy(const struct own_part *part, uint64_t *number)
{
	unsigned long long millijoules;

	if (nvml.energy_mj(part->handle, &millijoules) != NVML_SUCCESS)
		return -1;
	*number = millijoules;
	return 0;
}

static int read_power(const struct own_part *part, uint64_t *number)
{
	unsigned int milliwatts;

	if (nvml.power_mw(part->handle, &milliwatts) != NVML_SUCCESS)
		return -1;
	*number = milliwatts;
	return 0;
}

static void add_nvidia(struct own_power *o, int meter, unsigned int index)
{
	struct own_part *part, probe = {0};
	uint64_t number;
	nvml_device device;
	char name[32];

	if (nvml.device(index, &device) != NVML_SUCCESS)
		return;
	probe.handle = device;
	probe.counts = !read_energy(&probe, &number);
	if (!probe.counts && read_power(&probe, &number))
		return;
	snprintf(name, sizeof(name), "nvidia%u", index);
	part = own_power_add(o, meter, name);
	if (!part)
		return;
	part->handle = device;
	part->counts = probe.counts;
	part->read = probe.counts ? read_energy : read_power;
	part->adds = true;
	part->unit = 1e-3;
	part->every_s = 0.1;
}

void own_gpu_find(struct own_power *o, int meter, char *why, size_t why_size)
{
	unsigned int count = 0;

	(void)why;
	(void)why_size;
	own_hwmon_scan(o, meter, true);
	nvml.library = dlopen("libnvidia-ml.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!nvml.library)
		return;
	if (!find_symbols() || nvml.init() != NVML_SUCCESS) {
		say_detail("libnvidia-ml.so.1 is here, but says nothing of a GPU");
		dlclose(nvml.library);
		nvml.library = NULL;
		return;
	}
	if (nvml.count(&count) != NVML_SUCCESS)
		return;
	for (unsigned int i = 0; i < count; i++)
		add_nvidia(o, meter, i);
}

void own_gpu_let_go(void)
{
	if (!nvml.library)
		return;
	nvml.shutdown();
	dlclose(nvml.library);
	nvml.library = NULL;
}
