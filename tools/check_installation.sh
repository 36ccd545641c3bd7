#!/bin/sh
# Clones the last commit into a scratch folder and runs the demo's jobs there: what requirements.txt installs is enough.
set -eu
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM
git clone --quiet "$(git rev-parse --show-toplevel)" "$scratch/my-cinema"
env -u TEST_DATABASE_URL -u DATABASE_URL make --no-print-directory -C "$scratch/my-cinema" PYTHON="${PYTHON:-python3}" demo ARGS=--no-serve
