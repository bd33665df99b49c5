# shellcheck shell=sh
# A node's own view of the vote. Changes nothing. Arguments: NONCE (see report.sh).
section quorum corosync-quorumtool -s
section device corosync-qdevice-tool -sv
section ownAddresses hostname -I
