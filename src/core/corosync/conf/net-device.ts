import { error, fail, succeed, type Result } from '../../finding.ts';
import type { HostAddress } from '../../names.ts';
import { cmapOf } from './cmap.ts';
import { DEFAULT_PORT, readDevice, type ConfDevice } from './read-device.ts';
import type { Style } from './style.ts';
import type { Section } from './tree.ts';

/**
 * The device we write. TLS is always required: with `on` a peer in the middle can talk the node out of it
 * (qdevice-net-msg-received.c:check_tls_compatibility).
 *
 * For ffsplit the device has one vote, which the algorithm insists on (qdevice-net-algo-ffsplit.c); for lms votes
 * stays unwritten, so that votequorum gives it one less than there are nodes, today and after a node joins.
 */
export type NetDevice = { readonly host: HostAddress; readonly port: number; readonly tls: 'required' } & (
  { readonly algorithm: 'ffsplit'; readonly votes: 1 } | { readonly algorithm: 'lms'; readonly votes: null }
);

/**
 * @param port 1 to 65535; the default, 5403, is left out of the file
 * @returns the device for an algorithm, with the votes that belong to it
 */
export const netDevice = (
  host: HostAddress,
  algorithm: NetDevice['algorithm'],
  port: number = DEFAULT_PORT,
): Result<NetDevice> => {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return fail(error('device_port_not_allowed', 'port', 'A port is a whole number from 1 to 65535.', { port }));
  }
  const arbiter = { host, port, tls: 'required' } as const;
  return succeed(
    algorithm === 'ffsplit' ? { ...arbiter, algorithm, votes: 1 } : { ...arbiter, algorithm, votes: null },
  );
};

/**
 * The device as a section, indented like the section it goes into. The keys stand in alphabetical order, as Proxmox
 * VE writes them (PVE/Corosync.pm:write_conf), so its tools leave them where they are.
 */
export const deviceSection = (device: NetDevice, style: Style): Section => {
  const inner = { ...style, indent: style.indent + style.unit };
  const innermost = { ...style, indent: inner.indent + style.unit };
  const net = section('net', inner, [
    item('algorithm', device.algorithm, innermost),
    item('host', device.host, innermost),
    ...(device.port === DEFAULT_PORT ? [] : [item('port', String(device.port), innermost)]),
    item('tls', device.tls, innermost),
  ]);
  const votes = device.votes === null ? [] : [item('votes', String(device.votes), inner)];
  return section('device', style, [item('model', 'net', inner), net, ...votes]);
};

const section = (name: string, { indent, lineEnd }: Style, entries: Section['entries']): Section => ({
  kind: 'section',
  name,
  opening: `${indent}${name} {${lineEnd}`,
  entries,
  closing: `${indent}}${lineEnd}`,
});

const item = (key: string, value: string, { indent, lineEnd }: Style): Section['entries'][number] => ({
  kind: 'item',
  raw: `${indent}${key}: ${value}${lineEnd}`,
  key,
  value,
});

/** True when the device that was read is exactly what our own text reads as: nothing else, nothing added. */
export const isSameDevice = (read: ConfDevice, ours: NetDevice): boolean => {
  const flat: Style = { indent: '', unit: '', lineEnd: '\n' };
  const written = readDevice(cmapOf({ entries: [section('quorum', flat, [deviceSection(ours, flat)])] }));
  return written.ok && JSON.stringify(written.value) === JSON.stringify(read);
};
