import ts from 'typescript';
import type { HouseFile } from './house.ts';

/** A rule of the house. */
export interface HouseRule {
  /** Reads aloud: "core imports only core". */
  readonly says: string;
  /** What in this file breaks it, for a person; nothing when it is kept. */
  readonly breaches: (file: HouseFile) => readonly string[];
  /** Files that would break it: the proof that the rule sees. */
  readonly wouldBreak: readonly { readonly path: string; readonly text: string }[];
}

const DRIVERS = [
  'ssh2',
  'bullmq',
  '@nestjs/bullmq',
  'node-forge',
  'ioredis',
  'pg',
  'better-sqlite3',
  'nodemailer',
  'ipaddr.js',
];

/** The rooms in the order in which they may lean on each other; those of one line know nothing of each other. */
const ORDER: readonly (readonly string[])[] = [
  ['audit'],
  ['customers'],
  ['access'],
  ['hosts'],
  ['arbiters'],
  ['clusters'],
  ['certificates', 'votes'],
  ['maintenance', 'risk'],
  ['availability'],
  ['freeze'],
  ['jobs'],
  ['notifications'],
  ['alerts'],
  ['fleet'],
];
/** Tells of the process itself and leans on platform alone. */
const HEALTH = 'health';

/** Files that put the house together and so belong to no room. */
const BOOT = ['src/main.ts', 'src/create-app.ts', 'src/app.module.ts'];

/** Where TypeORM may be used beside entities and stores, and why. */
const TYPEORM_TOO: Readonly<Record<string, string>> = {
  'src/entities.ts': 'foreign keys join the tables of two rooms, of which an entity knows only its own',
  'src/jobs/leases.ts': 'it is the store of the leases: each of its methods is one compare-and-swap with its meaning',
};

/** Files that are longer than 250 lines, and why. */
const LONGER: Readonly<Record<string, string>> = {
  'src/platform/queue/sqlite/sqlite-queue-backend.ts':
    'it implements one interface of BullMQ that has some fifty methods',
};

const isIn = (directory: string) => (path: string) => path.startsWith(`${directory}/`);
const inCore = isIn('src/core');
const inPlatform = isIn('src/platform');
const inHouse = (name: string): boolean => name.startsWith('src/') || name.startsWith('migrations/');

/** `src/jobs/steps/x.ts` stands in the room `jobs`; core, platform and files outside of rooms in none. */
const roomOf = (path: string): string | null => {
  const room = /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
  return room === 'core' || room === 'platform' ? null : room;
};
const rankOf = (room: string): number => ORDER.findIndex((rooms) => rooms.includes(room));

const importsOf = (file: HouseFile, forbidden: (name: string) => boolean): string[] =>
  file.imports.filter(forbidden).map((name) => `${file.path} imports ${name}`);

const places = (file: HouseFile, pattern: RegExp): string[] =>
  file.text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1} ${line.trim()}`] : []));

const placesOf = (file: HouseFile, isBad: (node: ts.Node) => boolean): string[] =>
  file.nodes.filter(isBad).map((node) => {
    const { line } = file.tree.getLineAndCharacterOfPosition(node.getStart());
    return `${file.path}:${line + 1} ${node.getText().split('\n')[0] ?? ''}`;
  });

const isNewDateOfNow = (node: ts.Node): boolean =>
  ts.isNewExpression(node) && node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0;
const isNow = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && ['Date.now', 'Date'].includes(node.expression.getText());

/** What draws at random in Node; digests, comparisons and key objects do not. */
const CHANCE = /^(random|generateKey|getRandomValues|webcrypto|createECDH|createDiffieHellman)/;

const drawsFromCrypto = (node: ts.Node): boolean => {
  if (!ts.isImportDeclaration(node) || !/^(node:)?crypto$/.test((node.moduleSpecifier as ts.StringLiteral).text))
    return false;
  const bindings = node.importClause?.namedBindings;
  // A whole module taken in hides what of it is used.
  if (!bindings || ts.isNamespaceImport(bindings)) return true;
  return bindings.elements.some(({ name, propertyName }) => CHANCE.test((propertyName ?? name).text));
};
const drawsDirectly = (node: ts.Node): boolean =>
  ts.isCallExpression(node) && /^(Math\.random|(globalThis\.)?crypto\.\w+)$/.test(node.expression.getText());

const isCommandTemplate = (node: ts.Node): boolean =>
  ts.isTemplateExpression(node) && /\b(ba|da)?sh\b.* -c\b/.test(node.getText());

export const HOUSE_RULES: readonly HouseRule[] = [
  {
    says: 'core imports only core: no framework, no node:*, no driver',
    breaches: (file) => (inCore(file.path) ? importsOf(file, (name) => !inCore(name)) : []),
    wouldBreak: [
      { path: 'src/core/a.ts', text: `import { readFileSync } from 'node:fs';` },
      { path: 'src/core/a.ts', text: `import type { Clock } from '../platform/clock/clock.ts';` },
      { path: 'src/core/quorum/a.ts', text: `export { Injectable } from '@nestjs/common';` },
      { path: 'src/core/a.ts', text: `const os = await import('node:os');` },
    ],
  },
  {
    says: 'platform imports core and itself, never a room of the trade',
    breaches: (file) =>
      inPlatform(file.path) ? importsOf(file, (name) => inHouse(name) && !inCore(name) && !inPlatform(name)) : [],
    wouldBreak: [{ path: 'src/platform/queue/a.ts', text: `import type { Job } from '../../jobs/job.entity.ts';` }],
  },
  {
    says: 'nobody but platform imports a driver: ssh2, bullmq, node-forge, ioredis, pg, better-sqlite3, nodemailer, ipaddr.js',
    breaches: (file) =>
      inPlatform(file.path) ? [] : importsOf(file, (name) => DRIVERS.includes(name.replace(/(?<=\w)\/.*/, ''))),
    wouldBreak: [
      { path: 'src/jobs/a.ts', text: `import { Queue } from 'bullmq';` },
      { path: 'src/hosts/a.ts', text: `import type { Client } from 'ssh2/lib/client.js';` },
      { path: 'src/certificates/a.ts', text: `import forge from 'node-forge';` },
    ],
  },
  {
    says: 'TypeORM stands in entities, stores, platform/database and migrations',
    breaches: (file) => {
      const may = /\.(entity|store)\.ts$/.test(file.path) || /^(src\/platform\/database|migrations)\//.test(file.path);
      if (may || file.path in TYPEORM_TOO) return [];
      return [...importsOf(file, (name) => /^(@nestjs\/)?typeorm(\/|$)/.test(name)), ...places(file, /\.manager\./)];
    },
    wouldBreak: [
      { path: 'src/votes/read-votes.ts', text: `import { In } from 'typeorm';` },
      { path: 'src/votes/votes.controller.ts', text: `const rows = await this.database.read.manager.find(Reading);` },
    ],
  },
  {
    says: 'the rooms lean on each other in one order: audit, customers, access, hosts, arbiters, clusters, certificates and votes, maintenance and risk, availability, freeze, jobs, notifications, alerts, fleet',
    breaches: (file) => {
      const room = roomOf(file.path);
      if (room === null) return [];
      if (room !== HEALTH && rankOf(room) < 0) return [`${file.path}: the room "${room}" has no place in the order`];
      return importsOf(file, (name) => {
        const other = roomOf(name);
        return (
          other !== null && other !== room && (room === HEALTH || rankOf(other) < 0 || rankOf(other) >= rankOf(room))
        );
      });
    },
    wouldBreak: [
      { path: 'src/votes/a.ts', text: `import { JobEnds } from '../jobs/job-ends.ts';` },
      { path: 'src/votes/a.ts', text: `import { Authorities } from '../certificates/authorities.ts';` },
      { path: 'src/audit/a.ts', text: `import type { Customer } from '../customers/customer.entity.ts';` },
      { path: 'src/health/a.ts', text: `import { AuditStore } from '../audit/audit.store.ts';` },
      { path: 'src/gadgets/a.ts', text: `export const gadget = 1;` },
    ],
  },
  {
    says: 'nothing imports main, the whole application or the list of all tables, but what puts the house together',
    breaches: (file) =>
      BOOT.includes(file.path)
        ? []
        : importsOf(file, (name) => [...BOOT, 'src/entities.ts', 'src/sealing-key.ts'].includes(name)),
    wouldBreak: [
      { path: 'src/jobs/a.ts', text: `import { createApp } from '../create-app.ts';` },
      { path: 'src/platform/database/a.ts', text: `import { ENTITIES } from '../../entities.ts';` },
    ],
  },
  {
    says: 'main is imported by nothing at all',
    breaches: (file) => importsOf(file, (name) => name === 'src/main.ts'),
    wouldBreak: [{ path: 'src/create-app.ts', text: `import './main.ts';` }],
  },
  {
    says: 'the hour is told by platform/clock alone',
    breaches: (file) =>
      isIn('src/platform/clock')(file.path)
        ? []
        : [
            ...placesOf(file, (node) => isNewDateOfNow(node) || isNow(node)),
            // A Date of a known moment only prints it, and core/time is where that is done.
            ...(file.path === 'src/core/time.ts'
              ? []
              : placesOf(
                  file,
                  (node) =>
                    ts.isNewExpression(node) &&
                    node.expression.getText() === 'Date' &&
                    (node.arguments ?? []).length > 0,
                )),
          ],
    wouldBreak: [
      { path: 'src/jobs/a.ts', text: `const at = Date.now();` },
      { path: 'src/core/time.ts', text: `const at = new Date();` },
      { path: 'src/votes/a.ts', text: `const at = new Date(0).toISOString();` },
    ],
  },
  {
    says: 'chance comes from platform/crypto alone',
    breaches: (file) =>
      isIn('src/platform/crypto')(file.path)
        ? []
        : placesOf(file, (node) => drawsFromCrypto(node) || drawsDirectly(node)),
    wouldBreak: [
      { path: 'src/jobs/a.ts', text: `import { randomUUID as id } from 'node:crypto';` },
      { path: 'src/jobs/a.ts', text: `import crypto from 'node:crypto';` },
      { path: 'src/jobs/a.ts', text: `import * as all from 'crypto';` },
      { path: 'src/core/a.ts', text: `const die = Math.random();` },
      { path: 'src/core/a.ts', text: `const id = crypto.randomUUID();` },
    ],
  },
  {
    says: 'HTTP statuses stand in controllers and platform/http alone',
    breaches: (file) =>
      file.path.endsWith('.controller.ts') || isIn('src/platform/http')(file.path)
        ? []
        : places(
            file,
            /new Problem\(|\bHttpStatus\b|\bHttpCode\b|\w+Exception\(|\.(status|sendStatus|writeHead)\(\s*\d/,
          ),
    wouldBreak: [
      { path: 'src/access/a.ts', text: `throw new Problem(403, 'forbidden', 'No.');` },
      { path: 'src/access/a.ts', text: `throw new NotFoundException();` },
      { path: 'src/access/a.filter.ts', text: `response.status(404).end();` },
    ],
  },
  {
    says: 'no remote command is built by a template, but where platform/ssh quotes it',
    breaches: (file) => (isIn('src/platform/ssh')(file.path) ? [] : placesOf(file, isCommandTemplate)),
    wouldBreak: [{ path: 'src/hosts/a.ts', text: 'const line = `sh -c "rm ${path}"`;' }],
  },
  {
    says: 'the rooms run scripts that lie in files, never commands of their own',
    breaches: (file) =>
      inPlatform(file.path)
        ? []
        : [
            ...importsOf(file, (name) => /^src\/platform\/ssh\/(command|quoting)\.ts$/.test(name)),
            ...importsOf(file, (name) => /^(node:)?child_process$/.test(name)),
          ],
    wouldBreak: [
      { path: 'src/jobs/a.ts', text: `import { command } from '../platform/ssh/command.ts';` },
      { path: 'src/jobs/a.ts', text: `import { exec } from 'node:child_process';` },
    ],
  },
  {
    says: 'nothing is of type any',
    breaches: (file) => placesOf(file, (node) => node.kind === ts.SyntaxKind.AnyKeyword),
    wouldBreak: [{ path: 'src/core/a.ts', text: `export const f = (x: any): number => x;` }],
  },
  {
    says: 'no rule of the linter or the compiler is switched off',
    breaches: (file) => places(file, /eslint-disable|@ts-(ignore|expect-error|nocheck)/),
    wouldBreak: [
      { path: 'src/a.ts', text: `// eslint-disable-next-line` },
      { path: 'src/a.ts', text: `// @ts-ignore` },
    ],
  },
  {
    says: 'nothing is left to do: no TODO, no FIXME, no XXX',
    breaches: (file) => places(file, /\b(TODO|FIXME|XXX|HACK)\b/),
    wouldBreak: [{ path: 'src/a.ts', text: `// TODO: later` }],
  },
  {
    says: 'a file has at most 250 lines',
    breaches: (file) => {
      const lines = file.text.split('\n').length - 1;
      return file.path in LONGER || lines <= 250 ? [] : [`${file.path} has ${lines} lines`];
    },
    wouldBreak: [{ path: 'src/a.ts', text: '\n'.repeat(251) }],
  },
  {
    says: 'a file’s name says what is in it: no utils, helpers, common, base, Impl, index',
    breaches: ({ path }) => (/(^|[/.-])(utils?|helpers?|common|base|impl|index|misc)\.ts$/i.test(path) ? [path] : []),
    wouldBreak: ['src/jobs/index.ts', 'src/core/time-utils.ts', 'src/core/helper.ts'].map((path) => ({
      path,
      text: '',
    })),
  },
];

/** Places that a rule lets off, each with its reason. */
export const LET_OFF: readonly Readonly<Record<string, string>>[] = [TYPEORM_TOO, LONGER];
