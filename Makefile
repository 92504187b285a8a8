# Everything is installed into .venv in this folder, nothing into the system Python.
# Works with GNU Make 3.81 and newer.
#
#   make PYTHON=python3.12 demo      another Python to make .venv with
#   make demo ARGS="--help"          arguments for the command that is run
#   make lesson N=03                 this lesson

PYTHON ?= python3
ARGS ?=
N ?=
SHELL = /bin/sh
comma := ,

# What .venv holds, each an empty file. Without .venv/.ready, .venv is made afresh.
READY   = .venv/.ready
DEV     = .venv/.dev
BROWSER = .venv/.browser
EXTRAS  = .venv/.extras
PEERS   = .venv/.peers
EXPRESS = build/express/.ready
EXPRESS_PEER = build/peers/.ready
AXE     = build/axe/.ready

# The goal to name in advice: "make PYTHON=python3.12 demo".
GOAL = $(firstword $(MAKECMDGOALS) help)
SAME = $(if $(filter-out python3,$(PYTHON)), PYTHON=$(PYTHON))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup demo tour lesson lessons exercise browser express check test test-slow lint bench bench-peers extras clean readme pictures lock FORCE

help: ## list the targets (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

setup: $(READY) ## make .venv with what the sandbox needs to run

demo: $(READY) ## watch a login in five stops, then log in yourself
	@exec .venv/bin/python -m sandbox demo $(ARGS)

tour: $(READY) ## a scripted visit: how a cookie is accepted and refused
	@exec .venv/bin/python -m sandbox tour $(ARGS)

lesson: $(READY) ## the next lesson that is not finished, or N=03
	@exec .venv/bin/python -m sandbox lesson $(N) $(ARGS)

lessons: $(READY) ## how far you are in the lessons
	@exec .venv/bin/python -m sandbox lesson --list $(ARGS)

exercise: $(READY) ## write a piece of a login yourself: the next one, or N=04
	@exec .venv/bin/python -m sandbox exercise $(N) $(ARGS)

browser: $(BROWSER) ## add Playwright, for the steps of lessons that Chromium does

express: $(EXPRESS) ## add Express and Passport for lesson 11 (needs Node)
	@echo "Now run: make lesson N=11" >&2

check: $(READY) ## examine your answers once, all of them or N=04
	@exec .venv/bin/python -m sandbox check $(N) $(ARGS)

test: $(DEV) ## run the tests that need no browser, about three minutes
	@exec .venv/bin/python -m pytest -m "not slow" $(ARGS)

test-slow: $(BROWSER) $(AXE) ## run the tests that need Chromium or take seconds
	@exec .venv/bin/python -m pytest -m slow $(ARGS)

lint: $(DEV) ## check style, formatting, types, lessons and exercises
	.venv/bin/python -m ruff check .
	.venv/bin/python -m ruff format --check .
	.venv/bin/python -m mypy --strict sandbox
	.venv/bin/python -m sandbox lesson --lint
	.venv/bin/python -m sandbox exercise --lint

bench: $(DEV) ## measure: ratios from one run (quicker: ARGS=--quick)
	@exec .venv/bin/python -m sandbox bench $(ARGS)

bench-peers: $(PEERS) $(EXPRESS_PEER) ## add Flask and Express, which bench then compares with
	@echo "Now run: make bench" >&2

extras: $(EXTRAS) ## add Redis and several workers

clean: ## remove .venv, caches and build artefacts (work/ stays)
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . \( -path ./work -o -path ./.git \) -prune -o \
		-type d -name __pycache__ -prune -exec rm -rf {} +

readme: $(DEV) ## run a login and put its trace into the README
	@exec .venv/bin/python -m tests.readme_trace

pictures: $(BROWSER) ## take the README's pictures of the inspector (needs Chromium)
	@exec .venv/bin/python -m tests.pictures

# Needs no .venv: after a change in pyproject.toml the old pins may no longer fit.
lock: ## remake requirements.txt (to take newer versions: make lock ARGS=--upgrade)
	@if command -v uv >/dev/null 2>&1; then uv=uv; else \
		$(check_python); \
		uv=build/lock/bin/uv; \
		test -x $$uv || { "$(PYTHON)" -m venv build/lock && build/lock/bin/python -m pip \
			install -qq --disable-pip-version-check uv; } || exit 1; \
	fi; \
	$$uv pip compile --quiet --universal --python-version 3.10 --all-extras \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
		$(ARGS) --output-file requirements.txt pyproject.toml >/dev/null

# Stop with one sentence unless $(PYTHON) can make a .venv. A .venv that is there stays.
check_python = \
	if ! found=`"$(PYTHON)" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null`; then \
		echo "Python 3.10 or newer is needed, and $(PYTHON) does not run here." \
			"Install Python and run: make PYTHON=python3.12 $(GOAL)" >&2; \
		exit 1; \
	fi; \
	if ! "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then \
		echo "Python 3.10 or newer is needed; $(PYTHON) here is $$found." \
			"Install a newer one and run: make PYTHON=python3.12 $(GOAL)" >&2; \
		exit 1; \
	fi; \
	if ! command -v uv >/dev/null 2>&1 && ! "$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null; then \
		echo "$(PYTHON) here has no venv module; on Debian or Ubuntu run:" \
			"sudo apt install python$${found%.*}-venv, then: make$(SAME) $(GOAL)" >&2; \
		exit 1; \
	fi

# uv gets the path of the very Python that was checked, so that it picks no other.
make_venv = \
	if command -v uv >/dev/null 2>&1; then \
		exe=`"$(PYTHON)" -c 'import sys; print(sys.executable)'` \
		&& uv venv --quiet --no-project --python "$$exe" .venv; \
	else \
		"$(PYTHON)" -m venv .venv; \
	fi

# $(call pip_install,WHAT): a .venv made by uv has no pip until it is needed.
pip_install = \
	if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python .venv/bin/python -c requirements.txt -e "$(1)"; \
	else \
		{ .venv/bin/python -c 'import pip' 2>/dev/null \
			|| .venv/bin/python -m ensurepip >/dev/null; } \
		&& .venv/bin/python -m pip install -qq --no-compile --disable-pip-version-check \
			-c requirements.txt -e "$(1)"; \
	fi

# Two makes at once, in two terminals, would pull .venv away under each other.
claim_venv = \
	mkdir -p build; \
	if test -s build/setup.pid && kill -0 `cat build/setup.pid` 2>/dev/null; then \
		echo "Another make is setting up .venv. When it has ended, run: make$(SAME) $(GOAL)" >&2; \
		exit 1; \
	fi; \
	echo $$$$ >build/setup.pid

# $(call add,WHAT): install into a .venv that is ready. While it runs .venv is not
# ready, so an interrupted one is made afresh; after a plain failure it is as before.
add = \
	$(claim_venv); \
	mv $(READY) .venv/.busy; \
	trap 'exit 130' HUP INT TERM; \
	$(call pip_install,$(1)); failed=$$?; \
	mv .venv/.busy $(READY); \
	test $$failed -eq 0 || exit 1

# A .venv whose Python is gone (moved or upgraded) is made afresh too.
ifneq ($(shell test -x .venv/bin/python || echo no),)
$(READY): FORCE
endif

$(READY): pyproject.toml requirements.txt
	@if test -e $(READY) && test -x .venv/bin/python; then \
		echo "Bringing .venv up to date ..." >&2; \
		$(call add,.); \
	else \
		$(check_python); \
		$(claim_venv); \
		echo "Setting up .venv (once) ..." >&2; \
		rm -rf .venv; \
		trap 'rm -rf .venv; exit 130' HUP INT TERM; \
		if ! { $(make_venv) && $(call pip_install,.); }; then rm -rf .venv; exit 1; fi; \
	fi; \
	touch $(READY)

$(DEV): $(READY)
	@echo "Adding the tools for tests and lint to .venv (once) ..." >&2; \
	$(call add,.[dev]); \
	touch $(DEV)

$(BROWSER): $(DEV)
	@echo "Adding Playwright to .venv (once) ..." >&2; \
	$(call add,.[dev$(comma)browser]); \
	touch $(BROWSER)

$(EXTRAS): $(READY)
	@echo "Adding redis and granian to .venv (once) ..." >&2; \
	$(call add,.[redis$(comma)workers]); \
	touch $(EXTRAS)

$(PEERS): $(DEV)
	@echo "Adding Flask and Flask-Login to .venv (once) ..." >&2; \
	$(call add,.[dev$(comma)peers]); \
	touch $(PEERS)

# $(call npm_install,FOLDER,NAME): what the package.json asks for that the folder is made from.
# Without npm there is no stamp, so this is tried again, and said again, the next time.
npm_install = \
	if command -v npm >/dev/null 2>&1; then \
		echo "Adding $(2) to $(1) (once) ..." >&2; \
		rm -rf $(1); mkdir -p $(1); cp $< $(1); cd $(1); \
		npm install --silent --no-audit --no-fund --no-package-lock && touch .ready || { \
			echo "npm could not install $(2); to see why: cd $(1) && npm install" >&2; \
			exit 1; \
		}; \
	else \
		echo "Node is missing, so $(2) is left out; install Node and npm, then run this again." >&2; \
	fi

$(EXPRESS_PEER): sandbox/bench/peers/package.json
	@$(call npm_install,build/peers,Express)

$(EXPRESS): lessons/11_from_here_to_passport/express/package.json
	@$(call npm_install,build/express,Express)

$(AXE): tests/browser/axe/package.json
	@$(call npm_install,build/axe,axe-core)
