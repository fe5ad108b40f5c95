import { NotYet, type SluiceError, toSluiceError } from '../../../src/kit/errors.ts';

export type Readable<T> = { state: 'read'; value: T } | { state: 'unreadable'; cause: string };

/**
 * What could not be read is a finding of its own: of one image among hundreds it must neither end
 * the check nor pass for an answer. Wrong settings and a cancelled call do end it.
 */
export async function readable<T>(
  read: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<Readable<T>> {
  try {
    return { state: 'read', value: await read() };
  } catch (thrown) {
    const error = toSluiceError(thrown);
    if (signal?.aborted || endsTheCheck(error)) throw thrown;
    return { state: 'unreadable', cause: error.message };
  }
}

/** Without a status nobody outside has said it: it is our settings, or our defect. */
function endsTheCheck(error: SluiceError): boolean {
  if (error instanceof NotYet || error.code === 'internal') return true;
  return error.status === undefined && (error.code === 'precondition' || error.code === 'forbidden');
}
