#!/usr/bin/env bash
# Runs test files again and again beside busy loops: what measures time must not depend on how busy the machine is.
# Usage: test/support/repeat.sh [FILE]..., TIMES=10 and BUSY=20 unless given; without files, all that read a clock.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

if [[ $# -eq 0 ]]; then
  # The two that are named measure by a helper beside them.
  mapfile -t files < <(grep -rlE "performance\.now|hrtime|cpuUsage|[pP]rocessorTime" test --include='*.test.ts' --exclude-dir=node_modules | sort)
  set -- "${files[@]}" test/faults/hostile.test.ts test/regular-expressions.test.ts
fi
test/support/prepare.sh || exit 1

loops=()
trap 'kill "${loops[@]}" 2> /dev/null' EXIT
for ((i = 0; i < ${BUSY:-20}; i++)); do
  while :; do :; done &
  loops+=($!)
done
failed=0
for ((run = 1; run <= ${TIMES:-10}; run++)); do
  echo "Run $run of ${TIMES:-10}"
  node_modules/.bin/mocha --reporter dot "$@" || failed=$((failed + 1))
done
echo "${TIMES:-10} runs beside ${BUSY:-20} busy loops, $failed failed"
exit $((failed ? 1 : 0))
