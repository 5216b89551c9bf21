#!/bin/sh
# Resolves the Python locks anew: exact versions and hashes for every platform and Python 3.10-3.13. Needs uv.
set -eu
cd "$(dirname "$0")/.."
for name in spark/requirements spark/requirements-dev spark/requirements-build spark/requirements-uv \
  airflow/requirements airflow/requirements-dev compose/requirements-node; do
  (
    cd "${name%/*}"
    uv pip compile --universal --python-version 3.10 --generate-hashes --no-annotate --no-emit-index-url --quiet \
      --custom-compile-command scripts/lock-python.sh "$@" "${name##*/}.in" -o "${name##*/}.lock"
  )
done
