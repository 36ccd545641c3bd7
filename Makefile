# What a newcomer needs: make demo, make test. Everything is installed into .venv; the machine's own Python stays as it is.

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PYTEST := $(BIN)/pytest -q -n 2 --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help demo test audit checks bench format lint types floors migrations production translations messages catalogues lock clean

help:
	@echo "make demo      fills a small cinema chain, runs every job once, serves http://127.0.0.1:8000/"
	@echo "               (ARGS=--no-serve ends after the jobs, ARGS=--fresh starts over)"
	@echo "make test      every check, then the whole suite on SQLite and on PostgreSQL (ARGS=... goes to pytest)"
	@echo "make bench     measures jobs against hand-written SQL, and pages, on PostgreSQL (ONLY=shop: rows with that word)"
	@echo "make audit     asks whether a dependency is known to be vulnerable (needs the network)"
	@echo "make format    lays out the code          make lint      reads it for mistakes"
	@echo "make messages  collects texts to translate (needs GNU gettext)"
	@echo "make lock      refreshes both requirements.txt from pyproject.toml (ARGS=--upgrade takes newer versions)"
	@echo "make clean     removes what the above installed and compiled, never .env or var/ (the demo's data)"

# --- For everybody

demo: .venv/installed catalogues .env
	@mkdir -p var
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo $(ARGS)

.env: | .venv/installed
	@$(BIN)/python -m cinema.dotenv

catalogues: .venv/installed
	@$(BIN)/python tools/compile_translations.py

# --- For developers

test: .venv/installed-dev catalogues
	@$(MAKE) --no-print-directory --keep-going -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync) checks
	@echo "== tests on SQLite"
	@env -u TEST_DATABASE_URL $(PYTEST) $(ARGS)
	@echo "== tests on PostgreSQL"
	@$(BIN)/python -m tests.postgres -- $(PYTEST) $(ARGS)

audit:
	@$(PYTHON) .ci/audit

checks: lint types floors migrations production translations

# These read the settings of the tests, which need no .env.
types migrations messages: export DJANGO_SETTINGS_MODULE = tests.settings

lint: .venv/installed-dev
	@echo "== format and lint"
	@$(BIN)/ruff format --quiet --check . || { echo "not laid out: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .

types: .venv/installed-dev
	@echo "== types"
	@$(BIN)/mypy --no-error-summary

floors: .venv/installed-dev
	@echo "== floors"
	@$(BIN)/lint-imports --no-logo

migrations: .venv/installed-dev
	@echo "== migrations"
	@$(BIN)/python manage.py makemigrations --check --dry-run

# The admin's own checks are a test, since only cinema.urls loads its pages.
production: export SECRET_KEY = for-this-check-alone-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789
production: export DATABASE_URL = sqlite:///var/tests/not-used.sqlite3
production: export DEBUG = false
production: .venv/installed-dev
	@echo "== settings of a production site"
	@$(BIN)/python manage.py check --deploy --fail-level WARNING

translations: .venv/installed-dev
	@echo "== translations"
	@$(BIN)/python tools/check_translations.py

format: .venv/installed-dev
	@$(BIN)/ruff check --quiet --fix --select I .
	@$(BIN)/ruff format .

messages: .venv/installed-dev
	@command -v xgettext >/dev/null || { echo "GNU gettext is not installed (Debian: apt-get install gettext)"; exit 1; }
	@$(BIN)/python manage.py makemessages --locale ru --no-obsolete --add-location file --ignore 'tests/*' --ignore 'var/*'

bench: .venv/installed-dev
	@$(BIN)/python -m tests.postgres -- $(BIN)/python -m tests.bench $(ONLY) $(ARGS)

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --universal --python-version 3.11 pyproject.toml
lock: .venv/installed-dev
	@$(PIP_INSTALL) uv
	@$(LOCK) -o requirements.txt $(ARGS)
	@$(LOCK) --group dev -c requirements.txt -o tests/requirements.txt $(ARGS)

clean:
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache var/tests var/audit
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
