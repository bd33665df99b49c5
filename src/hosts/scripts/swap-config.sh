# shellcheck shell=sh
# Compare-and-swap of a configuration file. Arguments: PATH EXPECTED-SHA256 NEW-SHA256 VOTES
# Payload: the new text in base64, so that each of its bytes arrives as it is.
path=$1
expected=$2
new=$3
# Into `sum`: what the file's bytes come to.
sum_of() {
  sum=$(sha256sum <"$1") && sum=${sum%% *}
}
sum_of "$path" || refuse config_unreadable "$path cannot be read"
[ "$sum" = "$new" ] && exit 0
[ "$sum" = "$expected" ] || refuse config_changed "$path is not what the plan was made from: somebody else changed it"
# On Proxmox VE the write is what reloads corosync, so the votes are looked at here already.
case $path in /etc/pve/*) demand_votes "$4" ;; esac
# pmxcfs gives modes and owners of its own; elsewhere the new file takes the old one's.
aside=$path.new
case $path in /etc/pve/*) : ;; *) aside=$path.umpire-new && cp -p "$path" "$aside" ;; esac
printf '%s' "$PAYLOAD_CONFIG" | base64 -d >"$aside" || refuse config_not_written "$aside cannot be written"
sum_of "$aside"
[ "$sum" = "$new" ] || { rm -f "$aside"; refuse config_not_written "$aside is not what was sent"; }
sync "$aside" 2>/dev/null || true
# The last look, as close to the swap as can be: a hand edit wins.
sum_of "$path"
[ "$sum" = "$expected" ] || { rm -f "$aside"; refuse config_changed "$path was changed meanwhile"; }
mv -f "$aside" "$path" || refuse config_not_written "$path cannot be replaced"
