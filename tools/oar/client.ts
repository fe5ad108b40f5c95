/** What other modules may use of this one: the sources and the rules for test results. */
export { isAccepted, judgeJob } from './best-of-three.ts';
export { folderOf, listObjects, readObject } from './failures/artifact-store.ts';
export type { RegistryJob } from './job-registry.ts';
export { registryOf, testedSince } from './job-registry-read.ts';
export { Arch, BuildName, parseBuild } from './release.ts';
export { needSource, type OarServices } from './services.ts';
export { testResultPath } from './test-result.ts';
export { parseOwnResult } from './test-result-read.ts';
