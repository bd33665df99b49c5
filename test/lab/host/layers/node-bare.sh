#!/bin/sh
# On top of `node`: corosync-qdevice, and what only it needs, were never installed.
set -eu
dpkg --purge corosync-qdevice libnss3-tools
