/** In the detail of a probe: what of a system the settings allow to write to. */
export function writesTo(places: readonly string[], setting: string): string {
  return places.length === 0 ? `writes nowhere (${setting})` : `writes to ${places.join(', ')}`;
}
