# shellcheck shell=sh
# Everything that decides whether this arbiter may be changed or relied on. Changes nothing. Arguments: NONCE (see report.sh).
live=/etc/corosync/qnetd/nssdb
units() {
  systemctl show -p Id,ActiveState,SubState corosync.service corosync-qnetd.service
  # `show` would tell what systemd remembers of it, also after a link that it was not told of has come or gone; this reads the disk.
  printf 'UnitFileState=%s\n' "$(systemctl is-enabled corosync-qnetd.service 2>/dev/null)"
}
database() {
  if [ -L "$live" ]; then echo "link $(readlink "$live")"; elif [ -e "$live/cert9.db" ]; then echo database; elif [ -e "$live" ]; then echo directory; else echo absent; fi
}
section user id -u
section clock date +%s%3N
section machine machine
section addresses ip -o addr show scope global
section packages packages corosync corosync-qnetd libnss3-tools
section units units
section database database
section status corosync-qnetd-tool -s -v
section clients corosync-qnetd-tool -l -v
section space df -P -k /etc/corosync /var/lib
