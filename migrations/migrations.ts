import { FirstSchema1764000000000 } from './1764000000000-first-schema.ts';
import { Freeze1764000001000 } from './1764000001000-freeze.ts';
import { Offboarding1764000002000 } from './1764000002000-offboarding.ts';
import { Installation1764000003000 } from './1764000003000-installation.ts';
import { IdOfWhatAKeyedRequestMakes1764000004000 } from './1764000004000-id-of-what-a-keyed-request-makes.ts';
import { JudgedVotes1764000005000 } from './1764000005000-judged-votes.ts';
import { AgentTokens1764000006000 } from './1764000006000-agent-tokens.ts';
import { MaintenanceWindows1764000007000 } from './1764000007000-maintenance-windows.ts';
import { Notifications1764000008000 } from './1764000008000-notifications.ts';
import { Alerts1764000009000 } from './1764000009000-alerts.ts';
import { ReadingsByMeaning1764000010000 } from './1764000010000-readings-by-meaning.ts';

/** Every migration, oldest first. One that was released is never changed: a new one follows it. */
export const MIGRATIONS = [
  FirstSchema1764000000000,
  Freeze1764000001000,
  Offboarding1764000002000,
  Installation1764000003000,
  IdOfWhatAKeyedRequestMakes1764000004000,
  JudgedVotes1764000005000,
  AgentTokens1764000006000,
  MaintenanceWindows1764000007000,
  Notifications1764000008000,
  Alerts1764000009000,
  ReadingsByMeaning1764000010000,
];
