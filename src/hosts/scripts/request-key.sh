# shellcheck shell=sh
# Makes a key and a certificate request in an NSS database that is built aside. The key never leaves it.
# Arguments: STAGE COMMON-NAME. Prints the request, DER in base64. Run again, it prints the same request.
stage=$1
name=$2
umask 077
if [ ! -s "$stage/request.der" ]; then
  [ ! -e "$stage" ] || rm -rf "$stage"
  mkdir -p "$stage" || refuse stage_not_writable "$stage cannot be made"
  # The empty password file is what the stock scripts use: the database is protected by its mode.
  : >"$stage/pwdfile.txt"
  certutil -N -d "sql:$stage" -f "$stage/pwdfile.txt" >&2 || refuse key_not_made 'certutil could not make a database'
  head -c 64 /dev/urandom >"$stage/noise"
  certutil -R -k ec -q nistp256 -s "CN=$name" -d "sql:$stage" -f "$stage/pwdfile.txt" -z "$stage/noise" \
    -o "$stage/request.new" >/dev/null || refuse key_not_made 'certutil could not make a key and request'
  rm -f "$stage/noise"
  mv "$stage/request.new" "$stage/request.der"
fi
base64 -w0 "$stage/request.der"
