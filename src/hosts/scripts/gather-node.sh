# shellcheck shell=sh
# Everything that decides whether this node may be changed. Changes nothing. Arguments: NONCE (see report.sh).
files() {
  for path in /etc/corosync/qdevice/net/nssdb/cert9.db /etc/corosync/qdevice/net/nssdb/cert8.db \
    /etc/corosync/qdevice/net/nssdb /etc/corosync/corosync.conf.new /etc/pve/corosync.conf.new; do
    if [ -e "$path" ] || [ -L "$path" ]; then echo "$path"; fi
  done
  for path in /etc/corosync/qdevice/net/nssdb.umpire-* /etc/corosync/.corosync.conf.sw? /etc/pve/.corosync.conf.sw?; do
    if [ -e "$path" ]; then echo "$path"; fi
  done
}
units() {
  systemctl show -p Id,ActiveState,SubState,UnitFileState corosync.service corosync-qdevice.service
}
section user id -u
section clock date +%s%3N
section machine machine
section addresses ip -o addr show scope global
section packages packages corosync corosync-qdevice corosync-qnetd libnss3-tools curl
section units units
section config base64 -w0 /etc/corosync/corosync.conf
section runningVersion corosync-cmapctl -g totem.config_version
section quorum corosync-quorumtool -s
section device corosync-qdevice-tool -sv
section files files
section space df -P -k /etc/corosync /var/lib
if [ -e /etc/pve/corosync.conf ]; then
  section pveConfig base64 -w0 /etc/pve/corosync.conf
  section pveWritable test -w /etc/pve/corosync.conf
fi
