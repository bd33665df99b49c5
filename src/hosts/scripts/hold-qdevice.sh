# shellcheck shell=sh
# Has systemd leave qdevice alone once it has ended. When its section goes at a reload, qdevice ends by itself where the
# algorithm is ffsplit; restarted, it registers with corosync before it finds its section gone, fails, and leaves a device
# behind that corosync then shows for as long as it runs (tried with 3.0.3). In /run, so that no boot can find it.
unit=corosync-qdevice.service
dir=/run/systemd/system/$unit.d
mkdir -p "$dir"
printf '[Service]\nRestart=no\n' >"$dir/umpire-hold.conf"
systemctl daemon-reload || refuse qdevice_not_held 'systemctl daemon-reload failed'
[ "$(systemctl show -p Restart --value "$unit")" = no ] || refuse qdevice_not_held 'systemd does not take the setting that leaves qdevice alone'
