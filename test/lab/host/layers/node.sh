#!/bin/sh
# A cluster node: corosync and corosync-qdevice as Debian installs them; no qnetd, no example configuration.
set -eu
dpkg --purge corosync-qnetd
rm -f /etc/corosync/corosync.conf
