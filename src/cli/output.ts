import { type ErrorReport, errorReport, exitCodeOf, toSluiceError } from '../kit/errors.ts';

/** The one writer to stdout of the command line. */
export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

/** Tells an error on the face that was asked for, and answers its exit code. */
export function reportError(thrown: unknown, json: boolean): number {
  const error = toSluiceError(thrown);
  const report: ErrorReport = errorReport(error);
  if (json) printJson({ error: report });
  else process.stderr.write(`${report.code}: ${report.cause}\n  → ${report.remedy}\n`);
  if (error.code === 'internal' && thrown instanceof Error && process.env.SLUICE_LOG === 'debug') {
    process.stderr.write(`${thrown.stack}\n`);
  }
  return exitCodeOf(error.code);
}

export const isTerminal = (): boolean => process.stdout.isTTY === true && process.env.NO_COLOR === undefined;

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export function style(text: string, ...styles: (keyof typeof STYLES)[]): string {
  if (!isTerminal()) return text;
  return `\u001b[${styles.map((name) => STYLES[name]).join(';')}m${text}\u001b[0m`;
}
