# shellcheck shell=sh
# qnetd's view of all clusters of an instance. Changes nothing. Arguments: NONCE (see report.sh).
# A qnetd that hangs answers neither question, and is waited for once: the next look is five seconds off.
answered=0
ask() {
  [ "$answered" -eq 137 ] || {
    timeout -s KILL 3 corosync-qnetd-tool "$@"
    answered=$?
  }
  return "$answered"
}
section status ask -s -v
section clients ask -l -v
