#!/usr/bin/env bash
# Drop-in for a hand-written "zcat backup_....sql.gz | psql": restores aside, verifies, then swaps; the replaced database is
# kept (safety-restore --undo). On a terminal it asks first; off a terminal it wants --yes.
#
# usage: DATABASE_URL=... restore.sh FILE|latest [OPTION...]      the options are those of safety-restore
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
PATH=$here/../build/release/tools:$here/../bin:$PATH
export SAFETY_BACKUP_DIR="${SAFETY_BACKUP_DIR:-$PWD}"
command -v safety-restore >/dev/null || {
  echo 'restore.sh: safety-restore is neither built nor installed' >&2
  echo "hint: Run: cmake --preset release && cmake --build --preset release --target safety_tools" >&2
  exit 1
}
exec safety-restore "$@"
