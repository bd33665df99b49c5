import { readdirSync, readFileSync } from 'node:fs';
import { byteString } from '../../../../src/core/corosync/conf/bytes.ts';
import { parse } from '../../../../src/core/corosync/conf/parse.ts';
import type { CorosyncConf } from '../../../../src/core/corosync/conf/tree.ts';

const directory = new URL('../../../fixtures/corosync-conf/', import.meta.url);

/** Files in the shapes in which Debian, Proxmox VE, pcs, crmsh and people write them. */
export const realFiles: readonly string[] = readdirSync(directory).toSorted();

export const realFile = (name: string): string => byteString(readFileSync(new URL(name, directory)));

/** Parses a file that the test knows to be good. */
export const parsed = (text: string): CorosyncConf => {
  const result = parse(text);
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.findings)}`);
  return result.value;
};

/** The value of a result that the test knows to be one. */
export const valueOf = <T>(result: { ok: true; value: T } | { ok: false; findings: unknown }): T => {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.findings)}`);
  return result.value;
};
