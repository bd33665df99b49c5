# shellcheck shell=sh
# What may have changed since the plan, before a step that can touch quorum: as little as can tell it. Changes nothing.
# Arguments: NONCE INSTALLATION (see report.sh).
installation=${1:-}
sum() { sha256sum </etc/corosync/corosync.conf; }
signs() {
  going_down
  foreign_edits
  other_umpire "$installation"
}
section quorum timeout -s KILL 3 corosync-quorumtool -s
section hash sum
section signs signs
