# shellcheck shell=sh
# Takes back what distrust-certificate.sh did: from the next handshake on its CA decides again. Arguments: NICKNAME
live=/etc/corosync/qnetd/nssdb
nss() {
  certutil "$@" -d "sql:$live" -f "$live/pwdfile.txt"
}
nss -L -n "$1" >/dev/null 2>&1 || exit 0
nss -D -n "$1" >&2 || refuse certificate_still_distrusted 'certutil could not take the certificate out of the database'
sync "$live"/*
