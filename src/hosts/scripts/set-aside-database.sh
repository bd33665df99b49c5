# shellcheck shell=sh
# Puts qdevice's NSS database out of the way, to be deleted or put back later. Arguments: ASIDE
live=/etc/corosync/qdevice/net/nssdb
present() { [ -e "$1" ] || [ -L "$1" ]; }
if present "$live"; then
  ! present "$1" || refuse foreign_nss_database "$live has come meanwhile and is none of ours"
  mv -T "$live" "$1"
fi
present "$1" || refuse nss_database_missing "there is no NSS database at $live"
