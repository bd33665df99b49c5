/** The name under which the queue wakes the work of this room. */
export const RUN_JOB = 'run-job';
