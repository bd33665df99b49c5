# shellcheck shell=sh
# Starts qdevice now and at each boot, and waits until its vote is cast in two looks. Arguments: VOTES SECONDS
demand_votes "$1"
unit=corosync-qdevice.service
# What `systemctl enable` would do, without its detour over the SysV links, which an undo could not put back exactly.
ln -sf "/lib/systemd/system/$unit" "/etc/systemd/system/multi-user.target.wants/$unit"
# After failures in a row systemd refuses to start it until that is forgotten.
systemctl start "$unit" || { systemctl reset-failed "$unit" && systemctl start "$unit"; } ||
  refuse qdevice_not_started 'systemctl start corosync-qdevice failed'
until=$(($(date +%s) + $2))
patience() {
  [ "$(date +%s)" -lt "$until" ] || refuse vote_not_cast "no vote of the device within $2 seconds"
  sleep "$1"
}
# Asking the device itself costs a tenth of asking corosync; only when it casts, corosync is asked whether it counts.
until corosync-qdevice-tool -sv 2>/dev/null | grep -q '^Poll timer running:.*(cast vote)'; do patience 0.03 "$2"; done
looks=0
while :; do
  if corosync-quorumtool -s 2>/dev/null | awk '
    $1 ~ /^(0|0x0+)$/ { device = $2 }
    /\(local\)$/ { cast = ($3 ~ /,V,/) }
    END { exit !(cast && device > 0) }'; then looks=$((looks + 1)); else looks=0; fi
  [ "$looks" -lt 2 ] || break
  patience 0.02 "$2"
done
