import { Injectable } from '@nestjs/common';
import type { AnyStep, Step } from './step.ts';
import type { StepWatch } from './step-watch.ts';
import { ClearLeftovers } from './steps/clear-leftovers.ts';
import { ConfirmVote } from './steps/confirm-vote.ts';
import { AwaitConfig, GuardConfig, ReloadConfig, WriteConfig } from './steps/corosync-config.ts';
import { DistrustCertificates } from './steps/distrust-certificates.ts';
import { InstallCertificate, IssueHostCertificate, RequestKey } from './steps/host-certificate.ts';
import { InstallAgent } from './steps/install-agent.ts';
import { ForgetPackages, InstallPackages } from './steps/install-packages.ts';
import { KeepConfig } from './steps/restore-timer.ts';
import { ProbeQnetd } from './steps/probe-qnetd.ts';
import { RecordOffboarding } from './steps/record-offboarding.ts';
import { RecordOnboarding } from './steps/record-onboarding.ts';
import { RecordPreparation } from './steps/record-preparation.ts';
import { RemoveAgent } from './steps/remove-agent.ts';
import { RevokeAgents } from './steps/revoke-agents.ts';
import { SetAsideDatabase } from './steps/set-aside-database.ts';
import { StartQnetd } from './steps/run-qnetd.ts';
import { StartAgent } from './steps/start-agent.ts';
import { StartQdevice } from './steps/start-qdevice.ts';
import { HoldQdevice, StopQdevice } from './steps/stop-qdevice.ts';
import { ProveAcceptance, ProveRefusal } from './steps/try-certificate.ts';

/** Providers of every step, for the module. */
export const STEP_PROVIDERS = [
  InstallPackages,
  ForgetPackages,
  RequestKey,
  IssueHostCertificate,
  InstallCertificate,
  GuardConfig,
  WriteConfig,
  ReloadConfig,
  AwaitConfig,
  StartQdevice,
  KeepConfig,
  StartQnetd,
  ProbeQnetd,
  ConfirmVote,
  RecordOnboarding,
  RecordPreparation,
  HoldQdevice,
  StopQdevice,
  ProveAcceptance,
  DistrustCertificates,
  ProveRefusal,
  SetAsideDatabase,
  RecordOffboarding,
  ClearLeftovers,
  InstallAgent,
  StartAgent,
  RevokeAgents,
  RemoveAgent,
] as const;

/** Every step by the name under which plans and the journal know it. */
@Injectable()
export class Steps {
  private readonly byName: ReadonlyMap<string, AnyStep>;

  /** Who stands by while steps run. */
  readonly watch: StepWatch;

  constructor(steps: readonly Step[], watch: StepWatch) {
    this.watch = watch;
    this.byName = new Map(steps.map((step) => [step.name, step as AnyStep]));
  }

  named(name: string): AnyStep {
    const step = this.byName.get(name);
    if (!step) throw new Error(`no step is named "${name}"`);
    return step;
  }
}
