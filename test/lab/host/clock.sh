#!/bin/sh
# Runs before sshd: makes the semaphore and the shared memory that libfaketime keeps per process tree, under a fixed name that
# sshd finds in FAKETIME_SHARED. Otherwise, while the host's clock is moved, every sshd would make its own, and its sandboxed
# child would be killed by seccomp for unlinking them at its end.
set -eu
# shellcheck disable=SC2016 # both $ are for others: the dynamic linker, and the shell that kills itself to leave them behind
env -u FAKETIME_SHARED LD_PRELOAD='/usr/$LIB/faketime/libfaketime.so.1' sh -c 'kill -9 $$' || true
cd /dev/shm
mv sem.faketime_sem_* sem.umpire-lab
mv faketime_shm_* umpire-lab
