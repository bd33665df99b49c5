import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { HostSession } from '../../../src/hosts/host-session.ts';
import { SCRIPTS } from '../../../src/hosts/scripts.ts';
import { probeQnetd } from '../../../src/platform/probe/qnetd-probe.ts';
import { HostConnections } from '../../../src/platform/ssh/host-connections.ts';
import { Ssh2Connector } from '../../../src/platform/ssh/ssh2-connector.ts';
import { SshFailure } from '../../../src/platform/ssh/ssh-failure.ts';
import type { SshTarget } from '../../../src/platform/ssh/ssh.ts';
import { flood, HostileServer, StrangeListener, type Malice } from '../../platform/ssh/hostile-server.ts';
import { standingClock } from '../../platform/ssh/recording.ts';
import { LOOPBACK } from '../../platform/ssh/sshd.ts';

/** What invariant 28 leaves a host that swallows everything. */
const BOUND_MS = 60_000;
/** Of all of these together, in one process, with the hostile servers. */
const MOST_BYTES = 200 * 1024 * 1024;

const ssh = new Ssh2Connector(standingClock);

interface Hole extends AsyncDisposable {
  readonly target: SshTarget;
}

/** Something that accepts TCP, and is no SSH server. */
const strange =
  (onSocket: (socket: Socket) => void): (() => Promise<Hole>) =>
  async () => {
    const listener = await StrangeListener.start(onSocket);
    const { target, ...server } = await knownTarget();
    await server.end();
    return { target: { ...target, port: listener.port }, [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose]() };
  };

const knownTarget = async () => {
  const server = await HostileServer.start({});
  return { target: server.target, end: () => server[Symbol.asyncDispose]() };
};

/** An SSH server that misbehaves; told itself, so that it may fall silent. */
const hostile =
  (malice: (fallSilent: () => void) => Malice): (() => Promise<Hole>) =>
  async () => {
    const server: HostileServer = await HostileServer.start(malice(() => server.fallSilent()));
    return server;
  };

const every = (ms: number, stream: NodeJS.WritableStream, work: () => void): void => {
  const timer = setInterval(work, ms);
  stream.on('close', () => clearInterval(timer));
};

/** How a host can swallow what it is sent, from the first packet on: at which stage, and what may be found then. */
type Stages = Readonly<Record<string, readonly [open: () => Promise<Hole>, ...codes: string[]]>>;

const BEFORE_THE_LOGIN: Stages = {
  'accepts TCP and says nothing': [strange(() => undefined), 'ssh_connect_timeout'],
  'talks for ever before it says who it is': [
    strange((socket) => every(200, socket, () => socket.write('not yet\r\n'))),
    'ssh_connect_timeout',
  ],
  'floods before it says who it is': [strange((socket) => flood(socket)), 'ssh_protocol_error'],
  'says who it is, and no more': [
    strange((socket) => void socket.write('SSH-2.0-OpenSSH_9.2p1\r\n')),
    'ssh_connect_timeout',
  ],
};
const AT_THE_LOGIN: Stages = {
  'says nothing after the key exchange': [hostile(() => ({ leavesWaiting: 'login' })), 'ssh_connect_timeout'],
};
/** What a dead connection is found by, whichever comes first: its silence, or the deadline of a look, which is as long. */
const DEAD = ['ssh_connection_lost', 'ssh_command_timeout'] as const;

const SILENT_LATER: Stages = {
  'falls silent after the login': [hostile((fallSilent) => ({ onLogin: () => fallSilent() })), ...DEAD],
  'falls silent after the command': [hostile((fallSilent) => ({ onCommand: () => fallSilent() })), ...DEAD],
  'falls silent in the middle of its output': [
    hostile((fallSilent) => ({ onCommand: (channel) => void channel.write('Quor', () => setTimeout(fallSilent, 50)) })),
    ...DEAD,
  ],
  'prints without end': [hostile(() => ({ onCommand: (channel) => flood(channel) })), 'ssh_output_too_large'],
};
/** The connection lives, and is known to: the command's own deadline is what ends it. */
const ALIVE_BUT_HANGING: Stages = {
  'never answers the command': [hostile(() => ({ leavesWaiting: 'command' })), 'ssh_command_timeout'],
  'takes the command and says nothing': [hostile(() => ({})), 'ssh_command_timeout'],
  'drips a byte now and then': [
    hostile(() => ({ onCommand: (channel) => every(100, channel, () => channel.write('.')) })),
    'ssh_command_timeout',
  ],
};

const PERMIT = { subject: 'cluster-test', fence: 1, demand: () => Promise.resolve() };

/** As a job's session is made (`reach-hosts.ts`), with its own deadline for the login. */
const sessionOn = ({ target }: Hole): HostSession => {
  const connections = new HostConnections<string>((_, signal) => ssh.connect(target, { deadlineMs: 10_000, signal }));
  return new HostSession('host', target.address, connections, PERMIT, new AbortController().signal);
};

const look = (hole: Hole): Promise<unknown> => sessionOn(hole).look(SCRIPTS.lookNode);

/** Every way in which the service speaks to a host, under the deadlines that it uses. */
const WORK = {
  'a look': look,
  'a wait for something to become true': (hole: Hole) => sessionOn(hole).wait(SCRIPTS.awaitConfig, [], 15_000),
  'a change': (hole: Hole) => sessionOn(hole).change(SCRIPTS.reload),
};
const LONG_WORK = {
  'an installation, which may take 300 s': (hole: Hole) =>
    sessionOn(hole).change(SCRIPTS.installPackages, { args: ['record'], timeoutMs: 300_000 }),
};

/** How it ended: the finding's code, about whom, and when. */
interface Outcome {
  readonly cause: unknown;
  readonly address: string;
  readonly tookMs: number;
}

const outcomeOf = async (open: () => Promise<Hole>, work: (hole: Hole) => Promise<unknown>): Promise<Outcome> => {
  await using hole = await open();
  const begun = performance.now();
  const cause = await work(hole).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return { cause, address: hole.target.address, tookMs: performance.now() - begun };
};

interface Case {
  readonly title: string;
  readonly open: () => Promise<Hole>;
  readonly codes: readonly string[];
  readonly work: (hole: Hole) => Promise<unknown>;
}

const casesOf = (stages: Stages, works: Readonly<Record<string, (hole: Hole) => Promise<unknown>>>): Case[] =>
  Object.entries(stages).flatMap(([stage, [open, ...codes]]) =>
    Object.entries(works).map(([name, work]) => ({ title: `${stage}: ${name}`, open, codes, work })),
  );

const CASES: readonly Case[] = [
  ...casesOf({ ...BEFORE_THE_LOGIN, ...AT_THE_LOGIN, ...SILENT_LATER }, WORK),
  ...casesOf({ ...BEFORE_THE_LOGIN, ...AT_THE_LOGIN, ...SILENT_LATER }, LONG_WORK),
  ...casesOf(ALIVE_BUT_HANGING, WORK),
  ...casesOf({ ...BEFORE_THE_LOGIN, ...AT_THE_LOGIN }, { 'a login': (hole) => sessionOn(hole).open() }),
  ...casesOf(BEFORE_THE_LOGIN, {
    'the reading of its key': ({ target: { address, port } }) => ssh.readHostKey(address, port, { deadlineMs: 5_000 }),
  }),
];

describe('a host that swallows what it is sent (invariant 28)', () => {
  const outcomes = new Map<Case, Outcome>();
  /** All at once: each waits for its own deadline, and none may hold up another. */
  beforeAll(async () => {
    await Promise.all(CASES.map(async (one) => outcomes.set(one, await outcomeOf(one.open, one.work))));
  }, 2 * BOUND_MS);

  it.each(CASES.map((one) => [one.title, one] as const))('%s ends within a minute, with a finding', (_, one) => {
    const { cause, address, tookMs } = outcomes.get(one) ?? { cause: null, address: '', tookMs: NaN };
    expect(cause).toBeInstanceOf(SshFailure);
    const { finding } = cause as SshFailure;
    expect(finding).toMatchObject({ subject: address, severity: 'error' });
    expect(one.codes).toContain(finding.code);
    expect(tookMs).toBeLessThan(BOUND_MS);
  });

  it.each(Object.entries(BEFORE_THE_LOGIN))(
    '%s: a probe of qnetd ends in five seconds, with a finding',
    async (_, [open]) => {
      await using hole = await open();
      const begun = performance.now();
      const probed = await probeQnetd({ host: LOOPBACK, port: hole.target.port });
      expect(probed.ok ? [] : probed.findings.map(({ code }) => code)).toHaveLength(1);
      expect(performance.now() - begun).toBeLessThan(5_000);
    },
  );

  it('fills no memory, however much comes from however many', async () => {
    const before = held();
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, held())), 20);
    const floods = [SILENT_LATER['prints without end'], BEFORE_THE_LOGIN['floods before it says who it is']];
    const sources = floods.flatMap((stage) => (stage ? [stage[0]] : []));
    const looks = Array.from({ length: 20 }, () => sources.map((open) => outcomeOf(open, look)));
    await Promise.all(looks.flat());
    clearInterval(timer);
    expect(sources).toHaveLength(2);
    expect(most - before).toBeLessThan(MOST_BYTES);
  });
});

const held = (): number => {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
};

describe('what leaves the house', () => {
  const root = join(import.meta.dirname, '../../../src');
  const DIALS =
    /\bssh\.connect\(|\.readHostKey\(|\bprobeQnetd\(|\bsocket\.connect\(|\bfetch\(|new ssh2\.Client\(|connectTls\(/;

  it('goes by these ways only, each of which has its deadline above', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
    const dialling = files.filter((path) => DIALS.test(withoutComments(readFileSync(join(root, path), 'utf8'))));
    expect(dialling.toSorted()).toEqual([
      'hosts/reach-hosts.ts',
      'hosts/register-host-key.ts',
      'jobs/steps/probe-qnetd.ts',
      'platform/probe/qnetd-probe.ts',
      'platform/ssh/handshake.ts',
      // Only passes on, and counts.
      'platform/ssh/measured-ssh.ts',
    ]);
  });
});

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
