import type { ToolOutput } from './tool.ts';

/** Exit code of both tools when they cannot connect to their daemon's socket (`QNETD_TOOL_EXIT_CODE_SOCKET_CONNECT`). */
const SOCKET_CONNECT = 3;

/** What connect(2) answers when nobody listens: no socket file, or one that a dead daemon left behind. */
const NOBODY_LISTENS = [': No such file or directory', ': Connection refused'];

/**
 * True when `corosync-qnetd-tool` or `corosync-qdevice-tool` says that its daemon does not run. The same exit code also
 * stands for "Permission denied" and for a full backlog of a frozen daemon ("Resource temporarily unavailable"), and
 * for a status line that is neither OK nor Error: those say nothing about the daemon and are not `down`
 * (main and read_ipc_reply of qdevices/corosync-qnetd-tool.c; err(3) appends the reason).
 * @param complaint what the tool prints before the reason, without its own name
 */
export const cannotConnect =
  (complaint: string) =>
  ({ exitCode, stdout, stderr }: ToolOutput): boolean =>
    exitCode === SOCKET_CONNECT &&
    stdout === '' &&
    stderr.split('\n').some((line) => NOBODY_LISTENS.some((reason) => line.endsWith(`: ${complaint}${reason}`)));
