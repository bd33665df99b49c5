# shellcheck shell=sh
# Has qnetd demand TLS of everybody and runs it, now and at each boot. Arguments: OPTIONS
# The daemon knows on, off and req; the manual's "required" is refused by it.
file=/etc/default/corosync-qnetd
unit=corosync-qnetd.service
wanted="COROSYNC_QNETD_OPTIONS=\"$1\""
# Each file stands whole under its name or not at all: a full disk would else leave an empty one, and an undo would keep it.
if ! grep -qxF "$wanted" "$file" 2>/dev/null; then
  if [ ! -e "$file.before-umpire" ] && [ -e "$file" ]; then
    if ! { cp -p "$file" "$file.umpire-new" && mv -f "$file.umpire-new" "$file.before-umpire"; }; then
      rm -f "$file.umpire-new"
      refuse options_not_written "$file cannot be copied"
    fi
  fi
  { grep -v '^COROSYNC_QNETD_OPTIONS=' "$file.before-umpire" 2>/dev/null; printf '%s\n' "$wanted"; } >"$file.umpire-new"
  if ! { grep -qxF "$wanted" "$file.umpire-new" && mv -f "$file.umpire-new" "$file"; }; then
    rm -f "$file.umpire-new"
    refuse options_not_written "$file cannot be written"
  fi
fi
# A restart takes the vote from every cluster for seconds: here it is only for a qnetd that serves nobody. One that runs
# and does not tell may serve many.
if systemctl -q is-active "$unit"; then
  clients=$(timeout -s KILL 5 corosync-qnetd-tool -s 2>/dev/null | sed -n 's/^Connected clients:[[:space:]]*//p')
  [ "${clients:-unknown}" != unknown ] || refuse qnetd_in_use 'qnetd runs and does not tell how many clients it has'
  [ "$clients" -eq 0 ] || refuse qnetd_in_use "$clients clients are connected to qnetd: a restart would take their vote"
fi
ln -sf "/lib/systemd/system/$unit" "/etc/systemd/system/multi-user.target.wants/$unit"
systemctl reset-failed "$unit" 2>/dev/null || true
# It reads its certificate and its options only when it starts.
systemctl restart "$unit" || refuse qnetd_not_started 'systemctl restart corosync-qnetd failed; its own words are in syslog'
pid=$(systemctl show -p MainPID --value "$unit")
# This start was meant: signs.sh does not take it for a qnetd that comes and goes.
printf '%s\n' "$pid" >/run/umpire/qnetd
owner=$(stat -c %U "/proc/$pid")
[ "$owner" != root ] || refuse qnetd_privileged 'qnetd runs as root'
