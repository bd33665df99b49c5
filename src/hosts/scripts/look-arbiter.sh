# shellcheck shell=sh
# qnetd's view of all clusters of an instance. Changes nothing. Arguments: NONCE (see report.sh).
section status corosync-qnetd-tool -s -v
section clients corosync-qnetd-tool -l -v
