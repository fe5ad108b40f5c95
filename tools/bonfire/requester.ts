/** As the bonfire command writes user names, so that they can be label values. */
export function requesterName(user: string): string {
  return user
    .replaceAll('@', '_at_')
    .replaceAll(':', '_')
    .replace(/[^A-Za-z0-9._-]/g, '-')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
}
