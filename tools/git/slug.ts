/** A name for branches: small letters, digits and single dashes, `max` characters at most. */
export function slug(text: string, max = 60): string {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '');
  return plain.slice(0, max).replace(/-$/, '');
}
