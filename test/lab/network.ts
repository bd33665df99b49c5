import { readdir } from 'node:fs/promises';

import { command } from './command.ts';
import type { LabPaths } from './paths.ts';
import { CONTROLLER_ADDRESS, hardwareAddress, REPOSITORY_ADDRESS } from './plan.ts';

export const NETWORK_NAMESPACES = '/run/netns';
const SWITCH = 'sw';
const CONTROLLER = 'ctl';

/** Drops IP only: neighbours still resolve, as behind a router that went mad. */
const SWITCH_RULES = `
table bridge lab {
  set apart { type ipv4_addr . ipv4_addr; }
  set hole { type ipv4_addr; }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ip saddr . ip daddr @apart drop
    ip saddr @hole drop
    ip daddr @hole drop
  }
}
`;

export type PortState = 'up' | 'cut';

/** The lab's switch, a bridge in a namespace of its own, and the hosts' ends of its cables. Nothing touches the machine's network. */
export class Network {
  private readonly paths: LabPaths;

  constructor(paths: LabPaths) {
    this.paths = paths;
  }

  /** Makes the switch and the controller, who owns 10.77.0.1 and, for the package repository, 10.77.0.3. */
  async create(): Promise<void> {
    const sw = this.namespace(SWITCH);
    const controller = this.namespace(CONTROLLER);
    await command(['ip', 'netns', 'add', sw]);
    await command(['ip', 'netns', 'add', controller]);
    await this.ip(SWITCH, ['link set lo up', 'link add br0 type bridge forward_delay 0', 'link set br0 up']);
    await this.nft(SWITCH, SWITCH_RULES);
    await this.connect(CONTROLLER, CONTROLLER_ADDRESS);
    await this.ip(CONTROLLER, [`addr add ${REPOSITORY_ADDRESS}/16 dev eth0`]);
  }

  /** Gives a host a namespace with loopback and an eth0 that hangs on the switch port of its name. */
  async addHost(name: string, address: string): Promise<void> {
    await command(['ip', 'netns', 'add', this.namespace(name)]);
    await this.connect(name, address);
  }

  /** Takes a host's namespace away, and with it every socket in it: no FIN is sent, as in a power cut. */
  async removeHost(name: string): Promise<void> {
    // The port goes first: with its peer's namespace it would go as well, but some time later.
    await command(['ip', '-netns', this.namespace(SWITCH), 'link', 'del', name], { allowFailure: true });
    await command(['ip', 'netns', 'del', this.namespace(name)], { allowFailure: true });
  }

  /** Pulls the plug out of a switch port or puts it in: the host sees its carrier go and come. */
  async setPort(name: string, state: PortState): Promise<void> {
    await this.ip(SWITCH, [`link set ${name} ${state === 'up' ? 'up' : 'down'}`]);
  }

  /** The switch ports by host name; a host without power has none. */
  async ports(): Promise<Map<string, PortState>> {
    const { stdout } = await command(['ip', '-netns', this.namespace(SWITCH), '-json', 'link', 'show', 'type', 'veth']);
    const links = JSON.parse(stdout || '[]') as { ifname: string; flags: string[] }[];
    return new Map(links.map(({ ifname, flags }) => [ifname, flags.includes('UP') ? 'up' : 'cut']));
  }

  /** Drops all packets between the addresses of one side and of the other. */
  async separate(one: readonly string[], other: readonly string[]): Promise<void> {
    await this.nft(SWITCH, `add element bridge lab apart { ${pairsOf(one, other)} }`);
  }

  /** Ends such a separation. */
  async rejoin(one: readonly string[], other: readonly string[]): Promise<void> {
    await this.nft(SWITCH, `delete element bridge lab apart { ${pairsOf(one, other)} }`);
  }

  /** Drops all packets from and to an address. */
  async swallow(address: string): Promise<void> {
    await this.nft(SWITCH, `add element bridge lab hole { ${address} }`);
  }

  /** Ends every separation and black hole. */
  async flush(): Promise<void> {
    await this.nft(SWITCH, 'flush set bridge lab apart\nflush set bridge lab hole');
  }

  /** Answers TCP to a port of a host with a reset, on the host itself. Lasts until `acceptAll` or a power cut. */
  async refuse(name: string, port: number): Promise<void> {
    await this.nft(
      name,
      `add table inet lab
       add chain inet lab input { type filter hook input priority 0; }
       add rule inet lab input tcp dport ${port} reject with tcp reset`,
    );
  }

  async acceptAll(name: string): Promise<void> {
    await this.nft(name, 'add table inet lab\ndelete table inet lab');
  }

  /** The command line that runs `argv` in the controller's network. */
  inController(argv: readonly string[]): string[] {
    return ['nsenter', `--net=${this.file(CONTROLLER)}`, '--', ...argv];
  }

  /** The file that stands for a host's network namespace. */
  file(name: string): string {
    return `${NETWORK_NAMESPACES}/${this.namespace(name)}`;
  }

  /** Pids of all processes in the controller's network. */
  async controllerPids(): Promise<number[]> {
    const { stdout } = await command(['ip', 'netns', 'pids', this.namespace(CONTROLLER)], { allowFailure: true });
    return stdout.split('\n').filter(Boolean).map(Number);
  }

  /** Removes every namespace of this lab, whatever state it was left in. */
  async destroy(): Promise<void> {
    const names = await readdir(NETWORK_NAMESPACES).catch(() => []);
    for (const name of names.filter((name) => name.startsWith(`${this.paths.lab}-`))) {
      await command(['ip', 'netns', 'del', name]);
    }
  }

  private async connect(name: string, address: string): Promise<void> {
    const namespace = this.namespace(name);
    const hardware = hardwareAddress(address);
    await this.ip(SWITCH, [
      `link add ${name} type veth peer name eth0 address ${hardware} netns ${namespace}`,
      `link set ${name} master br0`,
      `link set ${name} up`,
    ]);
    await this.ip(name, ['link set lo up', `addr add ${address}/16 dev eth0`, 'link set eth0 up']);
  }

  private async ip(name: string, lines: readonly string[]): Promise<void> {
    await command(['ip', '-netns', this.namespace(name), '-batch', '-'], { input: lines.join('\n') });
  }

  private async nft(name: string, rules: string): Promise<void> {
    await command(['nsenter', `--net=${this.file(name)}`, '--', 'nft', '-f', '-'], { input: rules });
  }

  private namespace(name: string): string {
    return this.paths.networkNamespace(name);
  }
}

const pairsOf = (one: readonly string[], other: readonly string[]): string =>
  one.flatMap((a) => other.flatMap((b) => [`${a} . ${b}`, `${b} . ${a}`])).join(', ');
