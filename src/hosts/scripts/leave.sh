# shellcheck shell=sh
# The job has ended: another installation of the service may follow at once. Arguments: none of its own. A job that has followed
# already and changed this host has shown a higher number, and change.sh has refused us.
rm -f /run/umpire/change
