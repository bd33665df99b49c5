import { fail, hasError, succeed, type Result } from '../../finding.ts';
import { onlyAllowedDifference } from './difference.ts';
import { withConfigVersion } from './edit.ts';
import { print } from './print.ts';
import type { CorosyncConf } from './tree.ts';

/** A version of corosync.conf as a byte string. */
export interface ConfigVersion {
  readonly text: string;
  readonly version: string;
}

/** The three texts of a change of corosync.conf. */
export interface ConfTexts {
  readonly before: ConfigVersion;
  readonly after: ConfigVersion;
  /** `before` under the version above `after`: what an undo writes once `after` runs anywhere. */
  readonly restored: ConfigVersion;
}

/**
 * The texts of a change that was made in the tree.
 * @param configVersion of `before`; corosync takes no version back, so each later text has a higher one
 * @returns the texts, or why they may not be written: anything else than the device, two_node and the version differs
 */
export const textsOfChange = (
  before: CorosyncConf,
  changed: CorosyncConf,
  configVersion: number,
): Result<ConfTexts> => {
  const after = withConfigVersion(changed, configVersion + 1);
  const restored = withConfigVersion(before, configVersion + 2);
  if (!after.ok) return after;
  if (!restored.ok) return restored;
  // The last check is on the very text that will be written (invariant 13).
  const strays = onlyAllowedDifference(before, after.value);
  if (hasError(strays)) return fail(...strays);
  return succeed({
    before: { text: print(before), version: String(configVersion) },
    after: { text: print(after.value), version: String(configVersion + 1) },
    restored: { text: print(restored.value), version: String(configVersion + 2) },
  });
};
