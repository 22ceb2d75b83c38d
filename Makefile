# SPDX-License-Identifier: GPL-2.0-or-later
#
# Everything made lands in $(B). V=1 shows the commands. SAN=1 builds with ASan and UBSan, into a
# folder of its own. "make help" lists the targets; the rules are in tools/*.mk.

comma := ,

SAN    ?=
B      ?= $(if $(SAN),build/san,build)
PREFIX ?= /usr/local
CC     ?= cc
CLANG  ?= clang

VERSION  := $(shell cat VERSION)
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CFLAGS   ?= -O2 -g
SANITIZE := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -I$(B) $(WARNINGS) $(CFLAGS) $(SANITIZE)

# A program is the C files of its folders and those below them, and libraries: by pkg-config, or as the linker says them.
PROGRAMS := zcpath zcprof zcroi
zcpath_DIRS := datapath nic record base
zcprof_DIRS := zcprof collectors nic page reports record base
zcroi_DIRS  := analyze page reports record base
zcpath_PKGS := liburing libmnl libxdp libbpf
zcprof_PKGS := libbpf libmnl libdw jansson libmicrohttpd ncursesw
zcroi_PKGS  := gsl jansson
zcpath_LIBS := -pthread -lm -ldl
zcprof_LIBS := -pthread -lm -ldl
zcroi_LIBS  := -lm

include tools/rules.mk
include tools/test.mk
include tools/install.mk
include tools/lab.mk

.PHONY: demo
demo: ## install what is missing, build, run a small experiment, print the tables
	@tools/install-deps demo
	@+$(MAKE) $(quick) all
	@B=$(B) tools/demo
