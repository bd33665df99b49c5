import type { ToolOutput } from '../../src/core/corosync/tools/tool.ts';
import type { Clock } from '../../src/core/time.ts';
import type { HostAddress } from '../../src/core/names.ts';
import { within } from '../../src/platform/ssh/deadline.ts';
import type { Payload, Script } from '../../src/platform/ssh/script.ts';
import { SshFailure } from '../../src/platform/ssh/ssh-failure.ts';
import type {
  ConnectOptions,
  FinishedCommand,
  ScriptOptions,
  SshConnection,
  SshTarget,
} from '../../src/platform/ssh/ssh.ts';
import { report } from '../core/facts/frames.ts';
import { ARBITER_ADDRESS, FakeCluster, sha256, told, versionIn, type FakeNode } from './fake-cluster.ts';

/** One script that was run on one host. */
export interface Call {
  readonly address: string;
  readonly script: string;
  readonly args: readonly string[];
  readonly payload: Payload;
}

/** Stands before a script: an answer takes its place, none lets it run. */
export type Interference = (call: Call) => Promise<ToolOutput | void> | ToolOutput | void;

const LOOKS = [
  'gather-node.sh',
  'gather-arbiter.sh',
  'look-node.sh',
  'look-arbiter.sh',
  'config-state.sh',
  'look-gates.sh',
];
const WAITS = ['await-config.sh', 'try-certificate.sh'];
/** Changes nothing but what the host remembers of us. */
const REMEMBERED = ['raise-fence.sh', 'leave.sh'];

/** A changing script's way to say no (see change.sh). */
export const refusing = (code: string, sentence = 'it cannot be'): ToolOutput => ({
  exitCode: 70,
  stdout: '',
  stderr: `umpire: ${code}: ${sentence}\n`,
});

const endingsOn = (address: HostAddress) => ({
  timedOut: () => new SshFailure('ssh_command_timeout', address),
  aborted: () => new SshFailure('ssh_aborted', address),
});

const flat = (address: string): string => sha256(address).slice(0, 32);

/** The hosts of one cluster and its arbiter, behind the port of SSH: each script does here to the state what it would there. */
export class FakeHosts {
  readonly calls: Call[] = [];
  /** Every address that somebody logged in to. */
  readonly logins: string[] = [];
  readonly cluster: FakeCluster;
  private readonly clock: Clock;
  /** The highest fencing number that each host has seen of each subject. */
  private readonly fences = new Map<string, number>();
  private readonly interferences = new Map<string, Interference>();

  constructor(nodeCount: number, clock: Clock) {
    this.cluster = new FakeCluster(nodeCount);
    this.clock = clock;
  }

  /** What changed anything, in order. */
  get changes(): readonly Call[] {
    return this.calls.filter(({ script }) => ![...LOOKS, ...WAITS, ...REMEMBERED].includes(script));
  }

  /** Has somebody stand before a script, on each host or on one. */
  before(script: string, interfere: Interference, address?: string): void {
    this.interferences.set(script, (call) =>
      address === undefined || call.address === address ? interfere(call) : undefined,
    );
  }

  leave(script: string): void {
    this.interferences.delete(script);
  }

  connect(target: SshTarget, options: ConnectOptions): Promise<SshConnection> {
    this.logins.push(target.address);
    let isOpen = true;
    const close = () => Promise.resolve(void (isOpen = false));
    return Promise.resolve({
      host: target.address,
      get isOpen() {
        return isOpen;
      },
      run: () => Promise.reject(new Error('the service runs scripts only')),
      script: (script, args, limits) => this.script(target, options, script, args, limits),
      close,
      [Symbol.asyncDispose]: close,
    });
  }

  private async script(
    { address }: SshTarget,
    { onCommand }: ConnectOptions,
    { name, sha256: scriptSha256 }: Script,
    args: readonly string[],
    { payload = {}, ...limits }: ScriptOptions,
  ): Promise<FinishedCommand> {
    const call = { address, script: name, args, payload };
    // As over SSH: at its deadline or at the signal we let go, and a script that would begin after it never does.
    const output = await within(limits, endingsOn(address), async () => {
      this.calls.push(call);
      return (await this.interferences.get(name)?.(call)) ?? this.answer(call);
    });
    const finished = { ...output, startedAt: this.clock.now(), durationMs: 1 };
    await onCommand?.({ host: address, shown: [name, ...args].join(' '), asRoot: true, scriptSha256, ...finished });
    return finished;
  }

  private answer({ address, script, args, payload }: Call): ToolOutput {
    if (![...LOOKS, ...WAITS].includes(script) && !this.admits(address, args)) return refusing('fenced');
    if (REMEMBERED.includes(script)) return told('');
    const isArbiter = address === ARBITER_ADDRESS;
    if (LOOKS.includes(script))
      return told(report(isArbiter ? this.ofArbiter() : this.ofNode(this.cluster.node(address)), args[0] ?? ''));
    if (isArbiter) return this.changeArbiter(script, args.slice(3));
    const own = WAITS.includes(script) ? args : args.slice(3);
    return this.change(this.cluster.node(address), script, own, payload);
  }

  /** As change.sh does: the highest number wins. */
  private admits(address: string, [subject = '', fence = '']: readonly string[]): boolean {
    const place = `${address} ${subject}`;
    if (Number(fence) < (this.fences.get(place) ?? 0)) return false;
    this.fences.set(place, Number(fence));
    return true;
  }

  private ofHost(address: string, packages: Iterable<string>) {
    return {
      user: told('0\n'),
      clock: told(`${this.clock.now()}\n`),
      machine: told(`${flat(address)}\n`),
      addresses: told(`2: eth0    inet ${address}/16 scope global eth0\n`),
      packages: told([...packages].map((name) => `${name} installed 1.0\n`).join('')),
      space: told('Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda 9999999 1 9999998 1% /\n'),
      signs: told(''),
    };
  }

  private ofArbiter(): Record<string, ToolOutput> {
    return {
      ...this.ofHost(ARBITER_ADDRESS, ['corosync-qnetd', 'libnss3-tools']),
      units: told('Id=corosync-qnetd.service\nActiveState=active\nUnitFileState=enabled\n'),
      database: told('link nssdb.umpire-1\n'),
      ...this.cluster.arbiterView(),
    };
  }

  private ofNode(node: FakeNode): Record<string, ToolOutput> {
    const bytes = Buffer.from(node.config, 'latin1');
    const version = `totem.config_version (u64) = ${node.runningVersion}\n`;
    const device = node.runsDevice ? 'active' : 'inactive';
    return {
      ...this.ofHost(node.address, node.packages),
      units: told(
        `Id=corosync.service\nActiveState=active\nUnitFileState=enabled\n\nId=corosync-qdevice.service\nActiveState=${device}\n`,
      ),
      config: told(bytes.toString('base64')),
      runningVersion: told(version),
      files: told(node.hasCertificates ? '/etc/corosync/qdevice/net/nssdb\n' : ''),
      file: told(`${sha256(bytes)}\n`),
      hash: told(`${sha256(bytes)}  -\n`),
      running: told(version),
      ...this.cluster.viewOf(node),
      // Also where it is registered under another address, as behind the SSH servers of `ssh-hosts.ts`.
      ownAddresses: { exitCode: 0, stdout: `${node.address} \n`, stderr: '' },
    };
  }

  private changeArbiter(script: string, [nickname = '']: readonly string[]): ToolOutput {
    if (script === 'distrust-certificate.sh') this.cluster.distrusted.add(nickname);
    else if (script === 'trust-certificate.sh') this.cluster.distrusted.delete(nickname);
    else throw new Error(`${script} is not for the arbiter of this test`);
    return told('');
  }

  private change(node: FakeNode, script: string, args: readonly string[], payload: Payload): ToolOutput {
    const [first = '', second = ''] = args;
    const has = sha256(Buffer.from(node.config, 'latin1'));
    switch (script) {
      case 'install-packages.sh':
        for (const name of args.slice(1)) node.packages.add(name);
        return told(args.slice(1).join('\n'));
      case 'remove-packages.sh':
        for (const name of ['corosync-qdevice', 'libnss3-tools']) node.packages.delete(name);
        return told('');
      case 'request-key.sh':
        return told(`${node.request}\n`);
      case 'install-certificates.sh':
      case 'remove-certificates.sh':
        node.hasCertificates = script.startsWith('install');
        return told('');
      case 'disarm-restore.sh':
        return told('');
      case 'swap-config.sh':
      case 'write-config.sh': {
        const [, expected, wanted] = args.slice(-4);
        if (has !== expected && has !== wanted) return refusing('config_changed');
        node.config = Buffer.from(textOf(payload['PAYLOAD_CONFIG']), 'base64').toString('latin1');
        return told('');
      }
      case 'reload.sh':
        if (has !== first) return refusing('config_changed');
        for (const each of this.cluster.nodes) each.runningVersion = versionIn(each.config);
        return told('');
      case 'await-config.sh':
        return has === first && node.runningVersion === second ? told('') : refusing('config_not_running');
      case 'start-qdevice.sh':
      case 'stop-qdevice.sh':
        node.runsDevice = script.startsWith('start');
        return told('');
      case 'hold-qdevice.sh':
      case 'release-qdevice.sh':
        node.held = script.startsWith('hold');
        return told('');
      case 'try-certificate.sh':
        // One that is refused is all of them here: the arbiter is told of every certificate of its cluster at once.
        return told(this.cluster.distrusted.size > 0 ? 'closed\nSSL_ERROR_ACCESS_DENIED_ALERT\n' : 'accepted\n');
      case 'set-aside-database.sh':
      case 'delete-database.sh':
      case 'put-back-database.sh':
        node.hasCertificates = script.startsWith('put-back');
        return told('');
      case 'purge-packages.sh':
        for (const name of args) node.packages.delete(name);
        return told('');
      case 'install-agent.sh':
      case 'remove-agent.sh':
        node.agent = script.startsWith('install') ? { url: first, token: textOf(payload['PAYLOAD_TOKEN']) } : null;
        return told('');
      case 'start-agent.sh':
        return node.agent ? told('') : refusing('agent_not_started');
      case 'forget-packages.sh':
      case 'leave.sh':
        return told('');
      default:
        throw new Error(`no host of this test knows ${script}`);
    }
  }
}

const textOf = (value: Payload[`PAYLOAD_${string}`] | undefined): string =>
  typeof value === 'string' ? value : (value?.reveal() ?? '');
