const MAX_CAUSES = 5;

export interface ErrorLine {
  readonly type: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: string | undefined;
  readonly cause: ErrorLine | undefined;
}

/**
 * What the log tells of an error: its class, message, stack, code and causes. No other property: TypeORM hangs a
 * query's parameters on its errors, and other libraries whole requests.
 */
export const describeError = (thrown: unknown, depth = 0): ErrorLine => {
  if (!(thrown instanceof Error)) {
    return { type: typeof thrown, message: 'not an Error', stack: undefined, code: undefined, cause: undefined };
  }
  const hasCause = thrown.cause !== undefined && depth < MAX_CAUSES;
  return {
    type: thrown.name === 'Error' ? thrown.constructor.name : thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    code: 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined,
    cause: hasCause ? describeError(thrown.cause, depth + 1) : undefined,
  };
};
