# shellcheck shell=sh
# Puts the agent on this node, whole, and does not start it yet: its token counts for nothing before the service has it on
# record. Arguments: URL. Payload: the agent, and its token, which stands in one file that only root reads and in no argument.
home=/usr/local/lib/umpire-agent
etc=/etc/umpire-agent
unit=/etc/systemd/system/umpire-agent.service
command -v curl >/dev/null || refuse curl_missing 'there is no curl here'
mkdir -p "$home" "$etc" || refuse agent_not_written "$home and $etc cannot be made"
chmod 755 "$home"
chmod 700 "$etc"
# Each file stands whole under its name or not at all.
put() {
  { cat >"$1.new" && chmod "$2" "$1.new" && sync "$1.new" && mv -f "$1.new" "$1"; } || {
    rm -f "$1.new"
    refuse agent_not_written "$1 cannot be written"
  }
}
umask 077
printf '%s\n' "$PAYLOAD_AGENT" | put "$home/agent.sh" 755 || exit
printf 'url = "%s"\nheader = "Authorization: Bearer %s"\nheader = "Content-Type: application/json"\n' "$1" "$PAYLOAD_TOKEN" |
  put "$etc/curl.conf" 600 || exit
# It runs as root because corosync and corosync-qdevice answer root only, and keeps nothing else of what root may do.
put "$unit" 644 <<UNIT
[Unit]
Description=Reports to Umpire what this node sees of the vote
Documentation=file:$home/agent.sh
After=network.target corosync.service corosync-qdevice.service
StartLimitIntervalSec=0

[Service]
ExecStart=/bin/sh $home/agent.sh
Restart=always
RestartSec=10
StateDirectory=umpire-agent
StateDirectoryMode=0700
RuntimeDirectory=umpire-agent
RuntimeDirectoryMode=0700
Nice=10
IOSchedulingClass=idle
MemoryMax=64M
TasksMax=32
CapabilityBoundingSet=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectControlGroups=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service

[Install]
WantedBy=multi-user.target
UNIT
