import { join } from 'node:path';

/** All labs of the machine live here, one directory each. */
export const LABS_DIRECTORY = '/run/umpire-lab';
/** Debian's own packages for bare hosts; kept between labs. */
export const PACKAGE_CACHE = '/var/cache/umpire-lab';
/** Shell and Python files that run on hosts, in chroots or on the machine. */
export const SCRIPTS = join(import.meta.dirname, 'host');

/** The lab that commands and tests mean unless told otherwise. */
export function defaultLabName(): string {
  return process.env['UMPIRE_LAB'] ?? 'lab';
}

/**
 * The files of one lab. Everything is under one tmpfs, so that nothing of it survives `down`.
 * Names have no hyphen: `lab-` as a prefix of network namespaces must not match those of another lab.
 */
export class LabPaths {
  readonly lab: string;
  readonly run: string;

  constructor(lab: string) {
    if (!/^[a-z][a-z0-9]{0,11}$/.test(lab)) {
      throw new Error(`"${lab}" is no lab name: at most 12 of a-z and 0-9, a letter first`);
    }
    this.lab = lab;
    this.run = join(LABS_DIRECTORY, lab);
  }

  get state(): string {
    return join(this.run, 'lab.json');
  }

  get privateKey(): string {
    return join(this.run, 'id_ed25519');
  }

  get sshConfig(): string {
    return join(this.run, 'ssh_config');
  }

  get knownHosts(): string {
    return join(this.run, 'known_hosts');
  }

  get cgroupMount(): string {
    return join(this.run, 'cgroup');
  }

  /** Each host's processes are in one cgroup below this one. */
  get cgroup(): string {
    return join(this.cgroupMount, `umpire-lab-${this.lab}`);
  }

  layer(name: string): string {
    return join(this.run, 'layers', name);
  }

  /** Per host: upper, work, root (its file system), seed, shared (its /run/umpire-lab), pid, console. */
  host(name: string): string {
    return join(this.run, 'hosts', name);
  }

  /** The /etc/pve that the nodes of a Proxmox-shaped cluster share. */
  pve(cluster: string): string {
    return join(this.run, 'pve', cluster);
  }

  networkNamespace(name: string): string {
    return `${this.lab}-${name}`;
  }
}
