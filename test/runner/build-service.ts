import { buildWhenStale } from '../machine/build.ts';

/* Builds the service where it was not built since its last change; exits as the build does. */
process.exitCode = await buildWhenStale();
