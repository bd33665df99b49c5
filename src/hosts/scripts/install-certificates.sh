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
# A run before this one came as far as the swap, which follows on every check.
[ "$(readlink "$live")" = "$(basename "$stage")" ] && exit 0
[ -d "$stage" ] || refuse stage_missing "$stage is gone"
printf '%s\n' "$PAYLOAD_CA" >"$stage/ca.pem"
printf '%s\n' "$PAYLOAD_CERTIFICATE" >"$stage/own.pem"
# One certutil for all of it: each process would open the database and test its ciphers anew. It stops at the first line that
# fails. A certificate that stands there already is known by issuer and serial and not added twice.
# `certutil -V` judges a client or server certificate only under a CA that is trusted for both; what stays is the least
# that works. The list at the end shows "u" only for a certificate whose private key is there.
cat >"$stage/batch" <<BATCH
-A -n "QNet CA" -t CT,, -a -i $stage/ca.pem
-A -n "$nickname" -t u,u,u -a -i $stage/own.pem
-V -u $usage -n "$nickname"
-L -n "$nickname" -r -o $stage/own.der
-M -n "QNet CA" -t $trust
-L
BATCH
said=$(certutil -B -i "$stage/batch" -d "sql:$stage" -f "$stage/pwdfile.txt" 2>&1)
status=$?
printf '%s\n' "$said" >&2
case $said in
  *'certificate is valid'*) [ "$status" -eq 0 ] || refuse certificate_not_installed 'certutil did not come to its end' ;;
  *'certificate is invalid'*) refuse certificate_not_valid 'certutil -V does not accept the certificate' ;;
  *) refuse certificate_not_installed 'certutil refused the CA or the certificate' ;;
esac
case $said in *"$nickname "*u,u,u*) ;; *) refuse certificate_not_valid 'the private key of the certificate is not there' ;; esac
# The very bytes that were issued, and with them the common name, which `certutil -V` does not look at.
[ "$(sha256sum <"$stage/own.der")" = "$sha256  -" ] || refuse certificate_not_valid "another certificate than the one for $name stands under this nickname"
rm -f "$stage/request.der" "$stage/ca.pem" "$stage/own.pem" "$stage/own.der" "$stage/batch"
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
