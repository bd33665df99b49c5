# shellcheck shell=sh
# Starts qdevice now and at each boot, and waits until it casts its vote in two looks. A device that starts takes nobody's vote, so
# there is no gate here. Arguments: SECONDS
unit=corosync-qdevice.service
# What `systemctl enable` would do, without its detour over the SysV links, which an undo could not put back exactly.
ln -sf "/lib/systemd/system/$unit" "/etc/systemd/system/multi-user.target.wants/$unit"
# After failures in a row systemd refuses to start it until that is forgotten.
systemctl start "$unit" || { systemctl reset-failed "$unit" && systemctl start "$unit"; } ||
  refuse qdevice_not_started 'systemctl start corosync-qdevice failed'
# A look at the device costs a tenth of one at corosync; whether corosync counts the vote is asked once all devices run.
tries=$(($1 * 11))
tab=$(printf '\t')
looks=0
# No device casts sooner than this; each look before would be one more process for nothing. Where it takes longer the host has
# other work, and is asked less and less often.
sleep 0.13
pause=2
while [ "$looks" -lt 2 ]; do
  sleep "0.0$pause"
  case $(corosync-qdevice-tool -sv 2>/dev/null) in
  *"Quorate:$tab${tab}Yes"*"Poll timer running:${tab}Yes (cast vote)"*) looks=$((looks + 1)) ;;
  *)
    looks=0
    [ "$pause" -ge 8 ] || pause=$((pause + 2))
    ;;
  esac
  # A try takes at least as long as its pause.
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || refuse vote_not_cast "no vote of the device within $1 seconds"
done
