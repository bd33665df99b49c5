import { readdirSync, readFileSync } from 'node:fs';
import { decodePem } from '../../src/platform/crypto/pem.ts';
import type { RecordedOutput, Recording, ToolName } from '../fixtures/tools/recording.ts';

/* The honest inputs that everything is mutated from: what real daemons and tools printed and wrote. */

const TOOLS = new URL('../fixtures/tools/', import.meta.url);
const CERTIFICATES = new URL('../fixtures/certificates/', import.meta.url);

export const recordingOf = (state: string): Recording =>
  JSON.parse(readFileSync(new URL(`${state}/recording.json`, TOOLS), 'utf8')) as Recording;

const states = readdirSync(TOOLS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const recordings = states.map(({ name }) => recordingOf(name)).flatMap(({ hosts }) => Object.values(hosts));

/** Everything that these tools were recorded to print, each output once. */
export const outputsOf = (...tools: readonly ToolName[]): readonly RecordedOutput[] => {
  const all = recordings.flatMap(({ outputs }) => tools.flatMap((tool) => outputs[tool] ?? []));
  return [...new Map(all.map((output) => [`${output.exitCode}${output.stdout}${output.stderr}`, output])).values()];
};

const pemFiles = readdirSync(CERTIFICATES)
  .toSorted()
  .map((name) => readFileSync(new URL(name, CERTIFICATES), 'latin1'));

const ders = (...labels: readonly string[]): readonly Uint8Array[] =>
  pemFiles.flatMap((text) => {
    const der = decodePem(text, labels, 'fixture');
    return der.ok ? [der.value] : [];
  });

/** Certificates of our own making and of the vendor's tools. Their private keys were thrown away, those of the requests too. */
export const certificates: readonly Uint8Array[] = ders('CERTIFICATE');
/** Requests for RSA and ECDSA keys, as OpenSSL's like and as certutil writes them. */
export const requests: readonly Uint8Array[] = ders('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST');
export const requestTexts: readonly string[] = pemFiles.filter((text) => text.includes('REQUEST'));
