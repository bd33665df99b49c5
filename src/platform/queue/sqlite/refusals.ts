import { ErrorCode } from 'bullmq';

/** Asked for something of BullMQ's that this backend does not do. It is said at once, never pretended. */
export class UnsupportedQueueFeature extends Error {
  readonly feature: string;

  constructor(feature: string) {
    super(`the SQLite queue has no ${feature}; set REDIS_URL to use it`);
    this.name = 'UnsupportedQueueFeature';
    this.feature = feature;
  }
}

/** Why an operation on a job was refused; `code` is BullMQ's own, so that its callers can branch on it. */
export class JobRefusal extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.name = 'JobRefusal';
    this.code = code;
  }
}

export const missingJob = (jobId: string, operation: string): JobRefusal =>
  new JobRefusal(ErrorCode.JobNotExist, `Missing key for job ${jobId}. ${operation}`);

export const missingLock = (jobId: string, operation: string): JobRefusal =>
  new JobRefusal(ErrorCode.JobLockNotExist, `Missing lock for job ${jobId}. ${operation}`);

export const foreignLock = (jobId: string, operation: string): JobRefusal =>
  new JobRefusal(ErrorCode.JobLockMismatch, `Lock mismatch for job ${jobId}. Cmd ${operation} from active`);

export const wrongState = (jobId: string, state: string, operation: string): JobRefusal =>
  new JobRefusal(ErrorCode.JobNotInState, `Job ${jobId} is not in the ${state} state. ${operation}`);
