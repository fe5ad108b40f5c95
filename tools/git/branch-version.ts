const SUFFIX = /^(.+)-v([1-9]\d{0,8})$/;

/** 3 of `release-v3`. */
export function versionSuffix(branch: string): number | undefined {
  const found = SUFFIX.exec(branch)?.[2];
  return found === undefined ? undefined : Number(found);
}

/** The version after the highest of `base-vN`; the base itself counts as the first. */
export function nextBranchVersion(branches: readonly string[], base: string): number {
  const versions = branches.flatMap((branch) => {
    const found = SUFFIX.exec(branch);
    return found?.[1] === base ? [Number(found[2])] : [];
  });
  return Math.max(1, ...versions) + 1;
}

/** `base`, or the next `base-vN` where the base or a version of it is taken. */
export function freeBranchName(branches: readonly string[], base: string): string {
  const version = nextBranchVersion(branches, base);
  return version === 2 && !branches.includes(base) && !branches.includes(`${base}-v1`)
    ? base
    : `${base}-v${version}`;
}
