// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sensors of power and energy (Documentation/hwmon/sysfs-interface.rst): microwatts and
 * microjoules. Those of GPUs are the meter "gpu".
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collectors/power/own.h"
#include "collectors/kit/sysfs.h"

#define CHIPS "/sys/class/hwmon/hwmon*"

static const char *const gpus[] = {"amdgpu", "i915", "xe", "nouveau"};

static bool is_gpu(const char *chip)
{
	for (size_t i = 0; i < sizeof(gpus) / sizeof(*gpus); i++)
		if (!strcmp(chip, gpus[i]))
			return true;
	return false;
}

/*
 * What a sensor measures is known for few: ACPI's meter has all of the machine, sockets of
 * amd_energy are packages. Others may hold one another, so that no sum of them is right.
 */
static bool adds(const char *chip, const char *label)
{
	return is_gpu(chip) || !strcmp(chip, "power_meter") ||
	       (!strcmp(chip, "amd_energy") && !strncmp(label, "Esocket", 7));
}

/* kind: "power" or "energy"; file: what of it is read. */
static bool add_sensor(struct own_power *o, int meter, const char *path, const char *chip,
		       const char *kind, int number, const char *file)
{
	int fd = sysfs_open("%s/%s%d_%s", path, kind, number, file);
	char label[24], name[56];
	struct own_part *part;

	if (fd < 0)
		return false;
	if (sysfs_text(label, sizeof(label), "%s/%s%d_label", path, kind, number))
		snprintf(label, sizeof(label), "%s%d", kind, number);
	snprintf(name, sizeof(name), "%s/%s", chip, label);
	part = own_power_add(o, meter, name);
	if (!part)
		return false;
	part->fd = fd;
	part->read = own_power_sysfs;
	part->counts = *kind == 'e';
	part->adds = adds(chip, label);
	part->unit = 1e-6;
	part->every_s = 0.1;
	return true;
}

/* Sensors of a chip are numbered from 1, or from 0, maybe with gaps. */
enum { SENSORS = 130 };

void own_hwmon_scan(struct own_power *o, int meter, bool of_gpus)
{
	glob_t found = {0};

	glob(CHIPS, 0, NULL, &found);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		char chip[32];

		if (sysfs_text(chip, sizeof(chip), "%s/name", path) || is_gpu(chip) != of_gpus)
			continue;
		for (int n = 0; n < SENSORS; n++)
			/* Energy has no gaps between readings; an average says less of a window. */
			if (!add_sensor(o, meter, path, chip, "energy", n, "input") &&
			    !add_sensor(o, meter, path, chip, "power", n, "input"))
				add_sensor(o, meter, path, chip, "power", n, "average");
	}
	globfree(&found);
}

/* ACPI's meter has the sockets in it. */
static void only_whole(struct own_power *o, int meter)
{
	bool whole = false;

	for (size_t i = 0; i < o->count; i++)
		whole = whole || (o->parts[i].meter == meter &&
				  !strncmp(o->parts[i].name, "power_meter/", 12));
	for (size_t i = 0; whole && i < o->count; i++)
		if (o->parts[i].meter == meter && strncmp(o->parts[i].name, "power_meter/", 12) != 0)
			o->parts[i].adds = false;
}

void own_hwmon_find(struct own_power *o, int meter, char *why, size_t why_size)
{
	(void)why;
	(void)why_size;
	own_hwmon_scan(o, meter, false);
	only_whole(o, meter);
}
