# shellcheck shell=sh
# Distrusts one certificate, so that qnetd turns it away from its next handshake on, whoever signed it. Arguments: NICKNAME
# Payload: the certificate, PEM. qnetd reads trust at each handshake: no restart, and nobody else notices.
live=/etc/corosync/qnetd/nssdb
nss() {
  certutil "$@" -d "sql:$live" -f "$live/pwdfile.txt"
}
# Only ever under a nickname of its own, or a repeated run would leave it there twice.
nss -L -n "$1" >/dev/null 2>&1 ||
  printf '%s\n' "$PAYLOAD_CERTIFICATE" | nss -A -n "$1" -t 'p,,' -a >&2 ||
  refuse certificate_not_distrusted 'certutil could not add the certificate as one that is distrusted'
nss -L | grep -q "^$1  *p,,  *\$" || refuse certificate_not_distrusted 'the certificate is there, but is not distrusted'
sync "$live"/*
