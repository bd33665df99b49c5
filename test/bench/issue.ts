import { mkdirSync, writeFileSync } from 'node:fs';
import { createPrivateKey, sign } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { usualProfile } from '../../src/core/certificates/profile.ts';
import { clientCommonName } from '../../src/core/certificates/subject.ts';
import { validityAt } from '../../src/core/certificates/validity.ts';
import type { CertificateOrder } from '../../src/core/certificates/order.ts';
import type { Result } from '../../src/core/finding.ts';
import { clusterName } from '../../src/core/names.ts';
import { instant } from '../../src/core/time.ts';
import { createCa, orderCa } from '../../src/platform/crypto/ca.ts';
import { openIssuer, type Issuer } from '../../src/platform/crypto/issue.ts';
import { generateKeys, type KeyKind, type KeyPair } from '../../src/platform/crypto/keys.ts';
import { randomSerialNumber, randomUUIDv7 } from '../../src/platform/crypto/random.ts';
import { localSigner } from '../../src/platform/crypto/signer.ts';

/*
 * How much of the processor an issued certificate costs, against the bare signature of the same key in the same run.
 * `node test/bench/issue.ts` prints a table and writes ./bench-results/issue.json.
 */

interface Goal {
  readonly caKey: KeyKind;
  readonly certificates: number;
  readonly goal: number;
}

interface Row {
  readonly caKey: KeyKind;
  readonly signaturesPerCpuSecond: number;
  readonly certificatesPerCpuSecond: number;
  readonly ratio: number;
  readonly goal: number;
  readonly longestBlockMs: number;
  readonly reached: boolean;
}

const GOALS: readonly Goal[] = [
  { caKey: 'rsa2048', certificates: 800, goal: 0.6 },
  { caKey: 'p256', certificates: 3_000, goal: 0.3 },
];
const MAX_BLOCK_MS = 20;
const ROUNDS = 15;
/** How many issuances are under way at once. */
const IN_FLIGHT = 16;
const NOW = instant(Date.parse('2026-11-22T10:00:00Z'));

const must = <T>(result: Result<T>): T => {
  if (result.ok) return result.value;
  throw new Error(result.findings.map(({ message }) => message).join(' '));
};

/** Seconds of processor, in all threads, that the work took. */
const cpuSeconds = async (work: () => Promise<void> | void): Promise<number> => {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

const signBare = (pair: KeyPair, times: number): void => {
  const key = createPrivateKey(pair.privateKeyPem.reveal());
  // As long as the signed part of a client certificate.
  const text = Buffer.alloc(400, 7);
  for (let i = 0; i < times; i += 1) sign('sha256', text, key);
};

const issuerOf = async (pair: KeyPair): Promise<Issuer> => {
  const signer = must(localSigner(pair.privateKeyPem));
  const profile = usualProfile('ca');
  const at = { now: NOW, serial: randomSerialNumber() };
  const order = must(orderCa({ instanceId: randomUUIDv7(), generation: 1 }, profile, signer, at));
  return must(openIssuer(must(await createCa(order, profile, signer)).der, signer));
};

const issueMany = async (issuer: Issuer, nodeKey: KeyPair, times: number): Promise<void> => {
  const profile = usualProfile('client');
  const commonName = clientCommonName(must(clusterName('lab1')));
  const issueOne = async (): Promise<void> => {
    const validity = must(validityAt(profile, NOW, issuer.validity));
    const order: CertificateOrder = { serial: randomSerialNumber(), commonName, validity, key: nodeKey.publicKey };
    must(await issuer.issue(order, profile));
  };
  let left = times;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await issueOne();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
};

/** The longest the event loop stood still while single certificates were issued with pauses between them. */
const longestBlockOfRoundMs = async (issuer: Issuer, nodeKey: KeyPair): Promise<number> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  for (let i = 0; i < 20; i += 1) {
    await issueMany(issuer, nodeKey, 1);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  delay.disable();
  return delay.max / 1e6;
};

const longestBlockMs = async (issuer: Issuer, nodeKey: KeyPair): Promise<number> => {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await longestBlockOfRoundMs(issuer, nodeKey));
  return rounds.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? Number.NaN;
};

/** The cheapest of several rounds, in which both take turns: a busy neighbour of the processor's caches only adds. */
const measure = async ({ caKey, certificates, goal }: Goal): Promise<Row> => {
  const caPair = await generateKeys(caKey);
  const nodeKey = await generateKeys('rsa2048');
  const issuer = await issuerOf(caPair);
  let [signing, issuing] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round += 1) {
    signing = Math.min(signing, await cpuSeconds(() => signBare(caPair, certificates)));
    issuing = Math.min(issuing, await cpuSeconds(() => issueMany(issuer, nodeKey, certificates)));
  }
  const [signatures, issued] = [certificates / signing, certificates / issuing];
  const ratio = issued / signatures;
  const block = await longestBlockMs(issuer, nodeKey);
  return {
    caKey,
    signaturesPerCpuSecond: Math.round(signatures),
    certificatesPerCpuSecond: Math.round(issued),
    ratio: Number(ratio.toFixed(3)),
    goal,
    longestBlockMs: Number(block.toFixed(1)),
    reached: ratio >= goal && block <= MAX_BLOCK_MS,
  };
};

/** Lets the engine compile what is measured: a service that runs for months has done so. */
const warmUp = async (): Promise<void> => {
  const pair = await generateKeys('p256');
  await issueMany(await issuerOf(pair), pair, 10_000);
};

await warmUp();
const rows: Row[] = [];
for (const goal of GOALS) rows.push(await measure(goal));
console.table(rows);
mkdirSync('bench-results', { recursive: true });
writeFileSync('bench-results/issue.json', `${JSON.stringify({ maxBlockMs: MAX_BLOCK_MS, rows }, null, 2)}\n`);
if (rows.some(({ reached }) => !reached)) process.exitCode = 1;
