# What a newcomer needs: make demo, make test. Everything is installed into .venv; the machine's own Python stays as it is.

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
WORKERS := $(shell cores=$$(nproc 2>/dev/null || echo 2); echo $$((cores > 4 ? 4 : cores)))
PYTEST := $(BIN)/pytest -q -n $(WORKERS) --dist worksteal

# Compiled modules are kept, whatever the machine says: a run of the tests starts hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo run quick test proofs coverage audit checks bench bench-steering format lint types floors migrations production \
	translations messages catalogues settings lock clean exhaustive machines deploy-check fresh-clone production-site installation image page-tools

help: ## lists these targets; ARGS=... goes to the command behind a target
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 15

# --- For everybody

demo: .venv/installed catalogues .env ## fills a small cinema chain, runs every job once, serves it at http://127.0.0.1:8000/ (ARGS=--no-serve, ARGS=--fresh)
	@mkdir -p -m 700 var
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo $(ARGS)

run: .venv/installed catalogues .env ## serves the demo's database again, at http://127.0.0.1:8000/
	@$(BIN)/python manage.py migrate --check >/dev/null 2>&1 || { echo "there is no demo here yet: make demo"; exit 1; }
	@$(BIN)/python manage.py runserver 127.0.0.1:8000 $(ARGS)

.env: | .venv/installed
	@$(BIN)/python -m tools.create_dotenv

catalogues: .venv/installed
	@$(BIN)/python tools/compile_translations.py

# --- For developers

SEVERAL := $(MAKE) --no-print-directory --keep-going -j$(WORKERS) $(if $(filter output-sync,$(.FEATURES)),--output-sync)
ON_SQLITE := env -u TEST_DATABASE_URL
ON_POSTGRES := $(BIN)/python -m tests.postgres --

quick: .venv/installed-dev catalogues ## lint, types, floors and the fast tests on SQLite: about a minute and a half
	@$(SEVERAL) lint types floors
	@$(ON_SQLITE) $(PYTEST) --cases sample -m "not slow and not proofs" $(ARGS)

# Each test runs on both databases, in one of the two commands on each: what depends on the database itself (marked
# `database`: locks, constraints, jobs) on PostgreSQL in `make test`, the rest in `make proofs`. Crashes, races and
# orders of jobs (`reliability`) are tried on PostgreSQL first, and on SQLite in `make proofs`. Tests in a browser and of
# single pages (`page`) run on SQLite only.

test: .venv/installed-dev catalogues ## every check, the tests on SQLite, and on PostgreSQL what depends on the database
	@$(SEVERAL) checks
	@echo "== tests on SQLite"
	@$(ON_SQLITE) $(PYTEST) --cases sample -m "not proofs and not reliability" $(ARGS)
	@echo "== tests on PostgreSQL"
	@$(ON_POSTGRES) $(PYTEST) --cases sample --database-only -m "database and not proofs" $(ARGS)

# `machines` spends half of its time waiting for downloads and servers, so it runs beside the tests.
proofs: .venv/installed-dev ## what takes too long for every run: the other tests on PostgreSQL, all crash points, deployment files, a fresh installation, the image
	@$(MAKE) --no-print-directory --keep-going -j2 exhaustive machines

exhaustive: .venv/installed-dev catalogues page-tools
	@echo "== crashes, and exhaustive tests of what depends on the database, on SQLite"
	@EXHAUSTIVE=1 $(ON_SQLITE) $(PYTEST) -m "reliability or (exhaustive or proofs) and (database or sqlite)" $(ARGS)
	@echo "== exhaustive tests, and what does not depend on the database, on PostgreSQL"
	@EXHAUSTIVE=1 $(ON_POSTGRES) $(PYTEST) --cases rest --database-only -m "exhaustive or proofs or not database and not browser and not page" $(ARGS)

# One after the other, without the jobs that the make above has to give away.
machines: .venv/installed-dev
	@MAKEFLAGS= $(MAKE) --no-print-directory --keep-going production-site image fresh-clone deploy-check

deploy-check: .venv/installed-dev var/deploy-tools/installed ## checks Dockerfile, compose.yaml, workflow and deploy/ with the programs that read them
	@echo "== deployment files"
	@$(BIN)/python tools/check_deploy.py

installation: fresh-clone production-site ## clones the last commit, runs the demo there, and tries README's production part on PostgreSQL

fresh-clone: .venv/installed-dev
	@echo "== a fresh installation"
	@PYTHON=$(PYTHON) sh tools/check_installation.sh

production-site: .venv/installed-dev
	@echo "== a production site, as README says"
	@PYTHON=$(PYTHON) $(ON_POSTGRES) $(BIN)/python tools/check_production.py

image: .venv/installed-dev ## builds the image and runs migration, web server and jobs in it (needs buildah, debootstrap and root)
	@echo "== image"
	@$(BIN)/python tools/check_image.py

# Without npm the test that needs it is skipped and says so; PAGE_TOOLS=required (CI) makes that an error.
page-tools: ## installs the checker of HTML that `make proofs` runs on the pages of the shop (needs npm, and Java to run)
	@command -v npm >/dev/null && $(MAKE) --no-print-directory var/page-tools/installed || [ "$$PAGE_TOOLS" != required ]

coverage: .venv/installed-dev catalogues ## measures the branches that the SQLite half of make test covers, and writes the table of CONTRIBUTING.md
	@$(ON_SQLITE) $(PYTEST) --cases sample -m "not proofs and not reliability" --cov --cov-report= $(ARGS)
	@$(BIN)/coverage json --quiet -o var/coverage.json
	@$(BIN)/python tools/coverage_by_app.py var/coverage.json

audit: ## asks whether a dependency is known to be vulnerable (needs the network)
	@$(PYTHON) .ci/audit

checks: lint types floors migrations production translations

# These read the settings of the tests, which need no .env.
types migrations messages: export DJANGO_SETTINGS_MODULE = tests.settings

lint: .venv/installed-dev ## checks format and looks for mistakes
	@echo "== format and lint"
	@$(BIN)/ruff format --quiet --check . || { echo "not laid out: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .

types: .venv/installed-dev ## checks types
	@echo "== types"
	@$(BIN)/mypy --no-error-summary

floors: .venv/installed-dev ## checks which module imports which
	@echo "== floors"
	@$(BIN)/lint-imports --no-logo

migrations: .venv/installed-dev
	@echo "== migrations"
	@$(BIN)/python manage.py makemigrations --check --dry-run

# The admin's own checks are a test, since only cinema.urls loads its pages.
production: export SECRET_KEY = for-this-check-alone-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789
production: export DATABASE_URL = sqlite:///var/tests/not-used.sqlite3
production: export DEBUG = false
production: export SITE_URL = https://cinema.example
production: export EMAIL_URL = smtp+tls://user:password@mail.example:587
production: export DEFAULT_FROM_EMAIL = Aurora <tickets@cinema.example>
production: .venv/installed-dev
	@echo "== settings of a production site"
	@$(BIN)/python manage.py check --deploy --fail-level WARNING

translations: .venv/installed-dev
	@echo "== translations"
	@$(BIN)/python tools/check_translations.py

format: .venv/installed-dev ## formats the code
	@$(BIN)/ruff check --quiet --fix --select I .
	@$(BIN)/ruff format .

LOCALES = $(patsubst locale/%/LC_MESSAGES/django.po,--locale %,$(wildcard locale/*/LC_MESSAGES/django.po))
messages: .venv/installed-dev ## collects the texts to translate (needs GNU gettext)
	@command -v xgettext >/dev/null || { echo "GNU gettext is not installed (Debian: apt-get install gettext)"; exit 1; }
	@$(BIN)/python manage.py makemessages $(LOCALES) --no-obsolete --add-location file --ignore 'tests/*' --ignore 'var/*'

settings: .venv/installed-dev ## makes docs/settings.md from .env.example
	@$(BIN)/python tools/settings_page.py

bench: .venv/installed-dev ## measures sales, jobs and pages, on a PostgreSQL whose commits reach the disk (ONLY=shop: rows with that word)
	@$(BIN)/python -m tests.postgres --durable -- $(BIN)/python -m tests.bench $(ONLY) $(ARGS)

STEERING := prices forecasts seats  # each is tests/bench/steering_WORD.py
bench-steering: .venv/installed-dev ## measures prices, forecasts and seats on simulated sessions (ARGS=--seed 7; STEERING=seats: only these)
	@for word in $(STEERING); do $(BIN)/python -m tests.bench.steering_$$word $(ARGS) || exit 1; done

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11
lock: .venv/installed-dev ## refreshes all requirements.txt from pyproject.toml (ARGS=--upgrade takes newer versions)
	@$(PIP_INSTALL) uv
	@$(LOCK) pyproject.toml -o requirements.txt $(ARGS)
	@$(LOCK) pyproject.toml --group dev -c requirements.txt -o tests/requirements.txt $(ARGS)
	@$(LOCK) --group pyproject.toml:deploy -o tools/requirements.txt $(ARGS)

clean: ## removes what was installed and compiled, never .env or the demo's data in var/
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache var/tests var/audit var/deploy-tools var/page-tools var/coverage*
	@rm -f locale/*/LC_MESSAGES/*.mo locale/unfold/*/LC_MESSAGES/*.mo
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- Installing: the stamps say which requirements.txt .venv was made from

.venv/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed: there is no $(PYTHON)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) -V 2>&1); name another: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { rm -rf .venv; exit 1; }

.venv/installed: requirements.txt | .venv/bin/python
	@echo "installing what the cinema needs into .venv"
	@$(PIP_INSTALL) --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: tests/requirements.txt requirements.txt | .venv/bin/python
	@echo "installing what the cinema and its tests need into .venv"
	@$(PIP_INSTALL) --require-hashes -r tests/requirements.txt
	@touch .venv/installed $@

var/page-tools/installed: tools/pages/package-lock.json
	@mkdir -p $(@D)
	@cp tools/pages/package.json tools/pages/package-lock.json $(@D)
	@npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

var/deploy-tools/installed: tools/requirements.txt | .venv/bin/python
	@$(BIN)/python -m venv --clear var/deploy-tools
	@var/deploy-tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
