# shellcheck shell=sh
# The job has ended: another installation of the service may follow at once. Arguments: none of its own.
rm -f /run/umpire/change
