# SPDX-License-Identifier: GPL-2.0-or-later
# The rules behind the Makefile's lists.

, := ,
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.PHONY: all
all: $(PROGRAMS:%=$(B)/%)

sources = $(foreach d,$($(1)_DIRS),$(wildcard $(d)/*.c))
objects = $(patsubst %.c,$(B)/%.o,$(call sources,$(1)))
pkg     = $(if $($(1)_PKGS),$(shell pkg-config $(2) $($(1)_PKGS)))

define program
$(B)/$(1): $(call objects,$(1))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(LDFLAGS) -o $$@ $$^ $(call pkg,$(1),--libs) $($(1)_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(B)/%.o: %.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# BPF: x.bpf.c becomes a skeleton, $(B)/bpf/x.skel.h, which only collectors/x.c includes.
$(B)/bpf/%.bpf.o: bpf/%.bpf.c
	$(call say,BPF,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -O2 -target bpf -D__TARGET_ARCH_x86 -Wall -Werror -I. -MMD -MP -MF $(@:.o=.d) -c -o $@ $<
$(B)/bpf/%.skel.h: $(B)/bpf/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)bpftool gen skeleton $< name $*_bpf > $@

SKELETONS := $(patsubst bpf/%.bpf.c,$(B)/bpf/%.skel.h,$(wildcard bpf/*.bpf.c))
$(patsubst %.c,$(B)/%.o,$(wildcard collectors/*.c)): | $(SKELETONS)

-include $(shell find $(B) -name '*.d' 2>/dev/null)
