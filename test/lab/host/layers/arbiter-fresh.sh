#!/bin/sh
# An arbiter with corosync-qnetd installed, but neither certificates nor an enabled service.
set -eu
dpkg --purge corosync-qdevice corosync
rm -rf /etc/corosync/qnetd/nssdb /etc/systemd/system/multi-user.target.wants/corosync-qnetd.service
