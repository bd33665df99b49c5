# shellcheck shell=sh
# A node's own view of the vote. Changes nothing. Arguments: NONCE (see report.sh). A daemon that hangs keeps its tool for ever.
section quorum timeout -s KILL 3 corosync-quorumtool -s
section device timeout -s KILL 3 corosync-qdevice-tool -sv
section ownAddresses hostname -I
