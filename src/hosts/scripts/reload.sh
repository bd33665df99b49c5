# shellcheck shell=sh
# Has corosync read its configuration on all nodes. Arguments: SHA256 CONFIG-VERSION VOTES [NODES]
[ "$(sha256sum </etc/corosync/corosync.conf | cut -d ' ' -f 1)" = "$1" ] || refuse config_changed 'corosync.conf is not what it should be'
corosync-cmapctl -g totem.config_version 2>/dev/null | grep -q "= $2\$" && exit 0
demand_votes "$3" "${4:-0}"
corosync-cfgtool -R >&2 || refuse reload_failed 'corosync-cfgtool -R failed'
