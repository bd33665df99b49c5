# shellcheck shell=sh
# Which configuration a node has and which one corosync runs. Changes nothing. Arguments: NONCE (see report.sh).
sum() { sha256sum <"$1" | cut -d ' ' -f 1; }
section file sum /etc/corosync/corosync.conf
section running corosync-cmapctl -g totem.config_version
if [ -e /etc/pve/corosync.conf ]; then section master sum /etc/pve/corosync.conf; fi
