import { readdirSync, readFileSync } from 'node:fs';
import { readSections, type Sections } from '../../../src/core/facts/sections.ts';
import { instant } from '../../../src/core/time.ts';
import { NONCE } from './frames.ts';

const directory = new URL('./recorded/', import.meta.url);

/** What the looking scripts printed on real hosts: Debian 12, corosync 3.1.7, corosync-qnetd and -qdevice 3.0.3. */
export const RECORDED: readonly string[] = readdirSync(directory).toSorted();

export const recordedText = (name: string): string => readFileSync(new URL(name, directory), 'utf8');
export const recorded = (name: string): Sections => readSections(recordedText(name), NONCE);

/** About when the recordings were made, by the clock of the hosts. */
export const ASKED_AT = instant(1_795_398_800_000);
