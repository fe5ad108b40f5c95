import { z } from 'zod';

/** `quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64`, or the same by digest: never a bare name. */
const PULL_SPEC =
  /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+(?::[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})$/;

export const PullSpec = z
  .string()
  .max(400)
  .regex(PULL_SPEC, 'a pull spec such as quay.io/openshift-release-dev/ocp-release:4.20.27-x86_64');

export const PAYLOAD_ARCHES = ['amd64', 'arm64', 'ppc64le', 's390x', 'multi'] as const;

/** What a test job is run on. */
export interface PayloadSubject {
  payload: string;
  arch: (typeof PAYLOAD_ARCHES)[number];
  /** The job upgrades to the payload instead of installing it. */
  upgrade: boolean;
  /** What it upgrades from; the job's own choice when absent. */
  upgradeFrom?: string;
}

const variable = (arch: PayloadSubject['arch'], role: 'LATEST' | 'TARGET') =>
  `RELEASE_IMAGE_${arch === 'amd64' ? '' : `${arch.toUpperCase()}_`}${role}`;

/** The environment that makes a job test this payload. */
export function payloadEnv({ payload, arch, upgrade, upgradeFrom }: PayloadSubject): Record<string, string> {
  if (!upgrade) return { [variable(arch, 'LATEST')]: payload };
  return {
    [variable(arch, 'TARGET')]: payload,
    ...(upgradeFrom === undefined ? {} : { [variable(arch, 'LATEST')]: upgradeFrom }),
  };
}

/** Whether a run tests this payload; of an upgrade only a given source has to be the same. */
export function testsPayload(env: Readonly<Record<string, string>>, subject: PayloadSubject): boolean {
  const wanted = Object.entries(payloadEnv(subject));
  // An install of what another run upgrades from has the payload in LATEST too.
  const other = !subject.upgrade && env[variable(subject.arch, 'TARGET')] !== undefined;
  return !other && wanted.every(([name, value]) => env[name] === value);
}
