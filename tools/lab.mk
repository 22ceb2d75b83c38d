# SPDX-License-Identifier: GPL-2.0-or-later
# The lab: zero copy in a virtual machine, with a network card in software (lab/README.md).

LAB_KERNEL  ?= 7.2
LAB_MTU     ?= 4148
LAB_TIMEOUT ?= 600

lab_run = PATH="$(abspath $(B)):$$PATH" BUILD="$(abspath $(B))" lab/run --kernel $(LAB_KERNEL) --mtu $(LAB_MTU)

.PHONY: lab lab-ready lab-run lab-two lab-kernels lab-studies lab-demo lab-soak lab-selftests

lab-ready:
	@tools/install-deps lab
	@+$(MAKE) $(quick) all
	@lab/first $(LAB_KERNEL)

lab: lab-ready ## a shell in a virtual machine where zcrx and devmem run (LAB_KERNEL, LAB_MTU)
	@$(lab_run) --timeout 0 --terminal --out $(B)/lab -- lab/shell

lab-run: export CMD := $(value CMD)
lab-run: lab-ready ## one command there: CMD='ip netns exec rx ethtool -g zcnic0' (LAB_TIMEOUT seconds)
	@[ -n "$$CMD" ] || { echo "lab-run: give it a command: make lab-run CMD='zcpath paths'" >&2; exit 2; }
	@$(lab_run) --timeout $(LAB_TIMEOUT) --out $(B)/lab -- bash -c "$$CMD"

lab-two: export CMD := $(value CMD)
lab-two: lab-ready ## a shell, or CMD, in one of two virtual machines with a wire and ssh between them: 'ssh far' is the other
	@PATH="$(abspath $(B)):$$PATH" lab/two --kernel $(LAB_KERNEL) --mtu $(LAB_MTU) --out $(B)/lab/two \
		$${CMD:+--timeout $(LAB_TIMEOUT)} $$([ -n "$$CMD" ] || echo --timeout 0 --terminal) -- bash $${CMD:+-c "$$CMD"}

lab-kernels: lab-ready ## a STUDY (studies/kernels.plan) on each of KERNELS (6.12 7.2 7.3) by the clock of instructions, and what changed
	@tools/lab-kernels $(B) $(or $(STUDY),kernels) $(or $(KERNELS),6.12 7.2 7.3)

lab-studies: lab-ready ## a STUDY of studies/ there, OPTIONS='--seconds 1 --repeat 2', beside what was published; goes on where it was; in $(B)/lab/studies/
	@[ -n "$(STUDY)" ] || { echo "lab-studies: give it a study: make lab-studies STUDY=read-size; studies/run says which there are" >&2; exit 2; }
	@tools/lab-studies $(B) $(STUDY) $(LAB_KERNEL) $(OPTIONS)

lab-demo: lab-ready ## copy, zcrx and devmem there, with and without HW GRO, on one and two CPUs: tables, and records in $(B)/lab/demo/
	@B=$(B) LAB_KERNEL=$(LAB_KERNEL) tools/lab-demo

# In its memory, for by the clock of instructions minutes pass while it waits for a file of this host.
lab-soak: lab-ready ## SECONDS (3600) of verified transfers there, with losses and late interrupts, over every zero-copy path; by CLOCK (host)
	@$(lab_run) --timeout $$(($(or $(SECONDS),3600) + 600)) --clock $(or $(CLOCK),host) --out $(B)/lab/soak \
		--only $(B)/zcpath --only tests/lab/soak.sh -- \
		env SOAK_SECONDS=$(or $(SECONDS),3600) BUILD="$(abspath $(B))" bash tests/lab/soak.sh

lab-selftests: ## the kernel's own tests of devmem and zcrx there, unmodified, of its own version; logs in $(B)/lab/selftests/
	@tools/install-deps lab
	@OUT=$(abspath $(B))/lab/selftests lab/selftests $(LAB_KERNEL)
