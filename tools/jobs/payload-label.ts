/** Marks an accepted build for the release controller: a person's command, Sluice does not run it. */
export function payloadLabel(build: string, arch: string): string {
  const namespace = arch === 'amd64' ? 'ocp' : `ocp-${arch}`;
  return `oc label releasepayloads/${build} release.openshift.io/qe_state=Accepted -n ${namespace}`;
}
