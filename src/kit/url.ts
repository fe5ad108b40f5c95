import { SluiceError } from './errors.ts';

/**
 * Builds a path from a template: every inserted value becomes exactly one segment, so an id with
 * `/`, `..`, `?` or `%2e` in it can never change which resource is asked for.
 */
export function path(strings: TemplateStringsArray, ...values: (string | number)[]): string {
  let out = strings[0] ?? '';
  values.forEach((value, index) => {
    const segment = String(value);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
    if (segment === '' || segment === '.' || segment === '..' || /[\u0000-\u001f\u007f]/.test(segment)) {
      throw new SluiceError('invalid_input', {
        cause: `${JSON.stringify(segment)} cannot stand in an address.`,
        remedy: 'Give the plain id or name.',
      });
    }
    out += encodeURIComponent(segment) + (strings[index + 1] ?? '');
  });
  return out;
}

/** The same for a file path inside a repository: segments are kept, each one checked. */
export function filePath(value: string): string {
  return value
    .split('/')
    .map((segment) => path`${segment}`)
    .join('/');
}
