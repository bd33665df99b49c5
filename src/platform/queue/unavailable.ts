import { error, fail, succeed, type Finding, type Result } from '../../core/finding.ts';

/** How long the queue may take to answer anything; a little more than a connection attempt to Redis. */
const ANSWER_MS = 2_500;

/** Why the queue did not do what was asked. `reason` is the driver's message, which names hosts and files but no secrets. */
export const unavailable = (operation: string, reason: string): Finding =>
  error(
    'queue_unavailable',
    'queue',
    'The queue cannot be reached; work is taken up by the next sweep of the journal.',
    {
      operation,
      reason,
    },
  );

/** The part of BullMQ's `Queue` that tells whether its store was ever reached. */
interface Store {
  waitUntilReady(): Promise<unknown>;
}

/** Asks the queue for something. Out: its answer, or the finding that there was none in time. */
export const ask = async <T>(operation: string, store: Store, question: () => Promise<T>): Promise<Result<T>> => {
  try {
    // A command given to a store that was never reached would be carried out much later, when nobody wants it any more.
    await within(ANSWER_MS, store.waitUntilReady());
    return succeed(await within(ANSWER_MS, question()));
  } catch (failure) {
    return fail(unavailable(operation, messageOf(failure)));
  }
};

/** Waits for a promise, `ms` at most; rejects when that has passed. */
export const within = async <T>(ms: number, promise: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};

export const messageOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));
