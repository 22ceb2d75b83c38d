// SPDX-License-Identifier: GPL-2.0-or-later
/* What checks call. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collectors/kit/sysfs.h"
#include "nic/device.h"
#include "zcprof/doctor/doctor.h"

int doctor_text(const struct doctor *d, char *text, size_t size, const char *path)
{
	char whole[512];
	FILE *file;
	int result = -1;

	snprintf(whole, sizeof(whole), "%s%s", d->root, path);
	file = fopen(whole, "re");
	if (!file)
		return -1;
	if (fgets(text, (int)size, file)) {
		text[strcspn(text, "\n")] = '\0';
		result = *text ? 0 : -1;
	}
	fclose(file);
	return result;
}

bool doctor_exists(const struct doctor *d, const char *path)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "%s%s", d->root, path);
	return !access(whole, F_OK);
}

int doctor_device(const struct doctor *d)
{
	char path[512];
	int fd;

	if (!*d->root)
		return device_folder(d->iface);
	snprintf(path, sizeof(path), "%s/sys/class/net/%s", d->root, d->iface);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int doctor_device_text(const struct doctor *d, char *text, size_t size, const char *file)
{
	int folder = doctor_device(d);
	int result = folder < 0 ? -1 : sysfs_text_at(text, size, folder, file);

	if (folder >= 0)
		close(folder);
	return result;
}

void doctor_found(struct doctor_row *row, enum doctor_state state, const char *format, ...)
{
	va_list args;

	row->state = state;
	va_start(args, format);
	vsnprintf(row->found, sizeof(row->found), format, args);
	va_end(args);
}

void doctor_mend(struct doctor_row *row, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row->mend, sizeof(row->mend), format, args);
	va_end(args);
}
