# SPDX-License-Identifier: GPL-2.0-or-later
#
#   make demo    install what is missing, build, run a small experiment, print the tables
#   make test    install what is missing, build, run every test that this machine can run
#   make         build only            make help    every target
#
# Everything made lands in $(B). V=1 shows the commands. SAN=1 builds with ASan and UBSan.

B      ?= build
PREFIX ?= /usr/local
CC     ?= cc
CLANG  ?= clang
Q      := $(if $(V),,@)
say     = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

VERSION  := $(shell cat VERSION)
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes
CFLAGS   ?= -O2 -g
SANITIZE := $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS := -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -I. -I$(B) $(WARNINGS) $(CFLAGS) $(SANITIZE)

# A program is the C files of its folders and the libraries of its own.
PROGRAMS := zcpath zcprof zcroi
zcpath_DIRS := datapath nic record base
zcprof_DIRS := collectors nic record base
zcroi_DIRS  := analyze record base
zcpath_PKGS := liburing libmnl
zcprof_PKGS := libbpf libmnl libdw
zcroi_PKGS  := gsl jansson
zcpath_LIBS := -pthread
zcprof_LIBS := -pthread
zcroi_LIBS  := -lm

include tools/rules.mk
