export const FULL_ID = /^[0-9a-f]{40}$/;

/** The first full commit id that stands by itself in the text. */
export function shaIn(text: string): string | undefined {
  return /(?<![0-9A-Za-z])[0-9a-fA-F]{40}(?![0-9A-Za-z])/.exec(text)?.[0].toLowerCase();
}

/** For sentences; never for what is kept. */
export function shortId(commit: string): string {
  return commit.slice(0, 12);
}
