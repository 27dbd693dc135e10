#!/usr/bin/env bash
# Makes a checkout ready to run: Debian packages (install.sh, whose arguments it takes), npm packages, build.
# Runs beside each other wait here for one another, and the build writes only what changed.
set -euo pipefail
cd "$(dirname "$0")/../.."

if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2> /dev/null; then
  echo "Node 20.19 or newer is needed, with npm: https://nodejs.org" >&2
  exit 1
fi
exec 9< .
flock 9
test/support/install.sh "$@"
if [[ ! -d node_modules || package-lock.json -nt node_modules/.package-lock.json ]]; then
  echo "Installing the npm packages …" >&2
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
fi
# Other versions of Node, for test/nodes. Where they cannot be had, those tests say so and the others run.
if [[ ${1:-} != --demo && ! test/support/nodes/node_modules/.package-lock.json -nt test/support/nodes/package-lock.json ]]; then
  echo "Installing Node 22 and 24 …" >&2
  (cd test/support/nodes && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json) >&2 || true
fi
echo "Building …" >&2
bin/bundle >&2
