# shellcheck shell=sh
# Stops qdevice, now and at each boot, where quorum does not need its vote. Arguments: VOTES
unit=corosync-qdevice.service
if systemctl -q is-active "$unit"; then
  demand_votes "$1"
  # It may end as `failed` ("Lost connection with heuristics worker"), which is stopped all the same.
  systemctl stop "$unit" || refuse qdevice_not_stopped 'systemctl stop corosync-qdevice failed'
fi
rm -f "/etc/systemd/system/multi-user.target.wants/$unit"
systemctl reset-failed "$unit" 2>/dev/null || true
