import type { Lab } from './lab.ts';

/** One host as `list` shows it. */
export interface ListedHost {
  host: string;
  address: string;
  pid: number | null;
  power: 'on' | 'off';
  cluster: string | null;
  nodeId: number | null;
  port: 'up' | 'cut' | 'none';
  fingerprint: string;
}

/** How the hosts of a lab are at this moment. */
export async function listing(lab: Lab): Promise<ListedHost[]> {
  const ports = await lab.network.ports();
  return Promise.all(
    lab.allHosts.map(async (host) => {
      const pid = await host.pid();
      const power = pid === null ? 'off' : 'on';
      return {
        host: host.name,
        address: host.address,
        pid,
        power,
        cluster: host.cluster ?? null,
        nodeId: host.nodeId ?? null,
        port: ports.get(host.name) ?? 'none',
        fingerprint: host.fingerprint,
      };
    }),
  );
}

/** The listing as a table with aligned columns. */
export function asTable(hosts: readonly ListedHost[]): string {
  const head = ['HOST', 'ADDRESS', 'PID', 'POWER', 'CLUSTER', 'PORT'];
  const rows = hosts.map((host) =>
    [host.host, host.address, host.pid ?? '-', host.power, host.cluster ?? '-', host.port].map(String),
  );
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}
