#!/bin/sh
# A Debian that has never heard of qnetd.
set -eu
dpkg --purge corosync-qnetd corosync-qdevice corosync libnss3-tools
