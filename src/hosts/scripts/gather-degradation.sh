# shellcheck shell=sh disable=SC2154
# Stands after what is gathered of a node or an arbiter: whatever else speaks against changing this host. Changes nothing.
# Arguments: NONCE INSTALLATION (see report.sh; the nonce is gone by now).
installation=${1:-}
# shellcheck disable=SC2329 # called by section
signs() {
  read_only
  going_down
  foreign_edits
  locks
  tools
  other_umpire "$installation"
  young_qnetd
}
section signs signs
kill "$watchdog" 2>/dev/null || true
