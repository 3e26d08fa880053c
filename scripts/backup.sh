#!/usr/bin/env bash
# Drop-in for a hand-written "pg_dump | gzip > backup_$(date +%Y%m%d_%H%M%S).sql.gz": same file name, in SAFETY_BACKUP_DIR
# or else the current directory, but verified, consistent, and never there half-written. zcat FILE | psql restores it too.
#
# usage: DATABASE_URL=... backup.sh [OPTION...]      the options are those of safety-backup
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
PATH=$here/../build/release/tools:$here/../bin:$PATH
export SAFETY_BACKUP_DIR="${SAFETY_BACKUP_DIR:-$PWD}"
command -v safety-backup >/dev/null || {
  echo 'backup.sh: safety-backup is neither built nor installed' >&2
  echo "hint: Run: cmake --preset release && cmake --build --preset release --target safety_tools" >&2
  exit 1
}
exec safety-backup --format gz --prefix backup "$@"
