# `make demo` and `make test` set up what they need, in .tools/ and target/; the others are parts of them.
# `make test TTA_PROMOTE_NEEDS_ENGINE=` lets the tests with a real Docker engine be left out, which they say loudly.

UV_VERSION := 0.13.9
UV := .tools/uv-$(UV_VERSION)/bin/uv
# The project's own tools first: what is tested is what is pinned.
export PATH := $(CURDIR)/.tools/uv-$(UV_VERSION)/bin:$(PATH)
SNAPSHOTS := $(CURDIR)/target/snapshots-referenced.txt

# Where a private Docker engine can be started, its tests may not be left out in silence.
export TTA_PROMOTE_NEEDS_ENGINE ?= $(shell [ "$$(id -u)" = 0 ] && [ "$$(uname -s)" = Linux ] && echo 1)

.PHONY: help demo test e2e setup tools world browser check-format lint docs test-rust check-snapshots bench clean

help:
	@echo 'make demo    set up what is needed and verify the bundled component carbon with the real tools'
	@echo 'make test    set up what is needed and run every check and test'
	@echo 'make e2e     the whole way of a promotion and back, on the real tools, engine and Prometheus'
	@echo 'make bench   measure reading speed, own overhead, and verify against the plain commands'
	@echo 'make setup   only set up'
	@echo 'make clean   remove what was set up and built'

demo: tools
	@[ -x target/release/tta-promote ] || echo 'building, which takes a few minutes the first time'
	@cargo build --release --locked --quiet
	target/release/tta-promote verify carbon

test: setup check-format lint docs test-rust check-snapshots

setup: tools world browser

tools: $(UV)
	@command -v node >/dev/null || { echo 'error: pyright needs node; install the package nodejs' >&2; exit 1; }
	@command -v git >/dev/null || { echo 'error: git is needed' >&2; exit 1; }

# A Docker engine, both composes and gh, for tests: unpacked, not installed.
world:
	@scripts/setup-world.sh

# Chromium and axe-core, for tests of pages: unpacked, not installed.
browser:
	@scripts/setup-browser.sh

# Into a folder of its own, so that nothing of the system is touched; renamed last, so that it is whole or not there.
$(UV):
	@echo 'setting up uv $(UV_VERSION)'
	@rm -rf .tools/uv-new && mkdir -p .tools
	@python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action=ignore \
		--target .tools/uv-new 'uv==$(UV_VERSION)'
	@rm -rf '.tools/uv-$(UV_VERSION)' && mv .tools/uv-new '.tools/uv-$(UV_VERSION)'

check-format:
	cargo fmt --check

lint:
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --test e2e -- -D warnings

docs:
	RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --document-private-items --quiet

test-rust: export INSTA_UPDATE := no
test-rust: export INSTA_SNAPSHOT_REFERENCES_FILE := $(SNAPSHOTS)
test-rust:
	@mkdir -p target && rm -f '$(SNAPSHOTS)'
	cargo test --locked

# A snapshot that no test reads looks like a promise and is none.
check-snapshots: test-rust
	@find "$$PWD/src" "$$PWD/tests" -name '*.snap' | sort >target/snapshots-there.txt
	@sort -u '$(SNAPSHOTS)' | comm -13 - target/snapshots-there.txt >target/snapshots-unreferenced.txt
	@if [ -s target/snapshots-unreferenced.txt ]; then \
		echo 'error: no test reads these snapshots; remove them:' >&2; cat target/snapshots-unreferenced.txt >&2; exit 1; fi

# One test that says what it does, and how long each step takes.
e2e: setup
	cargo test --locked --test e2e -- --nocapture

bench: tools
	cargo bench --locked

clean:
	cargo clean
	rm -rf .tools
