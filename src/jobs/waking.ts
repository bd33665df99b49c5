/** The names under which the queue wakes the work of this room. */
export const RUN_JOB = 'run-job';
export const SWEEP_JOBS = 'sweep-jobs';
