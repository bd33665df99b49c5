# shellcheck shell=sh
# Completes the NSS database that request-key.sh began, verifies it, and swaps it in.
# Arguments: STAGE LIVE NICKNAME COMMON-NAME USAGE CA-TRUST GROUP SHA256
# Payload: the CA's and the own certificate, PEM.
stage=$1
live=$2
nickname=$3
name=$4
usage=$5
trust=$6
group=$7
sha256=$8
nss() {
  certutil "$@" -d "sql:$stage" -f "$stage/pwdfile.txt"
}
# A run before this one came as far as the swap, which follows on every check.
[ "$(readlink "$live")" = "$(basename "$stage")" ] && exit 0
[ -d "$stage" ] || refuse stage_missing "$stage is gone"
# Adding a certificate that is there already would leave two under one nickname, and NSS would choose.
if nss -L -n 'QNet CA' >/dev/null 2>&1; then
  nss -M -n 'QNet CA' -t 'CT,,' >&2
else
  printf '%s\n' "$PAYLOAD_CA" | nss -A -n 'QNet CA' -t 'CT,,' -a >&2 || refuse certificate_not_installed 'certutil refused the CA'
fi
if ! nss -L -n "$nickname" >/dev/null 2>&1; then
  printf '%s\n' "$PAYLOAD_CERTIFICATE" | nss -A -n "$nickname" -t 'u,u,u' -a >&2 || refuse certificate_not_installed 'certutil refused the certificate'
fi
nss -V -u "$usage" -n "$nickname" >&2 || refuse certificate_not_valid 'certutil -V does not accept the certificate'
[ "$(nss -L -n "$nickname" -r | sha256sum | cut -d ' ' -f 1)" = "$sha256" ] || refuse certificate_not_valid 'another certificate stands under this nickname'
nss -L -n "$nickname" | grep -q "Subject: \"CN=$name\"" || refuse certificate_not_valid 'the certificate has another common name'
nss -K | grep -q "NSS Certificate DB:$nickname" || refuse certificate_not_valid 'the private key of the certificate is not there'
# `certutil -V` judges a client or server certificate only under a CA that is trusted for both; what stays is the least
# that works.
nss -M -n 'QNet CA' -t "$trust" >&2 || refuse certificate_not_installed 'certutil could not set the trust of the CA'
rm -f "$stage/request.der"
if [ "$group" = root ]; then
  chmod 0770 "$stage" && chmod 0660 "$stage"/*
else
  chown -R "root:$group" "$stage" && chmod 0750 "$stage" && chmod 0640 "$stage"/*
fi
sync "$stage"/*
# On a node nothing may stand there by now. On an arbiter Debian's package makes a CA of its own for qnetd: that is
# kept, and put back by an undo.
if [ "$group" = root ] && { [ -e "$live" ] || [ -L "$live" ]; }; then
  refuse foreign_nss_database "$live has come meanwhile and is none of ours"
fi
if [ -L "$live" ]; then cp -P "$live" "$stage.before"; elif [ -e "$live" ]; then mv -T "$live" "$stage.before"; fi
ln -sfn "$(basename "$stage")" "$live.new-umpire" && mv -T "$live.new-umpire" "$live"
