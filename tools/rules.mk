# SPDX-License-Identifier: GPL-2.0-or-later
# How the programs are built from the Makefile's lists.

Q   := $(if $(V),,@)
say  = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(patsubst $(B)/%,%,$(2))')

# For targets that build on a user's behalf: on all CPUs, unless -j was given.
quick = --no-print-directory $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

# bpftool and ip live in sbin, which an ordinary user's PATH may lack.
export PATH := $(PATH):/usr/sbin:/sbin

MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all help clean deps FORCE

all: $(PROGRAMS:%=$(B)/%) ## build the three programs (this is what plain "make" does)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## *\(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 24

deps: ## install what is missing to build
	@tools/install-deps build

clean: ## remove everything that was built
	rm -rf $(B)

# What is compiled lies in $(B)/obj, so that $(B)/zcprof is the program and not its folder.
below   = $(shell find $(1) -name '*.c' | LC_ALL=C sort)
object  = $(patsubst %.c,$(B)/obj/%.o,$(1))
objects = $(call object,$(call below,$($(1)_DIRS)))

# A stamp changes when its text does, and then what was made by other words is made again.
define stamp
$(1): export STAMP_TEXT = $(2)
$(1): FORCE
	@mkdir -p $$(@D)
	@printf '%s\n' "$$$$STAMP_TEXT" | cmp -s - $$@ || printf '%s\n' "$$$$STAMP_TEXT" > $$@
endef
$(eval $(call stamp,$(B)/stamp/cc,$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS)))
$(eval $(call stamp,$(B)/stamp/bpf,$$(CLANG) $$(BPF_CFLAGS)))

cc_TOOLS     := $(firstword $(CC))
zcprof_TOOLS := $(CLANG) tools/bpftool
zcpath_TOOLS := $(zcprof_TOOLS)
bpf_TOOLS    := $(zcprof_TOOLS)
bpf_PKGS     := libbpf

# What a build needs is asked once, so that a missing tool is one sentence and not a compiler's guess.
$(patsubst %,$(B)/stamp/have-%,cc bpf $(PROGRAMS)): $(B)/stamp/have-%:
	@mkdir -p $(@D)
	@tools/have $($*_TOOLS) $($*_PKGS:%=pkg:%)
	@touch $@

define program
$(eval $(call stamp,$(B)/stamp/$(1),$(call objects,$(1)) $($(1)_TOOLS) $($(1)_PKGS) $($(1)_LIBS)))
$(B)/$(1): $(call objects,$(1)) $(B)/stamp/$(1)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) -o $$@ $$(filter %.o,$$^) \
		$$$$(pkg-config --libs $($(1)_PKGS)) $($(1)_LIBS)
$(filter-out $(B)/obj/record/% $(B)/obj/base/%,$(call objects,$(1))): | $(B)/stamp/have-$(1)
$(B)/stamp/have-$(1): $(B)/stamp/$(1)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(B)/obj/%.o: %.c $(B)/stamp/cc | $(B)/stamp/have-cc
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What a program was built with, as its --version says it: by pkg-config, and the compilers in their own words.
$(B)/built-with/%.h: $(B)/stamp/% $(B)/stamp/cc tools/built-with | $(B)/stamp/have-%
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)tools/built-with "$(CC)" "$($*_TOOLS)" $($*_PKGS) > $@
$(foreach p,$(PROGRAMS),$(eval $(B)/obj/$(firstword $($(p)_DIRS))/main.o: | $(B)/built-with/$(p).h))

# BPF: x.bpf.c becomes a skeleton, $(B)/bpf/x.skel.h, which only collectors/x.c, collectors/kit/x.c or datapath/x.c includes.
BPF_ARCH_x86_64  := x86
BPF_ARCH_aarch64 := arm64
BPF_ARCH_arm64   := arm64
MACHINE    := $(shell uname -m)
BPF_CFLAGS  = -g -O2 -mcpu=v3 -target bpf -D__TARGET_ARCH_$(or $(BPF_ARCH_$(MACHINE)),$(MACHINE)) -Wall -Werror -I.

$(B)/bpf/%.bpf.o: bpf/%.bpf.c $(B)/stamp/bpf | $(B)/stamp/have-bpf
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<
$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)tools/bpftool gen skeleton $< name $(subst -,_,$*)_bpf > $@

# The names of system calls, as the headers of this machine have them.
$(B)/collectors/kit/syscall_numbers.h: $(B)/stamp/cc
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)printf '#include <asm/unistd.h>\n' | $(CC) -E -dM - | \
		sed -n '/__NR_syscalls/d; s/^#define __NR_\([a-z0-9_]*\) .*/NAME(\1)/p' > $@
$(B)/obj/collectors/kit/syscall_names.o: | $(B)/collectors/kit/syscall_numbers.h

# The page of zcroi report: what web/ holds becomes bytes that zcroi includes.
$(eval $(call stamp,$(B)/stamp/npm,$$(shell command -v npm) $$(shell command -v node)))
$(B)/web/charts.js: $(wildcard web/*.js) web/package.json web/package-lock.json tools/web-charts $(B)/stamp/npm
	$(call say,WEB,$@)
	$(Q)mkdir -p $(@D)
	$(Q)tools/web-charts $(@D)
$(B)/web/licences.txt: $(B)/web/charts.js
WEB_JS := base definitions table state chart results components why flame parts distributions facts main
$(B)/web/page.js: $(WEB_JS:%=web/js/%.js)
	$(Q)mkdir -p $(@D)
	$(Q)cat $^ > $@
as_literals = sed 's/\\/\\\\/g; s/"/\\"/g; s/?/\\?/g; s/^/"/; s/$$/\\n"/'
$(B)/web/%.inc: web/% tools/rules.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(as_literals) $< > $@
$(B)/web/%.inc: $(B)/web/% tools/rules.mk
	$(Q)$(as_literals) $< > $@
WEB_BYTES := $(patsubst %,$(B)/web/%.inc,page.html page.css page.js charts.js licences.txt)
$(B)/obj/analyze/report/assets.o $(B)/fuzz/analyze/report/assets.o: | $(WEB_BYTES)
.SECONDARY: $(WEB_BYTES:.inc=)

# Until its first compilation has said which skeleton it includes, each that may include one waits for all.
SKELETONS := $(patsubst bpf/%.bpf.c,$(B)/bpf/%.skel.h,$(wildcard bpf/*.bpf.c))
$(call object,$(wildcard collectors/*.c collectors/kit/*.c) datapath/xdp.c): | $(SKELETONS)
.SECONDARY: $(SKELETONS:.skel.h=.bpf.o)

-include $(patsubst %.o,%.d,$(sort $(foreach p,$(PROGRAMS),$(call objects,$(p)))) $(SKELETONS:.skel.h=.bpf.o))
