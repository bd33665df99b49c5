# shellcheck shell=sh
# Takes the timer of arm-restore.sh away, and every trace of it. Arguments: NAME CONFIG-PATH KEPT-SHA256 KEPT-VERSION RESTORED-SHA256
# The configuration that is kept is the one that corosync runs: where the timer has only put the file in place that would
# restore it, the file is put back. KEPT-SHA256 is - where there is nothing to keep.
# Payload: the text that is kept, in base64 (empty where there is none).
name=$1
path=$2
home=/var/lib/umpire/$name
units=/etc/systemd/system
if [ "$3" != - ] && [ "$(sha256sum <"$path")" != "$3  -" ]; then
  [ "$(sha256sum <"$path")" = "$5  -" ] || refuse config_changed "$path is none of the texts of this change: somebody else edited it"
  case $(corosync-cmapctl -g totem.config_version 2>/dev/null) in
  *" = $4") ;;
  *) refuse config_restored 'the node has taken the change back, for nobody confirmed it in time' ;;
  esac
  # pmxcfs gives modes and owners of its own; elsewhere the new file takes the old one's.
  aside=$path.new
  case $path in /etc/pve/*) : ;; *) aside=$path.umpire-new && cp -p "$path" "$aside" ;; esac
  printf '%s' "$PAYLOAD_KEPT" | base64 -d >"$aside" || refuse config_not_written "$aside cannot be written"
  [ "$(sha256sum <"$aside")" = "$3  -" ] || { rm -f "$aside"; refuse config_not_written "$aside is not what was sent"; }
  sync "$aside" 2>/dev/null || true
  mv -f "$aside" "$path" || refuse config_not_written "$path cannot be replaced"
fi
[ -e "$home" ] || [ -e "$units/$name.timer" ] || exit 0
systemctl stop "$name.timer" 2>/dev/null || true
wants=$units/timers.target.wants
rm -f "$wants/$name.timer" "$units/$name.timer" "$units/$name.service" "/var/lib/systemd/timers/stamp-$name.timer"
[ ! -e "$home/made-wants" ] || rmdir "$wants" 2>/dev/null || true
[ -e "/run/umpire/$name.armed" ] || systemctl daemon-reload
rm -rf "$home" "/run/umpire/$name.armed"
rmdir /var/lib/umpire 2>/dev/null || true
