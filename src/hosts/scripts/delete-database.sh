# shellcheck shell=sh
# Deletes the NSS databases of ours on a node, the live one and those aside, with their keys. It does not come back.
net=/etc/corosync/qdevice/net
# Ours is a link to a directory that request-key.sh made; whatever else stands there is not.
case $(readlink "$net/nssdb") in nssdb.umpire-*) rm -f "$net/nssdb" ;; esac
rm -rf "$net"/nssdb.umpire-*
rmdir "$net" /etc/corosync/qdevice 2>/dev/null || true
