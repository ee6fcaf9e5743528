# One door to everything. Works with GNU make 3.81 and later; `make` alone prints what there is.

PYTHON ?= python3
VENV ?= .venv
PY = $(VENV)/bin/python
PIP = $(PY) -m pip install -qq --disable-pip-version-check --require-hashes -r
CODE = hipcourse accounts anatomy lessons quizzes mailings
FRONTEND = requirements-node.txt $(wildcard frontend/*.py frontend/*.js frontend/*.mjs frontend/*.json)

# To try things out is the default here, unless the environment or .env says otherwise. Production
# runs the processes of docs/deployment.md and never passes this way.
TRY = if [ -z "$${DEBUG+set}" ] && ! grep -qs '^ *DEBUG *=' .env; then export DEBUG=True; fi

# What a server would say, for the checks that look at settings. Nothing of it is used elsewhere.
AS_DEPLOYED = DEBUG=False SECRET_KEY=a-long-string-that-serves-only-to-check-the-settings-0123456789 \
	ALLOWED_HOSTS=course.example.org SITE_URL=https://course.example.org TRUSTED_PROXIES=1 \
	DATABASE_URL=sqlite:///var/check/hipcourse.sqlite3 REDIS_URL= EMAIL_URL=smtp://localhost DATA_DIR=var/check

# Keeps a virtual environment that works; otherwise makes one with the first Python that is new enough.
define MAKE_VENV
@$(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exit 0; \
for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	if ! $$python -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python is here, but not its venv module. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; \
	fi; \
	echo "Making a virtual environment in $(VENV) with `$$python --version`."; \
	rm -rf $(VENV) && exec $$python -m venv $(VENV); \
done; \
echo "HipCourse needs Python 3.11 or later, and found `$(PYTHON) --version 2>/dev/null || echo none`." >&2; \
echo "Install it (apt install python3 python3-venv, brew install python, or python.org), then run make again." >&2; \
echo "If it has another name: make run PYTHON=/path/to/python3" >&2; exit 1
endef

# Stamps install into the same folder, so one after the other, whatever -j says.
.NOTPARALLEL:
.PHONY: help run admin test test-postgres check solver-check bundle format lock clean

help: ## Print what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: $(VENV)/runtime.stamp $(VENV)/bundle.stamp ## Serve the course at http://127.0.0.1:8000/ (PORT=8001 for another port)
	@$(TRY); exec $(PY) manage.py up --prepare --stop-with-parent

admin: $(VENV)/runtime.stamp ## Make an account that may do everything in the admin
	@$(TRY); $(PY) manage.py migrate --verbosity 0 && exec $(PY) manage.py createsuperuser

test: $(VENV)/dev.stamp $(VENV)/bundle.stamp ## Run the tests (ARGS="-k quiz" for some of them)
	@echo "Running the tests on SQLite."
	@$(PY) -m tests.run $(ARGS)

test-postgres: $(VENV)/dev.stamp $(VENV)/bundle.stamp ## Run the tests on PostgreSQL (DATABASE_URL, or a server of their own)
	@$(PY) -m tests.postgres $(ARGS)

check: $(VENV)/dev.stamp ## Check style, types, layers, settings and content, then run the tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	@echo "djade --check templates/"
	@find templates -name '*.html' -print0 | xargs -0 $(VENV)/bin/djade --check --target-version 5.2
	$(PY) -m djlint --lint --quiet templates
	$(VENV)/bin/lint-imports --no-logo
	@echo "mypy $(CODE)"
	@$(AS_DEPLOYED) $(VENV)/bin/mypy $(foreach package,$(CODE),-p $(package))
	@echo "manage.py makemigrations --check"
	@$(AS_DEPLOYED) $(PY) manage.py makemigrations --check --dry-run
	@echo "manage.py check --deploy --fail-level WARNING"
	@$(AS_DEPLOYED) $(PY) manage.py check --deploy --fail-level WARNING
	@echo "manage.py check_course"
	@$(AS_DEPLOYED) $(PY) manage.py check_course
	@$(MAKE) --no-print-directory test

bundle: $(VENV)/runtime.stamp ## Build the 3D view of the atlas anew, with Node (from PATH, or its wheel)
	@$(PY) -m frontend.bundle && touch $(VENV)/bundle.stamp

solver-check: $(VENV)/runtime.stamp ## Compare the muscle solvers with a table of OpenSim's (CSV=table.csv)
	@$(PY) -m benchmarks.solver_check "$(or $(CSV),tests/anatomy/data/moment_arms.csv)"

format: $(VENV)/dev.stamp ## Put code and templates into the project's style
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	@find templates -name '*.html' -print0 | xargs -0 $(VENV)/bin/djade --target-version 5.2

lock: $(VENV)/dev.stamp ## Pin the dependencies of pyproject.toml anew, with hashes
	$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet -o requirements.txt
	$(PY) -m uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --quiet --group dev -o requirements-dev.txt
	$(PY) -m uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --quiet --group node -o requirements-node.txt

clean: ## Remove the virtual environment and caches (var/, where your data lives, stays)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis htmlcov .coverage var/check
	rm -rf frontend/node_modules frontend/dist
	find . -name __pycache__ -not -path './node_modules/*' -prune -exec rm -rf {} +

# A stamp is newer than its list when what the list says is installed. The dev list holds the runtime
# one at the same versions, so installing it stamps both.

$(VENV)/runtime.stamp: requirements.txt
	$(MAKE_VENV)
	@echo "Installing the dependencies (requirements.txt)."
	@$(PIP) requirements.txt
	@touch $@

# The 3D view is an extra: without Node and without a network this says so once, and all else goes on.
$(VENV)/bundle.stamp: $(FRONTEND) | $(VENV)/runtime.stamp
	@$(PY) -m frontend.bundle || true
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt
	$(MAKE_VENV)
	@echo "Installing the dependencies and the tools for development (requirements-dev.txt)."
	@$(PIP) requirements-dev.txt
	@touch $@ $(VENV)/runtime.stamp
