# shellcheck shell=sh
# Takes back what hold-qdevice.sh has set.
dir=/run/systemd/system/corosync-qdevice.service.d
[ -e "$dir/umpire-hold.conf" ] || exit 0
rm -f "$dir/umpire-hold.conf"
rmdir "$dir" 2>/dev/null || true
systemctl daemon-reload || refuse qdevice_not_held 'systemctl daemon-reload failed'
