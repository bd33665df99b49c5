# shellcheck shell=sh
# Everything that decides whether this arbiter may be changed or relied on. Changes nothing. Arguments: NONCE (see report.sh).
live=/etc/corosync/qnetd/nssdb
packages() {
  # shellcheck disable=SC2016 # the braces are dpkg-query's, not the shell's
  dpkg-query -W -f '${Package} ${db:Status-Status} ${Version}\n' corosync corosync-qnetd libnss3-tools
}
units() {
  systemctl show -p Id,ActiveState,SubState,UnitFileState corosync.service corosync-qnetd.service
}
database() {
  if [ -L "$live" ]; then echo "link $(readlink "$live")"; elif [ -e "$live/cert9.db" ]; then echo database; elif [ -e "$live" ]; then echo directory; else echo absent; fi
}
certificates() {
  certutil -L -d "sql:$live"
}
arguments() {
  pid=$(systemctl show -p MainPID --value corosync-qnetd.service)
  [ "${pid:-0}" -gt 0 ] || return 3
  tr '\0' ' ' <"/proc/$pid/cmdline"
  echo
  stat -c %U "/proc/$pid"
}
section user id -u
section clock date +%s%3N
section machine cat /etc/machine-id
section addresses ip -o addr show scope global
section packages packages
section units units
section options cat /etc/default/corosync-qnetd
section database database
section certificates certificates
section arguments arguments
section status corosync-qnetd-tool -s -v
section clients corosync-qnetd-tool -l -v
section space df -P -k /etc/corosync /var/lib
