#!/bin/sh
# On top of a node: the shape of a Proxmox VE node as far as corosync's configuration is concerned.
set -eu

mkdir /etc/pve
cat >/usr/lib/systemd/system/pve-cluster.service <<'UNIT'
[Unit]
Description=Lab: imitation of the Proxmox VE cluster filesystem
Before=corosync.service

[Service]
ExecStart=/usr/bin/python3 -I /run/umpire-lab/lib/pmxcfs.py
ExecStopPost=-/bin/umount /etc/pve/.members
Restart=on-failure

[Install]
WantedBy=multi-user.target
UNIT
ln -s /lib/systemd/system/pve-cluster.service /etc/systemd/system/multi-user.target.wants/

cat >/usr/bin/pveversion <<'SCRIPT'
#!/bin/sh
echo 'pve-manager/8.2.4/faa83925c9641325 (running kernel: 6.8.12-1-pve)'
SCRIPT

cat >/usr/bin/pvecm <<'SCRIPT'
#!/bin/sh
# Imitation: `pvecm status` as Proxmox VE prints it; nothing else is offered.
if [ "$*" != status ]; then
  echo "pvecm: only 'status' exists on this imitation of a Proxmox VE node" >&2
  exit 255
fi
conf=/etc/pve/corosync.conf
value() { sed -n "s/^[[:space:]]*$1[[:space:]]*:[[:space:]]*//p" "$conf" | head -n 1; }
cat <<HEADER
Cluster information
-------------------
Name:             $(value cluster_name)
Config Version:   $(value config_version)
Transport:        knet
Secure auth:      $(value secauth)

HEADER
exec corosync-quorumtool -siH
SCRIPT
chmod 755 /usr/bin/pveversion /usr/bin/pvecm
